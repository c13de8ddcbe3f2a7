import FileIO
import JournalFormat

/// Makes sure that a file still begins with the bytes that were ingested before, by reading all of
/// them: as fast as memory where the system still holds them, as fast as the disk otherwise.
struct FilePrefixCheck {
  /// How a file begins, compared with what was ingested.
  enum Finding: Equatable {
    /// With the same bytes.
    case same
    /// With as many bytes, not all of them the same.
    case changed
    /// It is shorter.
    case shorter(byteCount: Int64)
  }

  let file: any File
  /// Its name in messages.
  let name: String
  /// Which file it is.
  let identity: FileIdentity
  let position: FilePosition
  let options: FileReadingOptions
  let report: @Sendable (FileNotice) -> Void

  /// Returns when the file is known to begin as the position says, and reports when it is another one.
  ///
  /// - Throws: what an ``InputMismatch`` has to say; or, when the task is cancelled, something that
  ///   nobody will look at.
  func run() async throws(DataSourceError) {
    switch try await finding() {
    case .same:
      if identity != position.identity {
        report(.otherFile(file: name, byteCount: position.offset))
      }
    case .changed: throw mismatch(byteCount: nil)
    case .shorter(let byteCount): throw mismatch(byteCount: byteCount)
    }
  }

  /// How the file begins.
  func finding() async throws(DataSourceError) -> Finding {
    let byteCount = try attempt(to: "tell the size of the input") { () throws(IOFailure) in
      try file.byteCount()
    }
    guard byteCount >= position.offset else { return .shorter(byteCount: byteCount) }
    let (checksum, checkedByteCount) = try await readPrefix()
    // It may have been cut since its size was asked for.
    guard checkedByteCount == position.offset else {
      return .shorter(byteCount: checkedByteCount)
    }
    return checksum == position.checksum ? .same : .changed
  }

  private func readPrefix() async throws(DataSourceError) -> (checksum: UInt32, byteCount: Int64) {
    var checksum: UInt32 = 0
    var done: Int64 = 0
    var bytes = [UInt8](
      repeating: 0, count: Int(min(Int64(options.checkByteCount), position.offset)))
    while done < position.offset {
      let wanted = Int(min(Int64(bytes.count), position.offset - done))
      let count = try attempt(to: "check the input") { () throws(IOFailure) in
        try file.readFully(into: &bytes, range: 0..<wanted, at: done)
      }
      checksum = CRC32C.checksum(bytes.span.extracting(0..<count), continuing: checksum)
      done += Int64(count)
      report(.checked(file: name, byteCount: done, of: position.offset))
      if count < wanted { break }
      if Task.isCancelled { throw DataSourceError("interrupted while \(name) was checked") }
      // Other streams, and the commits of this run, want their turn on the thread.
      await Task.yield()
    }
    return (checksum, done)
  }

  private func mismatch(byteCount: Int64?) -> DataSourceError {
    let mismatch = InputMismatch(
      name: name, ingestedByteCount: position.offset, byteCount: byteCount,
      isSameFile: identity == position.identity)
    return DataSourceError(mismatch.description)
  }
}
