public import JournalEngine
public import JournalFormat

/// Changes that are known now and may be made only later, when the data that they stand for is safe.
///
/// ```swift
/// let staged = try storage.stage([.update(.stream("2024", of: "orders"), ["last_id": 42])])
/// try await sink.flush()  // the rows up to 42 are on disk
/// try await storage.commit(staged)  // and only now does the state say so
/// ```
///
/// Until it is committed, a staged update is in memory and nowhere else: reads, watchers and other
/// processes do not see it, and whatever ends the process leaves nothing of it. The state that is
/// found afterwards is the one before, and the job does again what was not flushed.
extension JournalStateStorage {
  /// Checks changes and keeps them until they are committed or discarded; nothing is written.
  ///
  /// - Returns: what to commit or discard them by.
  /// - Throws: ``StateError/Reason/invalidName``, ``StateError/Reason/unsupportedValue`` and
  ///   ``StateError/Reason/tooLarge``, so that committing does not have to. Whether a member goes
  ///   backwards is known only when it is committed.
  public func stage(_ changes: [StateChange]) throws(StateError) -> StagedUpdate {
    for change in changes { try change.validate() }
    try RuleCheck(rules)?.passSizes(of: changes)
    return staged.add(changes)
  }

  /// Makes the changes of a staged update, as one commit.
  ///
  /// - Returns: the commit's log sequence number; `nil` when there was nothing to commit.
  /// - Throws: ``StateError/Reason/notStaged``; what `apply(_:reason:durability:)` throws, with the
  ///   update staged still, to be committed again or discarded.
  @discardableResult
  public func commit(
    _ update: StagedUpdate, reason: String? = nil,
    durability: JournalOptions.Durability? = nil
  ) throws(StateError) -> LogSequenceNumber? {
    try commit([update], reason: reason, durability: durability)
  }

  /// Makes the changes of several staged updates, in order, as one commit: all of them or none.
  ///
  /// - Throws: as for a single one; then all of them are staged still.
  @discardableResult
  public func commit(
    _ updates: [StagedUpdate], reason: String? = nil,
    durability: JournalOptions.Durability? = nil
  ) throws(StateError) -> LogSequenceNumber? {
    let taken = try staged.take(updates)
    do {
      let sequence = try apply(taken.flatMap { $0 }, reason: reason, durability: durability)
      staged.settle(updates)
      return sequence
    } catch {
      staged.putBack(updates, taken)
      throw error
    }
  }

  /// Makes the changes of a staged update; see the synchronous form.
  @discardableResult
  public func commit(
    _ update: StagedUpdate, reason: String? = nil,
    durability: JournalOptions.Durability? = nil
  ) async throws(StateError) -> LogSequenceNumber? {
    try await commit([update], reason: reason, durability: durability)
  }

  /// Makes the changes of several staged updates as one commit; see the synchronous form.
  @discardableResult
  public func commit(
    _ updates: [StagedUpdate], reason: String? = nil,
    durability: JournalOptions.Durability? = nil
  ) async throws(StateError) -> LogSequenceNumber? {
    let taken = try staged.take(updates)
    do {
      let sequence = try await apply(taken.flatMap { $0 }, reason: reason, durability: durability)
      staged.settle(updates)
      return sequence
    } catch {
      staged.putBack(updates, taken)
      throw error
    }
  }

  /// Forgets a staged update; one that is committed or discarded already is no error. One that is being
  /// committed may still be, and is not staged again should that fail.
  public func discard(_ update: StagedUpdate) { staged.discard(update) }

  /// How many updates are staged. Those that are never committed or discarded stay in memory for as
  /// long as the storage does.
  public var stagedUpdateCount: Int { staged.count }
}

extension JournalDataSourceState {
  /// Stages the replacement of the state of a stream; see ``JournalStateStorage/stage(_:)``.
  public func stageStream(_ name: String, _ object: StateObject) throws(StateError) -> StagedUpdate
  {
    try storage.stage([.update(.stream(name, of: source), object)])
  }
}
