/// How much memory what the log changes may take while it is replayed.
package enum ReplayMemory: Sendable {
  /// Whatever it takes: all of it is in one table, as a writer needs it.
  case unbounded
  /// So many bytes and what merging takes; the rest goes to scratch files (``ReplaySpill``).
  case bounded(byteCount: Int)

  /// For those who read a state: a tail as long as it gets by default stays in memory.
  package static let bounded = ReplayMemory.bounded(byteCount: 24 << 20)
}
