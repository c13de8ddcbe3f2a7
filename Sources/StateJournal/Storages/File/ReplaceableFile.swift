import FileIO

/// A file that is only ever read as a whole and replaced as a whole, so that whoever looks, at any
/// moment and after any crash, finds one whole content.
struct ReplaceableFile: Sendable {
  /// Why a content was not replaced.
  enum Failure: Error {
    /// The old content is there, and replacing works again once the cause is gone.
    case nothingChanged(StateError)
    /// Which content is there, and whether it is durable, only opening everything anew will tell.
    case unknown(StateError)

    /// The cause, for the caller.
    var stateError: StateError {
      switch self {
      case .nothingChanged(let error), .unknown(let error): error
      }
    }
  }

  /// The most bytes that such a file may have.
  static let maximumByteCount = 256 << 20

  let directory: any Directory
  let name: String
  /// The name under which a new content is written before it takes the place of the old one. One
  /// writer at a time uses it, and it means nothing to anybody else.
  let temporaryName: String

  /// The path, for messages.
  var path: String { "\(directory.path)/\(name)" }

  /// The content; nil when there is no file.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the file is empty: no content that was written
  ///   is, so that this one must have been lost.
  func read() throws(StateError) -> [UInt8]? {
    guard let bytes = try readWhole() else { return nil }
    if bytes.isEmpty {
      throw StateError(
        unreadable: path, StateError(.undecodable, "the file is empty, its content is lost"))
    }
    return bytes
  }

  private func readWhole() throws(StateError) -> [UInt8]? {
    let file: any File
    let byteCount: Int64
    do {
      file = try directory.openFile(name, .read)
      byteCount = try file.byteCount()
    } catch {
      if error.isMissing { return nil }
      throw StateError(error)
    }
    try Self.checkSize(Int(clamping: byteCount), path)
    do {
      var bytes = [UInt8](repeating: 0, count: Int(byteCount))
      let count = try file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
      bytes.removeLast(bytes.count - count)
      return bytes
    } catch {
      throw StateError(error)
    }
  }

  /// Replaces the content, or creates the file. What is there afterwards is whole; it is durable
  /// after the next sync of the directory.
  func replace(with bytes: [UInt8]) throws(Failure) {
    do throws(StateError) {
      try Self.checkSize(bytes.count, path)
      try writeTemporary(bytes)
    } catch {
      // A leftover is of no meaning, and the next replacement writes over it.
      try? directory.remove(temporaryName)
      throw .nothingChanged(error)
    }
    do {
      try directory.rename(temporaryName, to: name)
    } catch {
      throw .unknown(StateError(error))
    }
  }

  private func writeTemporary(_ bytes: [UInt8]) throws(StateError) {
    do {
      let file = try directory.openFile(temporaryName, .createIfMissing)
      try file.truncate(to: 0)
      try file.writeFully(bytes.span, at: 0)
      try file.sync()
      try file.close()
    } catch {
      throw StateError(error)
    }
  }

  /// Refuses what would not fit into the file at `path`.
  static func checkSize(_ byteCount: Int, _ path: String) throws(StateError) {
    if byteCount > maximumByteCount {
      throw StateError(
        .tooLarge,
        "\(path) would have \(byteCount) bytes, and \(maximumByteCount) are allowed; "
          + "keep state of this size in a journal")
    }
  }
}

extension Directory {
  /// Makes every replacement and removal so far durable.
  func makeReplacementsDurable() throws(ReplaceableFile.Failure) {
    do { try sync() } catch { throw .unknown(StateError(error)) }
  }
}
