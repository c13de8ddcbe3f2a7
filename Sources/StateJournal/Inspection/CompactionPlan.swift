import FileIO
public import JournalEngine

/// What a full compaction would do.
public struct CompactionPlan: Sendable {
  /// What the directory says about itself.
  public let status: JournalStatus
  /// Snapshots that would be merged.
  public let mergedSnapshotCount: Int
  /// Commits in the log past the last snapshot.
  public let logCommitCount: Int
  /// Bytes that would be read: of the snapshots, and of the log past the last of them.
  public let inputByteCount: Int64
  /// The most bytes that would be written.
  public let estimatedByteCount: Int64
  /// Bytes that are free on the file system.
  public let availableByteCount: Int64

  /// Whether there is anything to turn into a snapshot, or to merge.
  public var isNeeded: Bool { logCommitCount > 0 || mergedSnapshotCount > 1 }

  init(_ status: JournalStatus, availableByteCount: Int64) {
    self.status = status
    self.availableByteCount = availableByteCount
    mergedSnapshotCount = status.snapshots.count
    logCommitCount = status.recovery?.replayedCommitCount ?? 0
    inputByteCount =
      status.snapshots.clampedSum(of: \.byteCount)
      .adding(clamping: status.recovery?.replayedByteCount ?? 0)
    estimatedByteCount = SnapshotEstimate.limit(of: inputByteCount)
  }
}
