public import JournalFormat

/// What one compaction did.
public struct CompactionReport: Sendable {
  /// The snapshot that was written.
  public var file: String
  /// The state that it builds on; zero for a base, which holds everything.
  public var after: LogSequenceNumber
  /// The last commit in it.
  public var through: LogSequenceNumber
  /// Snapshots that were merged into it.
  public var mergedSnapshotCount: Int
  /// Entries in it.
  public var entryCount: Int
  /// Bytes that went in: of the merged snapshots, and keys and values that changed since.
  public var inputByteCount: Int64
  /// The size of the new snapshot.
  public var byteCount: Int64
  /// Superseded files that were removed. Others may stay for the next compaction, where the log has grown
  /// long meanwhile or something was found damaged.
  public var removedFiles: [String]
  /// What is damaged, or cannot be read, in snapshots that were looked at because labels need them. What else leads to the
  /// labelled states stays in their place.
  public var damagedSnapshots: [JournalError] = []
  /// How long it took, with the opening of the store where that was a part of it.
  public var duration: Duration
}
