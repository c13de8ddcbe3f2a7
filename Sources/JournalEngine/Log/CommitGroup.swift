import FileIO
import JournalFormat

/// Commits that share one write and one sync.
///
/// While a group gathers, everything in it changes under the queue's lock. Once a leader has taken
/// it, its records are only read: the leader stamps a copy.
final class CommitGroup: @unchecked Sendable {
  // The queue's lock guards all members while the group gathers; afterwards they do not change.
  // What waiting threads look at is behind `progress`.

  /// What a thread that waits for the group is to do.
  enum Progress {
    case waiting
    /// The thread is to lead this group.
    case elected
    case finished(JournalError?)
  }

  /// The records, one behind the other, not stamped.
  var records: [UInt8] = []
  /// The last commit in the group.
  var lastSequence = LogSequenceNumber.zero
  var commitCount = 0
  /// Whether anybody in the group waits for durability.
  var needsSync = false
  var threadCount = 0
  var tasks: [(waiter: TaskWaiter, sequence: LogSequenceNumber)] = []
  let progress = Monitor(Progress.waiting)

  /// Whether anybody waits for the group to be written.
  var hasWaiters: Bool { threadCount > 0 || !tasks.isEmpty }

  /// Makes a finished group, which nobody looks at any more, fit to gather again. The buffer stays,
  /// so that a lone writer allocates nothing.
  func reset() {
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
