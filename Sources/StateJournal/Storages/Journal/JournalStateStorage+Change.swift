public import JournalEngine
public import JournalFormat

/// Changing. `durability` asks for another durability than the storage's own, for this change alone;
/// `reason`, at most 1,024 bytes of UTF-8, says why the change is made: it is kept in the commit's
/// record for as long as that stays in the log (``InspectedRecord/reason``).
extension JournalStateStorage {
  /// Replaces the whole object at one address; members that `object` lacks are gone.
  ///
  /// - Complexity: O(the object), whatever the size of the state.
  public func update(
    _ address: StateAddress, to object: StateObject,
    durability: JournalOptions.Durability? = nil
  ) throws(StateError) {
    guard rules.isEmpty else {
      try apply([.update(address, object)], durability: durability)
      return
    }
    try address.validate()
    try commit(durability) { (record) throws(StateError) in
      try StateChange.append(object, at: address, to: &record)
    }
  }

  /// Removes the object at one address; removing what is absent is no error.
  public func remove(
    _ address: StateAddress, durability: JournalOptions.Durability? = nil
  ) throws(StateError) {
    try apply([.remove(address)], durability: durability)
  }

  /// Applies all changes, in order, as one commit, or none of them.
  ///
  /// - Returns: the commit's log sequence number; `nil` when there was nothing to commit.
  @discardableResult
  public func apply(
    _ changes: [StateChange], reason: String? = nil,
    durability: JournalOptions.Durability? = nil
  ) throws(StateError) -> LogSequenceNumber? {
    try changes.validateNames()
    let reason = try CommitReason.validated(reason)
    if changes.isEmpty { return nil }
    let check = RuleCheck(rules)
    guard check?.needsPast(changes) != true else {
      return try transact(durability) { (transaction, check) throws(StateError) in
        try transaction.make(changes, check, because: reason)
      }.sequence
    }
    try check?.passSizes(of: changes)
    let sequence = try commit(durability) { (record) throws(StateError) in
      try changes.append(to: &record, because: reason)
    }
    tell(check)
    return sequence
  }

  /// Replaces the whole state of a source; an empty one removes the source. What is logged is the
  /// difference from what is there.
  public func write(
    _ state: SourceState, to source: String, durability: JournalOptions.Durability? = nil
  ) throws(StateError) {
    try state.validate(as: source)
    try transact(durability) { (transaction, check) throws(StateError) in
      try transaction.write(state, to: source, check)
    }
  }

  /// Changes the state of a source as one step: the difference that `change` makes to its argument is
  /// written. It must not call the storage: a change of its own would wait for itself, and traps.
  ///
  /// - Throws: ``StateError/Reason/rejected`` when `change` throws; nothing is written then.
  public func update<Result>(
    _ source: String, durability: JournalOptions.Durability? = nil,
    _ change: (inout SourceState) throws -> Result
  ) throws(StateError) -> Result {
    try StateAddress.validate(source: source)
    return try transact(durability) { (transaction, check) throws(StateError) in
      try transaction.update(source, check, change)
    }.result
  }

  /// Reads and changes any state as one step: all of it happens, or nothing does, and nobody else's
  /// change comes between. Reads see changes of others that are still on their way to the disk; the
  /// transaction is on top of them there as well.
  ///
  /// `body` must use the transaction and not the storage: a change of its own would wait for itself,
  /// and traps.
  ///
  /// - Throws: ``StateError/Reason/rejected`` when `body` throws; nothing is changed then.
  public func transaction<Result>(
    reason: String? = nil, durability: JournalOptions.Durability? = nil,
    _ body: (inout StateTransaction) throws -> Result
  ) throws(StateError) -> Result {
    let reason = try CommitReason.validated(reason)
    return try transact(durability) { (transaction, check) throws(StateError) in
      try transaction.run(body, check, because: reason)
    }.result
  }

  /// Replaces the object if it still has the expected version, and returns the new version.
  ///
  /// - Throws: ``StateError/Reason/versionConflict(expected:actual:)`` when it has another version;
  ///   nothing has changed then.
  @discardableResult
  public func update(
    _ address: StateAddress, to object: StateObject, ifVersion expected: StateVersion,
    durability: JournalOptions.Durability? = nil
  ) throws(StateError) -> StateVersion {
    let change = StateChange.update(address, object)
    try change.validate()
    let sequence = try transact(durability) { (transaction, check) throws(StateError) in
      try transaction.make(change, at: address, ifVersion: expected, check)
    }.sequence
    return sequence.map(StateVersion.init) ?? expected
  }

  /// Removes the object if it still has the expected version.
  ///
  /// - Throws: ``StateError/Reason/versionConflict(expected:actual:)`` when it has another version;
  ///   nothing has changed then.
  public func remove(
    _ address: StateAddress, ifVersion expected: StateVersion,
    durability: JournalOptions.Durability? = nil
  ) throws(StateError) {
    try address.validate()
    try transact(durability) { (transaction, check) throws(StateError) in
      try transaction.make(.remove(address), at: address, ifVersion: expected, check)
    }
  }

  /// Commits what `encode` appends; nothing when it throws.
  @discardableResult
  func commit(
    _ durability: JournalOptions.Durability?,
    _ encode: (inout [UInt8]) throws(StateError) -> Void
  ) throws(StateError) -> LogSequenceNumber? {
    defer { signal.notify() }
    var failure: StateError?
    let sequence: LogSequenceNumber?
    do {
      sequence = try journal.commit(durability) { $0.append(encode, orElse: &failure) }
    } catch {
      throw StateError(error)
    }
    if let failure { throw failure }
    return sequence
  }

  /// Tells of what a commit that has been made is near to.
  func tell(_ check: RuleCheck?) {
    if let check { warnings.tell(check.notices, journal.options.onEvent) }
  }

  @discardableResult
  private func transact<Result>(
    _ durability: JournalOptions.Durability?,
    _ body: (inout JournalTransaction, RuleCheck?) throws(StateError) -> Result
  ) throws(StateError) -> (result: Result, sequence: LogSequenceNumber?) {
    let check = RuleCheck(rules)
    let made = try transact(durability) { (transaction) throws(StateError) in
      try body(&transaction, check)
    }
    tell(check)
    return made
  }

  /// Runs a transaction of the engine, whatever the rules.
  @discardableResult
  func transact<Result>(
    _ durability: JournalOptions.Durability?,
    _ body: (inout JournalTransaction) throws(StateError) -> Result
  ) throws(StateError) -> (result: Result, sequence: LogSequenceNumber?) {
    defer { signal.notify() }
    return try journal.transact(durability, wrapping: { StateError($0) }, body)
  }
}

extension [UInt8] {
  /// Appends what `encode` appends to a record, and says whether it is to be committed.
  mutating func append(
    _ encode: (inout [UInt8]) throws(StateError) -> Void, orElse failure: inout StateError?
  ) -> Bool {
    do throws(StateError) {
      try encode(&self)
      return true
    } catch {
      failure = error
      return false
    }
  }
}

extension [StateChange] {
  /// Checks the names; values are checked while they are encoded.
  func validateNames() throws(StateError) {
    for change in self {
      switch change {
      case .update(let address, _), .remove(let address): try address.validate()
      case .removeSource(let source): try StateAddress.validate(source: source)
      }
    }
  }

  /// Appends what the changes do to keys, and why; see ``StateChange``.
  func append(to record: inout [UInt8], because reason: String?) throws(StateError) {
    for change in self { try change.append(to: &record) }
    if let reason { RecordChange.appendReason(reason, to: &record) }
  }
}

/// What the forms of a change do inside a transaction, whichever way they wait for it.
extension JournalTransaction {
  mutating func write(
    _ new: SourceState, to source: String, _ check: RuleCheck?
  ) throws(StateError) {
    try make(new.changes(from: try state.state(of: source), of: source), check)
  }

  mutating func update<Result>(
    _ source: String, _ check: RuleCheck?, _ change: (inout SourceState) throws -> Result
  ) throws(StateError) -> Result {
    let old = try state.state(of: source)
    var new = old
    let result: Result
    do { result = try change(&new) } catch { throw StateError(rejectedBy: error) }
    try new.validate(as: source)
    try make(new.changes(from: old, of: source), check)
    return result
  }

  mutating func run<Result>(
    _ body: (inout StateTransaction) throws -> Result, _ check: RuleCheck?,
    because reason: String?
  ) throws(StateError) -> Result {
    var transaction = StateTransaction(base: state)
    let result: Result
    do { result = try body(&transaction) } catch { throw StateError(rejectedBy: error) }
    try make(transaction.changes, check, because: reason)
    return result
  }

  mutating func make(
    _ change: StateChange, at address: StateAddress, ifVersion expected: StateVersion,
    _ check: RuleCheck?
  ) throws(StateError) {
    let actual = try state.versioned(address)?.version ?? .absent
    if actual != expected {
      throw StateError(conflictAt: address, expected: expected, actual: actual)
    }
    try make([change], check)
  }

  /// Makes all changes of the transaction; to be called once, since rules compare with the state
  /// before.
  mutating func make(
    _ changes: [StateChange], _ check: RuleCheck?, because reason: String? = nil
  ) throws(StateError) {
    try check?.pass(changes, over: state)
    for change in changes { try change.make(in: &self) }
    if let reason { explain(reason) }
  }
}
