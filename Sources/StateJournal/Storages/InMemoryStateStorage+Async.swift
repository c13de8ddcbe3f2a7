/// The asynchronous forms. They never wait longer than the lock is held, so they are the
/// synchronous ones, which a synchronous closure picks by its context.
extension InMemoryStateStorage: StateStorage {
  public func read(_ source: String) async throws(StateError) -> SourceState {
    try synchronously { () throws(StateError) in try read(source) }
  }

  public func write(_ state: SourceState, to source: String) async throws(StateError) {
    try synchronously { () throws(StateError) in try write(state, to: source) }
  }

  public func read(_ address: StateAddress) async throws(StateError) -> StateObject {
    try synchronously { () throws(StateError) in try read(address) }
  }

  public func update(_ address: StateAddress, to object: StateObject) async throws(StateError) {
    try synchronously { () throws(StateError) in try update(address, to: object) }
  }

  public func remove(_ address: StateAddress) async throws(StateError) {
    try synchronously { () throws(StateError) in try remove(address) }
  }

  public func apply(_ changes: [StateChange]) async throws(StateError) {
    try synchronously { () throws(StateError) in try apply(changes) }
  }

  public func update<Result: Sendable>(
    _ source: String, _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try synchronously { () throws(StateError) in try update(source, change) }
  }

  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) async throws(StateError) -> [String] {
    try synchronously { () throws(StateError) in try names(of: source, scope) }
  }

  private func synchronously<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try body()
  }
}

extension InMemoryStateStorage: ListingStateStorage {
  public func sources() async throws(StateError) -> [String] {
    try synchronously { () throws(StateError) in sources() }
  }
}

extension InMemoryStateStorage: VersionedStateStorage {
  public func readVersioned(_ address: StateAddress) async throws(StateError) -> VersionedState {
    try synchronously { () throws(StateError) in try readVersioned(address) }
  }

  @discardableResult
  public func update(
    _ address: StateAddress, to object: StateObject, ifVersion expected: StateVersion
  ) async throws(StateError) -> StateVersion {
    try synchronously { () throws(StateError) in
      try update(address, to: object, ifVersion: expected)
    }
  }

  public func remove(
    _ address: StateAddress, ifVersion expected: StateVersion
  ) async throws(StateError) {
    try synchronously { () throws(StateError) in try remove(address, ifVersion: expected) }
  }
}

extension InMemoryStateStorage: TransactionalStateStorage {
  public func transaction<Result: Sendable>(
    _ body: @Sendable (inout StateTransaction) throws -> Result
  ) async throws(StateError) -> Result {
    try synchronously { () throws(StateError) in try transaction(body) }
  }
}
