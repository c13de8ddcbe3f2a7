/// Something an operator may want to know.
public enum JournalEvent: Sendable {
  /// The journal was opened; what recovery found and did.
  case opened(RecoveryReport)
  /// The journal was closed, with everything durable; what it did while it was open.
  case closed(JournalStatistics)
  /// A sync took longer than 100 milliseconds.
  case slowSync(duration: Duration, file: String)
  /// A compaction was finished.
  case compacted(CompactionReport)
  /// A compaction failed; the state is safe, and it is tried again later.
  case compactionFailed(JournalError)
  /// A snapshot turned out damaged: the previous generation serves, and where a label needs it, all that
  /// also leads there stays.
  case snapshotDamaged(JournalError)
  /// Commits begin to wait for a compaction to write what changed, since so many bytes of log are more
  /// than ``JournalOptions/compactionByteCount`` or ``JournalOptions/maximumJournalByteCount`` allows.
  /// Those that come while they wait, wait with them.
  case waitingForCompaction(replayByteCount: Int)
  /// Commits that waited for a compaction go on.
  case waitedForCompaction(duration: Duration)
  /// What a buffered opening has found is not durable yet, and could be lost with the power; it is tried
  /// again until it is, or the journal is poisoned or closed. Told once.
  case settlingFailed(JournalError)
  /// A full disk refused commits: nothing of them is there, and the same journal takes commits again
  /// once there is room. Told once for each write that was refused.
  case outOfSpace(JournalError)
  /// Something has grown close to a size that is not allowed: what it is (of an object of state, its
  /// address as `StateSelection` writes it), its size, and the limit, in bytes.
  case nearLimit(what: String, byteCount: Int, limit: Int)
  /// A write or sync failed; nothing more is acknowledged until the journal is reopened.
  case poisoned(JournalError)
}
