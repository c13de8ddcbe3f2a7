import JournalEngine
public import JournalFormat

/// What bringing a past state back takes, or took.
public struct StateReversal: Sendable, Equatable {
  /// The changes from the state as it was found to the past one, in the order of addresses' keys.
  public let changes: [StateChange]
  /// The commit that made them; `nil` when none was made.
  public let sequence: LogSequenceNumber?
}

extension JournalStateStorage {
  /// Brings the state back as it was after a commit, all of it or what a selection is about, as one
  /// new commit: the history in between stays readable. Labels stay where they are.
  ///
  /// Nobody else's change comes in between; other changes wait meanwhile.
  ///
  /// - Returns: what was changed; nothing, and no commit, when the state is the same already.
  /// - Throws: ``StateError/Reason/storage`` with `JournalError.Reason.unreachable` for a commit that
  ///   the files do not reach back to or that was not made yet; ``StateError/Reason/tooLarge`` when
  ///   the difference exceeds one commit.
  /// - Complexity: O(both states) in time, O(difference) in memory.
  @discardableResult
  public func revert(
    _ selection: StateSelection? = nil, to sequence: LogSequenceNumber, reason: String? = nil
  ) throws(StateError) -> StateReversal {
    let reason = try CommitReason.validated(reason)
    let past: JournalView
    do {
      past = try JournalReader(
        journal.directory, at: sequence, keeping: KeySelection(prefix: selection?.keyPrefix)
      ).view
    } catch {
      throw StateError(error)
    }
    let work = { (transaction: inout JournalTransaction) throws(StateError) -> [StateChange] in
      let changes = try ReversalWalk.changes(
        from: transaction.state.view(), to: past, of: selection)
      for change in changes { try change.make(in: &transaction) }
      if let reason { transaction.explain(reason) }
      return changes
    }
    let (changes, made) = try transact(nil, work)
    return StateReversal(changes: changes, sequence: made)
  }

  /// Brings a past state back without blocking a thread of the shared pool; see the synchronous form.
  @discardableResult
  public func revert(
    _ selection: StateSelection? = nil, to sequence: LogSequenceNumber, reason: String? = nil
  ) async throws(StateError) -> StateReversal {
    try await BlockingWork.run { [self] () throws(StateError) in
      try revert(selection, to: sequence, reason: reason)
    }
  }
}

extension JournalInspector {
  /// What reverting the state to a commit would change; nothing is written and no lock is taken.
  ///
  /// - Throws: as `revert` of ``JournalStateStorage``.
  public func reversal(
    of selection: StateSelection? = nil, to sequence: LogSequenceNumber
  ) throws(StateError) -> StateReversal {
    let (present, past): (JournalView, JournalView)
    do {
      let keys = KeySelection(prefix: selection?.keyPrefix)
      present = try JournalReader(
        path, in: fileSystem, keeping: keys, onProgress: onOpeningProgress
      ).view
      past = try JournalReader(
        path, in: fileSystem, at: sequence, keeping: keys, onProgress: onOpeningProgress
      ).view
    } catch {
      throw StateError(error)
    }
    return StateReversal(
      changes: try ReversalWalk.changes(
        from: present, to: past, of: selection, onProgress: onStateProgress), sequence: nil)
  }
}
