import JournalFormat

/// What the commits of one group are, and who waits for them.
///
/// While it gathers it is a part of the queue's state, so that a commit that joins touches no other
/// object; the group gets it when it is taken.
struct CommitBatch {
  /// The records, one behind the other, not stamped.
  var records: [UInt8] = []
  /// The last commit; zero when there is none.
  var lastSequence = LogSequenceNumber.zero
  /// When that commit was made, in nanoseconds since 1970.
  var lastTime: Int64 = 0
  var commitCount = 0
  /// Whether anybody waits for durability.
  var needsSync = false
  /// Threads in front of the group's gate.
  var threadCount = 0
  var tasks: [(waiter: TaskWaiter, sequence: LogSequenceNumber)] = []

  /// Whether anybody waits for the group to be written.
  var hasWaiters: Bool { threadCount > 0 || !tasks.isEmpty }

  /// Makes it empty. The buffers stay, so that a lone writer allocates nothing.
  mutating func reset() {
    records.removeAll(keepingCapacity: true)
    // A group of tasks that only wait for a sync has no commit; with that of earlier ones it would set
    // back what counts as written.
    lastSequence = .zero
    commitCount = 0
    needsSync = false
    threadCount = 0
    tasks.removeAll(keepingCapacity: true)
  }
}
