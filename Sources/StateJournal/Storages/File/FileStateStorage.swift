public import FileIO

/// State in files that people and other tools can read: one file of JSON for each source.
///
/// ```swift
/// let storage = try await FileStateStorage.open("state")
/// try await storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
/// await storage.close()
/// ```
///
/// When a changing call returns, the change survives `kill -9` and power loss: a new content is
/// written beside the old one, synced and renamed over it. A batch that spans sources is as atomic as
/// one that does not. Any number of tasks may use one storage at a time, and changes that wait for
/// the disk together are written together; another process that opens the directory meanwhile is
/// refused, and may read the files.
///
/// Every change writes the whole source, up to 256 MiB: state that is large or changes often is at
/// home in ``JournalStateStorage``. A file that is damaged, empty or of a newer format is an error
/// with its path, line and column, and never an empty state. Files whose names are not those of
/// sources are left alone.
public actor FileStateStorage {
  private let executor: BlockingExecutor
  private var files: SourceDirectory
  private var waiting = ChangeQueue()

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  private init(_ files: SourceDirectory, on executor: BlockingExecutor) {
    self.files = files
    self.executor = executor
  }

  /// Opens the state in a directory, creating it when it is missing (the directory that is to hold it
  /// must exist), and finishes what a crash has interrupted. When this returns, everything that is
  /// there is durable.
  ///
  /// - Throws: ``StateError/Reason/storage`` when the directory is open already, with its owner, and
  ///   when the operating system refuses something; ``StateError/Reason/undecodable`` when an
  ///   interrupted batch is damaged.
  public static func open(
    _ directory: String, in fileSystem: any FileSystem = POSIXFileSystem()
  ) async throws(StateError) -> FileStateStorage {
    let files = try await BlockingWork.run { () throws(StateError) in
      try SourceDirectory(opening: directory, in: fileSystem)
    }
    return FileStateStorage(files, on: BlockingExecutor(label: "state-journal.files"))
  }

  /// Gives the directory to others. Everything fails from then on; closing again does nothing.
  ///
  /// A storage that is let go of without being closed has lost nothing.
  public func close() {
    flush()
    files.close()
  }

  private func flush() {
    waiting.flush { (changes) throws(StateError) in
      var states: StateMap<SourceState> = [:]
      for change in changes {
        let known = states[change.source]
        var state = if let known { known } else { try files.read(change.source) }
        state.apply(change)
        states[change.source] = state
      }
      try files.write(states)
    }
  }
}

/// All of them are asynchronous, also those that never suspend: in asynchronous code a synchronous
/// method would lose against the protocol's default of the same name, which is not atomic.
extension FileStateStorage: ListingStateStorage {
  public func read(_ source: String) async throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    return try files.read(source)
  }

  public func write(_ state: SourceState, to source: String) async throws(StateError) {
    try state.validate(as: source)
    try files.write([source: state])
  }

  public func apply(_ changes: [StateChange]) async throws(StateError) {
    for change in changes { try change.validate() }
    let failure = await withCheckedContinuation { caller in
      if waiting.add(changes, caller) { Task { self.flush() } }
    }
    if let failure { throw failure }
  }

  public func update<Result: Sendable>(
    _ source: String, _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try StateAddress.validate(source: source)
    var state = try files.read(source)
    let result: Result
    do { result = try change(&state) } catch { throw StateError(rejectedBy: error) }
    try state.validate(as: source)
    try files.write([source: state])
    return result
  }

  public func sources() async throws(StateError) -> [String] { try files.sources() }
}
