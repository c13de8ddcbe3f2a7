internal import FileIO
internal import SQLiteConnection
public import StateJournal

/// State in a SQLite database, through the system's library.
///
/// ```swift
/// let storage = try await SQLiteStateStorage.open("state.sqlite")
/// try await storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
/// await storage.close()
/// ```
///
/// Each object is a row of the table `state`, as JSON text that SQL can look into. When a changing
/// call returns, the change survives `kill -9` and power loss (write-ahead log, `synchronous=FULL`).
/// Every change is one immediate transaction, so any number of tasks and processes may use one
/// database at a time; changes of one storage that wait for the disk together share a transaction.
/// The database must be on a local disk, as SQLite's write-ahead log demands.
///
/// The library is looked for at run time: a program that uses this type builds and starts where there
/// is none, and ``open(_:busyTimeout:)`` says so.
public actor SQLiteStateStorage {
  private let path: String
  private let executor = BlockingExecutor(label: "state-journal.sqlite")
  private var database: StateDatabase?
  private var waiting = ChangeQueue()

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  private init(path: String) { self.path = path }

  /// The version of the system's library; nil when there is none.
  public static var libraryVersion: String? {
    SQLiteError.libraryVersion
  }

  /// Opens a database, creating it when it is missing (the directory that is to hold it must exist).
  ///
  /// - Parameters:
  ///   - path: the database file; SQLite keeps two more beside it while it is open.
  ///   - busyTimeout: how long opening waits for other processes in all, and each change for theirs.
  /// - Throws: `StateError.Reason.storage` with a ``SQLiteError`` as its cause: when the system has
  ///   no SQLite, when the file is damaged, the database of another program or of a newer version.
  public static func open(
    _ path: String, busyTimeout: Duration = .seconds(10)
  ) async throws(StateError) -> SQLiteStateStorage {
    try await open(path, busyTimeout: busyTimeout) { try await Task.sleep(for: $0) }
  }

  /// The same with another way to wait.
  static func open(
    _ path: String, busyTimeout: Duration, pause: @Sendable (Duration) async throws -> Void
  ) async throws(StateError) -> SQLiteStateStorage {
    let storage = SQLiteStateStorage(path: path)
    try await storage.open(busyTimeout: busyTimeout, pause: pause)
    return storage
  }

  private func open(
    busyTimeout: Duration, pause: @Sendable (Duration) async throws -> Void
  ) async throws(StateError) {
    let deadline = MonotonicClock.deadline(after: busyTimeout)
    var nextPause = Duration.milliseconds(1)
    while true {
      var rest = Duration.nanoseconds(deadline - MonotonicClock.now)
      let failure: SQLiteError
      do throws(SQLiteError) {
        let opened = try StateDatabase(opening: path, busyTimeout: rest)
        try opened.connection.waitForOthers(atMost: busyTimeout)
        database = opened
        return
      } catch {
        failure = error
      }
      // The switch to a write-ahead log does not wait for another process that writes, or makes it too.
      rest = .nanoseconds(deadline - MonotonicClock.now)
      guard failure.isBusy, rest > .zero else { throw StateError(failure) }
      do {
        try await pause(min(nextPause, rest))
      } catch {
        throw StateError(.storage, "the task was cancelled", underlying: error)
      }
      nextPause = min(nextPause * 2, .milliseconds(100))
    }
  }

  /// Closes the database. Everything fails from then on; closing again does nothing.
  ///
  /// A storage that is let go of without being closed has lost nothing.
  public func close() {
    flush()
    database = nil
  }

  private func flush() {
    waiting.flush { (changes) throws(StateError) in try make(changes) }
  }

  private func make(_ changes: [StateChange]) throws(StateError) {
    try opened().change { () throws(StateError) in ((), changes) }
  }

  private func opened() throws(StateError) -> StateDatabase {
    if let database { return database }
    throw StateError(.storage, "the storage in \(path) is closed; open it again")
  }
}

/// All of them are asynchronous, also those that never suspend: in asynchronous code a synchronous
/// method would lose against the protocol's default of the same name, which is not atomic.
extension SQLiteStateStorage: ListingStateStorage {
  public func read(_ source: String) async throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    return try opened().read(source)
  }

  public func read(_ address: StateAddress) async throws(StateError) -> StateObject {
    try address.validate()
    return try opened().readVersioned(address).object
  }

  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) async throws(StateError) -> [String] {
    try StateAddress.validate(source: source)
    return try opened().names(of: source, scope)
  }

  public func sources() async throws(StateError) -> [String] { try opened().sources() }

  /// Replaces the whole state of a source; only the rows that differ are written.
  public func write(_ state: SourceState, to source: String) async throws(StateError) {
    try state.validate(as: source)
    let database = try opened()
    try database.change { () throws(StateError) in
      ((), state.changes(from: try database.read(source), of: source))
    }
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
    let database = try opened()
    return try database.change { () throws(StateError) in
      let old = try database.read(source)
      var state = old
      let result: Result
      do { result = try change(&state) } catch { throw StateError(rejectedBy: error) }
      try state.validate(as: source)
      return (result, state.changes(from: old, of: source))
    }.result
  }
}

extension SQLiteStateStorage: VersionedStateStorage {
  /// The object at an address with its version, which is the number of the transaction that wrote it.
  public func readVersioned(_ address: StateAddress) async throws(StateError) -> VersionedState {
    try address.validate()
    return try opened().readVersioned(address)
  }

  @discardableResult
  public func update(
    _ address: StateAddress, to object: StateObject, ifVersion expected: StateVersion
  ) async throws(StateError) -> StateVersion {
    try make(.update(address, object), at: address, ifVersion: expected)
  }

  public func remove(
    _ address: StateAddress, ifVersion expected: StateVersion
  ) async throws(StateError) {
    _ = try make(.remove(address), at: address, ifVersion: expected)
  }

  private func make(
    _ change: StateChange, at address: StateAddress, ifVersion expected: StateVersion
  ) throws(StateError) -> StateVersion {
    try change.validate()
    let database = try opened()
    return try database.change { () throws(StateError) in
      let actual = try database.readVersioned(address).version
      if actual != expected {
        throw StateError(conflictAt: address, expected: expected, actual: actual)
      }
      return ((), [change])
    }.version
  }
}

extension SQLiteStateStorage: TransactionalStateStorage {
  public func transaction<Result: Sendable>(
    _ body: @Sendable (inout StateTransaction) throws -> Result
  ) async throws(StateError) -> Result {
    let database = try opened()
    return try database.change { () throws(StateError) in
      var transaction = StateTransaction(base: database)
      do {
        let result = try body(&transaction)
        return (result, transaction.changes)
      } catch {
        throw StateError(rejectedBy: error)
      }
    }.result
  }
}
