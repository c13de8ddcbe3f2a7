import FileIO
import JournalEngine

/// The files behind a ``FileStateStorage``, for one caller at a time.
///
/// One source is replaced by renaming a new file over the old one. Several are replaced as one step
/// by writing all of them into a file named `BATCH` first: once that has its name, durably, the batch
/// has happened, and whoever opens the directory after a crash finishes it.
struct SourceDirectory: Sendable {
  private static let batchName = "BATCH"
  private static let temporaryName = "NEW.tmp"

  private let directory: any Directory
  /// Held for as long as the directory is in use: another process would replace files that this one
  /// has just read.
  private let lock: DirectoryLock
  /// Why nothing more is to be read or written: what is durable is not known.
  private var failure: StateError?

  /// Opens a directory, creating it when it is missing, and finishes what a crash has interrupted.
  init(opening path: String, in fileSystem: any FileSystem) throws(StateError) {
    do {
      directory = try fileSystem.openDirectory(path, creating: true)
    } catch {
      throw StateError(error)
    }
    do throws(JournalError) {
      lock = try DirectoryLock.acquire(.writer, in: directory)
      try lock.sign()
    } catch {
      throw StateError(error)
    }
    do throws(StateError) {
      try recover()
    } catch {
      lock.release()
      throw error
    }
  }

  private func recover() throws(StateError) {
    do throws(ReplaceableFile.Failure) {
      // What is to be read must be durable first: it may so far be only in the memory of a system
      // whose last process was killed.
      try directory.makeReplacementsDurable()
      let batch = file(Self.batchName)
      if let bytes = try nothingChanged({ () throws(StateError) in try batch.read() }) {
        let states = try nothingChanged { () throws(StateError) in
          do throws(StateError) {
            return try SourceFile.batch(bytes)
          } catch {
            throw StateError(unreadable: batch.path, error)
          }
        }
        try finish(states)
      }
    } catch {
      throw error.stateError
    }
  }

  /// The state of a source; empty when it has none.
  func read(_ source: String) throws(StateError) -> SourceState {
    try checkUsable()
    let name = SourceFileName(source)
    guard let found = try read(file: name.text) else { return SourceState() }
    if found.name.hasSameBytes(as: source) { return found.state }
    throw StateError(
      .storage,
      "\(directory.path)/\(name.text) holds the state of \(found.name.debugDescription), and not of "
        + "\(source.debugDescription); move the file away, or give one of them another name")
  }

  /// The sources that have a file, in the order of ``StateMap``.
  func sources() throws(StateError) -> [String] {
    try checkUsable()
    let names: [String]
    do { names = try directory.list() } catch { throw StateError(error) }
    var sources: StateMap<Bool> = [:]
    for name in names {
      if let source = SourceFileName.source(ofFile: name) {
        sources[source] = true
      } else if SourceFileName.isShortened(name), let found = try read(file: name) {
        sources[found.name] = true
      }
    }
    return sources.names
  }

  /// Replaces the states of some sources as one step; durable on return.
  mutating func write(_ states: StateMap<SourceState>) throws(StateError) {
    try checkUsable()
    var changed: StateMap<SourceState> = [:]
    for (source, state) in states where try read(source) != state { changed[source] = state }
    do throws(ReplaceableFile.Failure) {
      if changed.count > 1 {
        let bytes = try nothingChanged { () throws(StateError) in try SourceFile.bytes(changed) }
        // Every file must fit before the batch has happened.
        for (source, state) in changed {
          _ = try nothingChanged { () throws(StateError) in
            try ReplaceableFile.checkSize(SourceFile.bytes(state, of: source).count, path(source))
          }
        }
        try file(Self.batchName).replace(with: bytes)
        try directory.makeReplacementsDurable()
        try finish(changed)
      } else if let (source, state) = changed.first {
        try replace(source, with: state)
        try directory.makeReplacementsDurable()
      }
    } catch {
      if case .unknown(let cause) = error {
        failure = StateError(
          .storage,
          "a change of \(directory.path) failed half-way (\(cause.message)); "
            + "open the storage again to learn what has become of it",
          underlying: cause.underlying)
      }
      throw error.stateError
    }
  }

  /// Brings the files in line with a batch that has happened, and forgets the batch.
  private func finish(_ states: StateMap<SourceState>) throws(ReplaceableFile.Failure) {
    do throws(ReplaceableFile.Failure) {
      for (source, state) in states { try replace(source, with: state) }
      try directory.makeReplacementsDurable()
    } catch {
      throw .unknown(error.stateError)
    }
    // Not synced: should the name come back, the same states are written once more, and no later
    // change was acknowledged that they could undo, since its own sync takes the removal along.
    do { try directory.remove(Self.batchName) } catch { throw .unknown(StateError(error)) }
  }

  private func replace(
    _ source: String, with state: SourceState
  ) throws(ReplaceableFile.Failure) {
    let name = SourceFileName(source).text
    if state.isEmpty {
      do {
        try directory.remove(name)
      } catch  where error.isMissing {
      } catch {
        throw .unknown(StateError(error))
      }
    } else {
      let bytes = try nothingChanged { () throws(StateError) in
        try SourceFile.bytes(state, of: source)
      }
      try file(name).replace(with: bytes)
    }
  }

  private func read(
    file name: String
  ) throws(StateError) -> (name: String, state: SourceState)? {
    let file = file(name)
    guard let bytes = try file.read() else { return nil }
    do {
      return try SourceFile.source(bytes)
    } catch {
      throw StateError(unreadable: file.path, error)
    }
  }

  private func file(_ name: String) -> ReplaceableFile {
    ReplaceableFile(directory: directory, name: name, temporaryName: Self.temporaryName)
  }

  private func path(_ source: String) -> String { file(SourceFileName(source).text).path }

  private func checkUsable() throws(StateError) {
    if let failure { throw failure }
  }

  /// Lets go of the directory; everything fails from then on.
  mutating func close() {
    lock.release()
    failure = StateError(
      .storage, "the storage in \(directory.path) is closed; open it again")
  }
}

/// Runs what fails without having changed anything.
private func nothingChanged<Result>(
  _ body: () throws(StateError) -> Result
) throws(ReplaceableFile.Failure) -> Result {
  do { return try body() } catch { throw .nothingChanged(error) }
}
