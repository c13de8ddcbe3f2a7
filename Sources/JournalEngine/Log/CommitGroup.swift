import FileIO
import JournalFormat

/// Commits that share one write and one sync.
///
/// A group *gathers* commits, is *taken* by the leader who writes it, is *written*, and ends
/// *acknowledged* or *failed*. It has its ``batch`` once it is taken: the leader stamps a copy.
final class CommitGroup: @unchecked Sendable {
  // The queue's lock guards every change until the group has ended and left the flight, and then it is
  // for whoever has ended it alone. Once it is taken, the records and tasks of `batch` do not change,
  // and are read without the lock.

  enum Phase {
    case gathering
    /// A leader writes it.
    case taken
    /// It is in the file. It is acknowledged once everything before it is and, where anybody in it
    /// waits for durability, everything that was written by then is durable.
    case written
    case acknowledged
    case failed
  }

  private(set) var phase = Phase.gathering
  /// Why the group failed.
  private(set) var failure: JournalError?
  /// Its commits; empty as long as they gather.
  var batch = CommitBatch()
  /// The commit up to which everything must be durable for those in the group who wait for that.
  private var through = LogSequenceNumber.zero
  /// The lane that its sync goes through, while it holds one.
  var lane: SyncLane?
  let gate = ThreadGate()
  /// The group that was taken after this one, as long as both are on their way.
  var next: CommitGroup?

  /// Whether nothing happens to the group any more.
  var hasEnded: Bool { phase == .acknowledged || phase == .failed }

  /// Whether it can be acknowledged, everything before it being so.
  func isSafe(durable: LogSequenceNumber) -> Bool {
    phase == .written && (!batch.needsSync || durable >= through)
  }

  /// Takes the commits that have gathered, and leaves empty buffers for the next ones.
  func take(_ gathered: inout CommitBatch) {
    phase = .taken
    swap(&batch, &gathered)
  }

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

  /// Makes a group that has ended, and that nobody looks at any more, fit for other commits.
  func reset() {
    phase = .gathering
    failure = nil
    batch.reset()
  }
}
