import FileIO
import JournalFormat

/// Commits that share one write and one sync.
///
/// A group *gathers* commits, is *taken* by the leader who writes it, is *written*, and ends
/// *acknowledged* or *failed*. Its records are only read once it is taken: the leader stamps a copy.
final class CommitGroup: @unchecked Sendable {
  // The queue's lock guards all members while the group gathers, and every change of `phase`. Once
  // it is taken, `records` and `tasks` do not change, and are read without the lock.

  enum Phase {
    case gathering
    /// A leader writes it.
    case taken
    /// It is in the file. It is acknowledged once everything before it is and, where anybody in it
    /// waits for durability, commits up to ``lastSequence`` and all that was written before are
    /// durable.
    case written
    case acknowledged
    case failed
  }

  private(set) var phase = Phase.gathering
  /// Why the group failed.
  private(set) var failure: JournalError?
  /// The records, one behind the other, not stamped.
  var records: [UInt8] = []
  /// The last commit in the group; zero when it has none.
  var lastSequence = LogSequenceNumber.zero
  /// When that commit was made, in nanoseconds since 1970.
  var lastTime: Int64 = 0
  /// The commit up to which everything must be durable for those in the group who wait for that.
  private var through = LogSequenceNumber.zero
  var commitCount = 0
  /// Whether anybody in the group waits for durability.
  var needsSync = false
  /// The lane that its sync goes through, while it holds one.
  var lane: SyncLane?
  /// Threads in front of `gate`.
  var threadCount = 0
  var tasks: [(waiter: TaskWaiter, sequence: LogSequenceNumber)] = []
  let gate = ThreadGate()
  /// The group that was taken after this one, as long as both are on their way.
  var next: CommitGroup?

  /// Whether anybody waits for the group to be written.
  var hasWaiters: Bool { threadCount > 0 || !tasks.isEmpty }

  /// Whether nothing happens to the group any more.
  var hasEnded: Bool { phase == .acknowledged || phase == .failed }

  /// Whether it can be acknowledged, everything before it being so.
  func isSafe(durable: LogSequenceNumber) -> Bool {
    phase == .written && (!needsSync || durable >= through)
  }

  func take() { phase = .taken }

  /// The group, and everything up to commit `through`, is in the file.
  func write(through: LogSequenceNumber) {
    phase = .written
    self.through = through
  }

  /// The group has ended, well unless there is an `error`.
  func end(_ error: JournalError?) {
    phase = error == nil ? .acknowledged : .failed
    failure = error
  }

  /// Makes a group that has ended, and that nobody looks at any more, fit to gather again. The
  /// buffer stays, so that a lone writer allocates nothing.
  func reset() {
    phase = .gathering
    failure = nil
    records.removeAll(keepingCapacity: true)
    // A group that was taken back names commits that do not exist; a task that only waits for a sync
    // would have them counted as acknowledged.
    lastSequence = .zero
    commitCount = 0
    needsSync = false
    threadCount = 0
    tasks.removeAll(keepingCapacity: true)
  }
}
