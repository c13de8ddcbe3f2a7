import Synchronization

/// The changes that have been staged, in memory alone.
final class StagedUpdates: Sendable {
  /// Counts through the whole process, so that no storage takes the token of another for its own.
  private static let lastIdentity = Atomic<UInt64>(0)

  private struct State {
    var changes: [UInt64: [StateChange]] = [:]
    /// Those that are being committed.
    var taken: Set<UInt64> = []
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.changes.count } }

  func add(_ changes: [StateChange]) -> StagedUpdate {
    let identity = Self.lastIdentity.add(1, ordering: .relaxed).newValue
    state.withLock { $0.changes[identity] = changes }
    return StagedUpdate(identity: identity)
  }

  /// Takes out the changes of all updates, or of none of them; ``putBack(_:_:)`` or ``settle(_:)`` says
  /// what came of them.
  ///
  /// - Throws: ``StateError/Reason/notStaged``.
  func take(_ updates: [StagedUpdate]) throws(StateError) -> [[StateChange]] {
    try state.withLock { state throws(StateError) in
      let wanted = Set(updates.map(\.identity))
      guard wanted.count == updates.count,
        wanted.allSatisfy({ state.changes[$0] != nil })
      else {
        throw StateError(
          .notStaged,
          "the update is not staged here: it is committed or discarded already, or belongs to another"
            + " storage or process")
      }
      state.taken.formUnion(wanted)
      return updates.compactMap { state.changes.removeValue(forKey: $0.identity) }
    }
  }

  /// Puts back what could not be committed, unless it was discarded meanwhile.
  func putBack(_ updates: [StagedUpdate], _ changes: [[StateChange]]) {
    state.withLock { state in
      for (update, changes) in zip(updates, changes)
      where state.taken.remove(update.identity) != nil {
        state.changes[update.identity] = changes
      }
    }
  }

  /// Forgets what has been committed.
  func settle(_ updates: [StagedUpdate]) {
    state.withLock { $0.taken.subtract(updates.map(\.identity)) }
  }

  /// Forgets an update; one that is being committed is not put back should that fail.
  func discard(_ update: StagedUpdate) {
    state.withLock { state in
      state.changes[update.identity] = nil
      state.taken.remove(update.identity)
    }
  }
}
