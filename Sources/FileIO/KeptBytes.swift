/// Files with holes are as long as anybody likes, and the disk has no more of them than what is kept.
extension File {
  /// How far apart holes are looked for.
  private static var keptStep: Int64 { 64 << 10 }

  /// The first part of `range` that the file system keeps, at least in part; nil where nothing is left
  /// but a hole.
  private func keptPart(of range: Range<Int64>) -> Range<Int64>? {
    guard let start = startOfData(from: range.lowerBound), start < range.upperBound else {
      return nil
    }
    return start..<(start + min(Self.keptStep, range.upperBound - start))
  }

  /// About how many bytes of the file take room, and where the last of them ends: all bytes, and the end
  /// of the file, unless there are holes.
  public func keptByteCount() throws(IOFailure) -> (byteCount: Int64, end: Int64) {
    let size = try byteCount()
    var (count, end): (Int64, Int64) = (0, 0)
    while let part = keptPart(of: end..<size) {
      count += part.upperBound - part.lowerBound
      end = part.upperBound
    }
    return (count, end)
  }

  /// Copies `range` of this file to `offset` of another, in which nothing is there yet or the same file's
  /// bytes are: where there is a hole, nothing is written. Returns how many bytes came; not durable until
  /// the other one is synced.
  ///
  /// - Parameter onProgress: receives the bytes of each piece.
  @discardableResult
  public func copyKept(
    _ range: Range<Int64>, to other: any File, at offset: Int64,
    onProgress: (Int64) -> Void = { _ in }
  ) throws(IOFailure) -> Int64 {
    var buffer = [UInt8](
      repeating: 0, count: Int(min(Self.keptStep, range.upperBound - range.lowerBound)))
    var place = range.lowerBound
    var done: Int64 = 0
    while place < range.upperBound, let part = keptPart(of: place..<range.upperBound) {
      let count = try readFully(into: &buffer, range: 0..<part.count, at: part.lowerBound)
      if count == 0 { break }
      try other.writeFully(
        buffer.span.extracting(0..<count), at: offset + part.lowerBound - range.lowerBound)
      place = part.upperBound
      done += Int64(count)
      onProgress(Int64(count))
    }
    return done
  }

  /// Copies `range` of this file into an empty one, with holes where there are holes.
  ///
  /// - Parameter onProgress: receives the bytes of each piece.
  public func copyKept(
    _ range: Range<Int64>, into empty: any File, onProgress: (Int64) -> Void = { _ in }
  ) throws(IOFailure) {
    try copyKept(range, to: empty, at: 0, onProgress: onProgress)
    let byteCount = range.upperBound - range.lowerBound
    if try empty.byteCount() < byteCount { try empty.truncate(to: byteCount) }
  }
}
