extension File {
  /// Copies `range` of this file to `offset` of another, in pieces of 256 KiB; returns how many bytes
  /// came, fewer only where this file ends. Not durable until the other one is synced.
  ///
  /// - Parameter onProgress: receives the bytes of each piece.
  @discardableResult
  public func copy(
    _ range: Range<Int64>, to other: any File, at offset: Int64,
    onProgress: (Int64) -> Void = { _ in }
  ) throws(IOFailure) -> Int64 {
    let byteCount = range.upperBound - range.lowerBound
    var buffer = [UInt8](repeating: 0, count: Int(min(256 << 10, byteCount)))
    var done: Int64 = 0
    while done < byteCount {
      let wanted = Int(min(Int64(buffer.count), byteCount - done))
      let count = try readFully(into: &buffer, range: 0..<wanted, at: range.lowerBound + done)
      if count == 0 { break }
      try other.writeFully(buffer.span.extracting(0..<count), at: offset + done)
      done += Int64(count)
      onProgress(Int64(count))
    }
    return done
  }
}

extension Directory {
  /// Opens a file to be filled anew under a temporary name, emptying what an interrupted attempt has
  /// left there.
  public func openEmptied(_ name: String) throws(IOFailure) -> any File {
    let file = try openFile(name, .createIfMissing)
    try file.truncate(to: 0)
    return file
  }
}
