import Synchronization

/// State in memory, for tests and for jobs that need no yesterday.
///
/// It keeps every promise of ``StateStorage`` but durability: atomic batches, versions and
/// transactions, safe for any number of tasks and threads. Every call comes in two forms, chosen by
/// context: plain in synchronous code, with `await` in asynchronous code.
public final class InMemoryStateStorage: Sendable {
  private let table = Mutex(InMemoryTable())

  /// An empty storage.
  public init() {}

  /// Runs on the table alone; `body` is not to call the storage.
  private func locked<Result: Sendable>(
    _ body: (inout InMemoryTable) throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try table.withLock { table throws(StateError) in try body(&table) }
  }
}

/// The synchronous forms.
extension InMemoryStateStorage {
  /// The names of all sources that have state, in the order of ``StateMap``.
  public func sources() -> [String] { table.withLock { $0.sourceNames } }

  /// The whole state of a source; empty when it has none.
  public func read(_ source: String) throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    return table.withLock { $0.source(source) }
  }

  /// Replaces the whole state of a source; an empty one removes the source.
  public func write(_ state: SourceState, to source: String) throws(StateError) {
    try state.validate(as: source)
    table.withLock { $0.write(state, to: source) }
  }

  /// The object at one address; empty when absent.
  public func read(_ address: StateAddress) throws(StateError) -> StateObject {
    try readVersioned(address).object
  }

  /// The object at an address with its version; ``StateVersion/absent`` when it is not there.
  public func readVersioned(_ address: StateAddress) throws(StateError) -> VersionedState {
    try address.validate()
    return table.withLock { $0.versioned(address) } ?? .absent
  }

  /// Replaces the whole object at one address; members that `object` lacks are gone.
  public func update(_ address: StateAddress, to object: StateObject) throws(StateError) {
    try apply([.update(address, object)])
  }

  /// Replaces the object if it still has the expected version, and returns the new version.
  @discardableResult
  public func update(
    _ address: StateAddress, to object: StateObject, ifVersion expected: StateVersion
  ) throws(StateError) -> StateVersion {
    try change(.update(address, object), at: address, ifVersion: expected)
  }

  /// Removes the object at one address; removing what is absent is no error.
  public func remove(_ address: StateAddress) throws(StateError) {
    try apply([.remove(address)])
  }

  /// Removes the object if it still has the expected version.
  public func remove(
    _ address: StateAddress, ifVersion expected: StateVersion
  ) throws(StateError) {
    _ = try change(.remove(address), at: address, ifVersion: expected)
  }

  /// Applies all changes, in order, or none of them.
  public func apply(_ changes: [StateChange]) throws(StateError) {
    for change in changes { try change.validate() }
    table.withLock { _ = $0.apply(changes) }
  }

  /// Changes the state of a source as one step: what `change` leaves in its argument is written.
  public func update<Result: Sendable>(
    _ source: String, _ change: (inout SourceState) throws -> Result
  ) throws(StateError) -> Result {
    try StateAddress.validate(source: source)
    return try locked { table throws(StateError) in
      var state = table.source(source)
      let result: Result
      do { result = try change(&state) } catch { throw StateError(rejectedBy: error) }
      try state.validate(as: source)
      table.write(state, to: source)
      return result
    }
  }

  /// Reads and changes any state as one step.
  public func transaction<Result: Sendable>(
    _ body: (inout StateTransaction) throws -> Result
  ) throws(StateError) -> Result {
    try locked { table throws(StateError) in
      // The transaction holds a copy of the table; it must be gone before the table changes, or
      // the change would copy everything.
      let (result, changes) = try Self.run(body, on: table)
      _ = table.apply(changes)
      return result
    }
  }

  /// The names of a source's streams, or of its other keys, in the order of ``StateMap``.
  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) throws(StateError) -> [String] {
    let state = try read(source)
    return scope == .stream ? state.streams.names : state.others.names
  }

  private func change(
    _ change: StateChange, at address: StateAddress, ifVersion expected: StateVersion
  ) throws(StateError) -> StateVersion {
    try change.validate()
    return try locked { table throws(StateError) in
      try table.expect(expected, at: address)
      return table.apply([change])
    }
  }

  private static func run<Result: Sendable>(
    _ body: (inout StateTransaction) throws -> Result, on table: InMemoryTable
  ) throws(StateError) -> (Result, [StateChange]) {
    var transaction = StateTransaction(base: table)
    do {
      let result = try body(&transaction)
      return (result, transaction.changes)
    } catch {
      throw StateError(rejectedBy: error)
    }
  }
}
