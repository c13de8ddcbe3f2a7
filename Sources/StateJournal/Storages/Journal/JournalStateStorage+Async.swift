public import JournalEngine
public import JournalFormat

/// Changing in asynchronous code: what encodes and decides runs at once on the calling task's thread,
/// and waiting for the disk suspends the task.
extension JournalStateStorage: StateStorage {
  public func update(_ address: StateAddress, to object: StateObject) async throws(StateError) {
    try await update(address, to: object, durability: nil)
  }

  /// Replaces the whole object at one address; members that `object` lacks are gone.
  public func update(
    _ address: StateAddress, to object: StateObject, durability: JournalOptions.Durability?
  ) async throws(StateError) {
    guard rules.isEmpty else {
      try await apply([.update(address, object)], durability: durability)
      return
    }
    try address.validate()
    try await commit(durability) { (record) throws(StateError) in
      try StateChange.append(object, at: address, to: &record)
    }
  }

  public func remove(_ address: StateAddress) async throws(StateError) {
    try await remove(address, durability: nil)
  }

  /// Removes the object at one address; removing what is absent is no error.
  public func remove(
    _ address: StateAddress, durability: JournalOptions.Durability?
  ) async throws(StateError) {
    try await apply([.remove(address)], durability: durability)
  }

  public func apply(_ changes: [StateChange]) async throws(StateError) {
    try await apply(changes, durability: nil)
  }

  /// Applies all changes, in order, as one commit, or none of them; see the synchronous form.
  @discardableResult
  public func apply(
    _ changes: [StateChange], reason: String? = nil, durability: JournalOptions.Durability?
  ) async throws(StateError) -> LogSequenceNumber? {
    try changes.validateNames()
    let reason = try CommitReason.validated(reason)
    if changes.isEmpty { return nil }
    let check = RuleCheck(rules)
    guard check?.needsPast(changes) != true else {
      return try await transact(durability) { (transaction, check) throws(StateError) in
        try transaction.make(changes, check, because: reason)
      }.sequence
    }
    try check?.passSizes(of: changes)
    let sequence = try await commit(durability) { (record) throws(StateError) in
      try changes.append(to: &record, because: reason)
    }
    tell(check)
    return sequence
  }

  public func write(_ state: SourceState, to source: String) async throws(StateError) {
    try await write(state, to: source, durability: nil)
  }

  /// Replaces the whole state of a source; what is logged is the difference from what is there.
  public func write(
    _ state: SourceState, to source: String, durability: JournalOptions.Durability?
  ) async throws(StateError) {
    try state.validate(as: source)
    try await transact(durability) { (transaction, check) throws(StateError) in
      try transaction.write(state, to: source, check)
    }
  }

  public func update<Result: Sendable>(
    _ source: String, _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try await update(source, durability: nil, change)
  }

  /// Changes the state of a source as one step; see the synchronous form.
  public func update<Result: Sendable>(
    _ source: String, durability: JournalOptions.Durability?,
    _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try StateAddress.validate(source: source)
    return try await transact(durability) { (transaction, check) throws(StateError) in
      try transaction.update(source, check, change)
    }.result
  }

  @discardableResult
  func commit(
    _ durability: JournalOptions.Durability?,
    _ encode: (inout [UInt8]) throws(StateError) -> Void
  ) async throws(StateError) -> LogSequenceNumber? {
    defer { signal.notify() }
    var failure: StateError?
    let sequence: LogSequenceNumber?
    do {
      sequence = try await journal.commit(durability) { $0.append(encode, orElse: &failure) }
    } catch {
      throw StateError(error)
    }
    if let failure { throw failure }
    return sequence
  }

  @discardableResult
  private func transact<Result>(
    _ durability: JournalOptions.Durability?,
    _ body: (inout JournalTransaction, RuleCheck?) throws(StateError) -> Result
  ) async throws(StateError) -> (result: Result, sequence: LogSequenceNumber?) {
    defer { signal.notify() }
    let check = RuleCheck(rules)
    let work = { (transaction: inout JournalTransaction) throws(StateError) -> Result in
      try body(&transaction, check)
    }
    let made = try await journal.transact(durability, wrapping: { StateError($0) }, work)
    tell(check)
    return made
  }
}

extension JournalStateStorage: TransactionalStateStorage {
  public func transaction<Result: Sendable>(
    _ body: @Sendable (inout StateTransaction) throws -> Result
  ) async throws(StateError) -> Result {
    try await transaction(durability: nil, body)
  }

  /// Reads and changes any state as one step; see the synchronous form.
  public func transaction<Result: Sendable>(
    reason: String? = nil, durability: JournalOptions.Durability?,
    _ body: @Sendable (inout StateTransaction) throws -> Result
  ) async throws(StateError) -> Result {
    let reason = try CommitReason.validated(reason)
    return try await transact(durability) { (transaction, check) throws(StateError) in
      try transaction.run(body, check, because: reason)
    }.result
  }
}

extension JournalStateStorage: VersionedStateStorage {
  public func readVersioned(_ address: StateAddress) async throws(StateError) -> VersionedState {
    try synchronously { () throws(StateError) in try readVersioned(address) }
  }

  @discardableResult
  public func update(
    _ address: StateAddress, to object: StateObject, ifVersion expected: StateVersion
  ) async throws(StateError) -> StateVersion {
    try await update(address, to: object, ifVersion: expected, durability: nil)
  }

  /// Replaces the object if it still has the expected version, and returns the new version.
  @discardableResult
  public func update(
    _ address: StateAddress, to object: StateObject, ifVersion expected: StateVersion,
    durability: JournalOptions.Durability?
  ) async throws(StateError) -> StateVersion {
    let change = StateChange.update(address, object)
    try change.validate()
    let sequence = try await transact(durability) { (transaction, check) throws(StateError) in
      try transaction.make(change, at: address, ifVersion: expected, check)
    }.sequence
    return sequence.map(StateVersion.init) ?? expected
  }

  public func remove(
    _ address: StateAddress, ifVersion expected: StateVersion
  ) async throws(StateError) {
    try await remove(address, ifVersion: expected, durability: nil)
  }

  /// Removes the object if it still has the expected version.
  public func remove(
    _ address: StateAddress, ifVersion expected: StateVersion,
    durability: JournalOptions.Durability?
  ) async throws(StateError) {
    try address.validate()
    try await transact(durability) { (transaction, check) throws(StateError) in
      try transaction.make(.remove(address), at: address, ifVersion: expected, check)
    }
  }
}

/// Reading in asynchronous code. Reads find most in memory and wait for nobody, so they are the
/// synchronous ones, which a synchronous closure picks by its context.
extension JournalStateStorage: ListingStateStorage {
  public func read(_ source: String) async throws(StateError) -> SourceState {
    try synchronously { () throws(StateError) in try read(source) }
  }

  public func read(_ address: StateAddress) async throws(StateError) -> StateObject {
    try synchronously { () throws(StateError) in try read(address) }
  }

  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) async throws(StateError) -> [String] {
    try synchronously { () throws(StateError) in try names(of: source, scope) }
  }

  public func sources() async throws(StateError) -> [String] {
    try synchronously { () throws(StateError) in try sources() }
  }

  private func synchronously<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try body()
  }
}
