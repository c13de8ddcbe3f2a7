public import FileIO
public import JournalEngine
public import JournalFormat

/// State in a crash-safe journal: a checksummed write-ahead log with snapshots, in a directory of
/// its own.
///
/// ```swift
/// let storage = try JournalStateStorage.open("state")
/// try storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
/// try storage.close()
/// ```
///
/// When a changing call returns, the change survives `kill -9` and power loss
/// (`JournalOptions.durability`); a call that failed with ``StateError/Reason/storage`` because the
/// disk was full has changed nothing, and the storage works again once there is room. After a failed
/// sync, what was on its way is known only to the next opening: until then every change fails, and
/// reads go on with what was acknowledged.
///
/// Every call comes in two forms, chosen by context: plain in synchronous code, where it blocks the
/// calling thread, and with `await` in asynchronous code, where waiting until a change is durable
/// suspends the task and blocks no thread of the shared pool (a read that misses memory still reads
/// its blocks on the task's own thread). Any number of threads and tasks may use one storage at a
/// time; concurrent changes share writes and syncs. Another process cannot open the directory for
/// writing meanwhile.
///
/// An update costs what it changes, whatever the size of the state. A whole-source write is logged as
/// its difference from what is there.
public final class JournalStateStorage: Sendable {
  package let journal: Journal
  let fileSystem: any FileSystem
  /// What changes have to keep to.
  let rules: StateRules
  let warnings: SizeWarnings
  let staged: StagedUpdates
  /// Wakes those who watch.
  let signal: CommitSignal

  private init(
    _ journal: Journal, in fileSystem: any FileSystem, rules: StateRules, signal: CommitSignal
  ) {
    self.journal = journal
    self.fileSystem = fileSystem
    self.rules = rules
    warnings = SizeWarnings()
    staged = StagedUpdates()
    self.signal = signal
  }

  /// The same storage without rules.
  private init(unguarding storage: JournalStateStorage) {
    journal = storage.journal
    fileSystem = storage.fileSystem
    rules = StateRules()
    warnings = storage.warnings
    staged = storage.staged
    signal = storage.signal
  }

  /// Opens the state in a directory for writing, recovering it first, and creating it when it is not
  /// there (the directory that is to hold it must exist). When this returns, everything recovered is
  /// durable; with `JournalOptions.Durability.buffered(interval:)`, where reads show changes before they
  /// are, it becomes so at once in the background, and before anything else is written; `sync()` waits
  /// for that.
  ///
  /// - Parameters:
  ///   - directory: the path of the directory, which belongs to the storage alone.
  ///   - options: durability, sizes, retention, and who hears of events.
  ///   - rules: what holds for every change that is made through this storage.
  ///   - fileSystem: where the directory is.
  /// - Throws: `JournalError.Reason.locked` with the owner when it is open already;
  ///   `JournalError.Reason.damage` when acknowledged changes are damaged or missing, with
  ///   every file left as it was; `JournalError.Reason.newerFormat(version:)`.
  /// - Complexity: O(bytes of log since the last snapshot), whatever the size of the state.
  public static func open(
    _ directory: String, options: JournalOptions = JournalOptions(),
    rules: StateRules = StateRules(), in fileSystem: any FileSystem = POSIXFileSystem()
  ) throws(JournalError) -> JournalStateStorage {
    var options = options
    options.pins = JournalLabel.pins
    let signal = CommitSignal()
    let tell = options.onEvent
    options.onEvent = { event in
      if case .poisoned = event { signal.notify() }
      tell?(event)
    }
    return JournalStateStorage(
      try Journal.open(directory, in: fileSystem, options: options), in: fileSystem,
      rules: rules, signal: signal)
  }

  /// Opens the state in a directory without blocking a thread of the shared pool.
  public static func open(
    _ directory: String, options: JournalOptions = JournalOptions(),
    rules: StateRules = StateRules(), in fileSystem: any FileSystem = POSIXFileSystem()
  ) async throws(JournalError) -> JournalStateStorage {
    try await BlockingWork.run { () throws(JournalError) in
      try open(directory, options: options, rules: rules, in: fileSystem)
    }
  }

  /// Makes everything acknowledged durable and gives the directory to others; the next opening has
  /// nothing to recover. Changes fail from then on, reads go on. Closing again does nothing, and ends
  /// as the first time.
  ///
  /// A storage that is let go of without being closed loses nothing that was durable, as if its
  /// process had been killed.
  public func close() throws(JournalError) {
    do {
      try journal.close()
    } catch {
      signal.end()
      throw error
    }
    if signal.end(), journal.failure == nil { journal.options.onEvent?(.closed(statistics)) }
  }

  /// Closes without blocking a thread of the shared pool.
  public func close() async throws(JournalError) {
    try await BlockingWork.run { [self] () throws(JournalError) in try close() }
  }

  /// Returns when every change acknowledged so far is durable: what `JournalOptions.Durability`
  /// calls buffered is synced now.
  public func sync() throws(JournalError) { try journal.sync() }

  /// Syncs without blocking a thread of the shared pool.
  public func sync() async throws(JournalError) { try await journal.sync() }

  /// Writes what changed since the last snapshot into a new one, beside readers and writers, and
  /// returns what was done, or nil when there was nothing to do. The storage does so by itself when
  /// the log has grown.
  ///
  /// - Parameters:
  ///   - full: merge everything into one snapshot, however much that writes.
  ///   - onProgress: called now and then while a snapshot is written, by the calling thread.
  /// - Throws: `JournalError.Reason.locked` when a compaction of this directory is running;
  ///   `JournalError.Reason.outOfSpace`. The state is safe whatever fails.
  @discardableResult
  public func compact(
    full: Bool = false, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> CompactionReport? {
    try journal.compact(isFull: full, onProgress: onProgress)
  }

  /// Compacts without blocking a thread of the shared pool.
  @discardableResult
  public func compact(full: Bool = false) async throws(JournalError) -> CompactionReport? {
    try await BlockingWork.run { [journal] () throws(JournalError) in
      try journal.compact(isFull: full)
    }
  }

  /// This storage without its rules, for what is meant to break them: a position that is set back on
  /// purpose, an object that has to be larger for once. It is the same storage in everything else, and
  /// closing it closes this one.
  public var unguarded: JournalStateStorage { JournalStateStorage(unguarding: self) }

  /// What opening found, and what it did about it.
  public var recoveryReport: RecoveryReport { journal.recoveryReport }

  /// What this storage has done since it was opened; cheap to ask for.
  public var statistics: JournalStatistics { journal.statistics }

  /// The last acknowledged change; `LogSequenceNumber.zero` when there is none.
  public var lastSequence: LogSequenceNumber { journal.lastSequence }

  /// The last change known to be durable.
  public var durableSequence: LogSequenceNumber { journal.durableSequence }
}

/// The state of single data sources.
extension JournalStateStorage {
  /// The state of a data source, which need not have any yet; the name is checked when it is used.
  public func source(_ name: String) -> JournalDataSourceState {
    JournalDataSourceState(of: name, in: self)
  }
}
