import Synchronization

/// The changes that have been staged, in memory alone.
final class StagedUpdates: Sendable {
  /// Counts through the whole process, so that no storage takes the token of another for its own.
  private static let lastIdentity = Atomic<UInt64>(0)

  private let entries = Mutex<[UInt64: [StateChange]]>([:])

  var count: Int { entries.withLock { $0.count } }

  func add(_ changes: [StateChange]) -> StagedUpdate {
    let identity = Self.lastIdentity.add(1, ordering: .relaxed).newValue
    entries.withLock { $0[identity] = changes }
    return StagedUpdate(identity: identity)
  }

  /// Takes out the changes of all updates, or of none of them.
  ///
  /// - Throws: ``StateError/Reason/notStaged``.
  func take(_ updates: [StagedUpdate]) throws(StateError) -> [[StateChange]] {
    try entries.withLock { entries throws(StateError) in
      let wanted = Set(updates)
      guard wanted.count == updates.count,
        updates.allSatisfy({ entries[$0.identity] != nil })
      else {
        throw StateError(
          .notStaged,
          "the update is not staged here: it is committed or discarded already, or belongs to another"
            + " storage or process")
      }
      return updates.compactMap { entries.removeValue(forKey: $0.identity) }
    }
  }

  /// Puts back what could not be committed.
  func putBack(_ updates: [StagedUpdate], _ changes: [[StateChange]]) {
    entries.withLock { entries in
      for (update, changes) in zip(updates, changes) { entries[update.identity] = changes }
    }
  }

  func discard(_ update: StagedUpdate) {
    entries.withLock { _ = $0.removeValue(forKey: update.identity) }
  }
}
