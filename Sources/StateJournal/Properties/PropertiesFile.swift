import FileIO

/// The file behind ``JSONFileProperties``, for one caller at a time.
struct PropertiesFile: Sendable {
  private let file: ReplaceableFile
  /// Held for as long as the file is in use: another process would replace what this one has just
  /// read.
  private let lock: any File
  /// Why nothing more is to be read or written: what is durable is not known.
  private var failure: StateError?

  /// Opens the file, which need not be there yet; the directory must be.
  init(opening path: String, in fileSystem: any FileSystem) throws(StateError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let name = String(parts.last ?? "")
    let parent = parts.dropLast().joined(separator: "/")
    do throws(IOFailure) {
      let directory = try fileSystem.openDirectory(
        parts.count < 2 ? "." : parent.isEmpty ? "/" : parent, creating: false)
      file = ReplaceableFile(directory: directory, name: name, temporaryName: "\(name).tmp")
      lock = try directory.openFile("\(name).lock", .createIfMissing)
      // What is to be read must be durable first: it may so far be only in the memory of a system
      // whose last process was killed.
      try directory.sync()
    } catch {
      throw StateError(error)
    }
    let isLocked: Bool
    do { isLocked = try lock.tryLock(byteAt: 0) } catch { throw StateError(error) }
    if !isLocked {
      throw StateError(
        .storage, "\(path) is in use, by another process or in this one; close it there first")
    }
  }

  /// All properties; none when there is no file.
  func read() throws(StateError) -> StateObject {
    if let failure { throw failure }
    guard let bytes = try file.read() else { return [:] }
    do {
      return try PropertiesText.properties(bytes.span)
    } catch {
      throw StateError(unreadable: file.path, error)
    }
  }

  /// Replaces all properties; durable on return.
  mutating func write(_ properties: StateObject) throws(StateError) {
    if let failure { throw failure }
    var bytes = try PropertiesText.bytes(properties, style: .pretty)
    bytes.append(UInt8(ascii: "\n"))
    do throws(ReplaceableFile.Failure) {
      try file.replace(with: bytes)
      try file.directory.makeReplacementsDurable()
    } catch {
      if case .unknown(let cause) = error {
        failure = StateError(
          .storage,
          "a change of \(file.path) failed half-way (\(cause.message)); "
            + "open it again to learn what has become of it",
          underlying: cause.underlying)
      }
      throw error.stateError
    }
  }

  /// Lets go of the file; everything fails from then on.
  mutating func close() {
    // The kernel lets go on the process's death in any case; there is nothing a failure could mean.
    try? lock.unlock(byteAt: 0)
    try? lock.close()
    failure = StateError(.storage, "\(file.path) is closed; open it again")
  }
}
