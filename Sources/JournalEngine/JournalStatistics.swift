public import JournalFormat

/// What a journal has done since it was opened.
///
/// The counts are kept by the commits themselves, in memory that they touch anyway; asking for them
/// takes a lock for as long as it takes to copy a kilobyte, so once a second, or after each batch, is
/// nothing to think about.
public struct JournalStatistics: Sendable {
  /// Commits acknowledged.
  public var commitCount = 0
  /// Groups written: commits that shared a write, and a sync if they asked for one.
  public var groupCount = 0
  /// The most commits that shared a write.
  public var largestGroupCommitCount = 0
  /// Bytes of records written.
  public var writtenByteCount = 0
  /// How long syncs took.
  public var syncLatency = LatencyHistogram()
  /// Compactions finished.
  public private(set) var compactionCount = 0
  /// The last compaction of this session.
  public package(set) var lastCompaction: CompactionReport? { didSet { compactionCount += 1 } }
  /// The last commit acknowledged, also by earlier sessions.
  public var lastSequence = LogSequenceNumber.zero
  /// When the last of the commits counted here was made, in nanoseconds since 1970, UTC, by the clock
  /// that commits are stamped with; `nil` before the first.
  public internal(set) var lastCommitTime: Int64?
  /// The last commit known to be durable.
  public var durableSequence = LogSequenceNumber.zero
  /// Bytes of log that the next opening would have to replay.
  public var replayByteCount = 0

  /// Bytes of memory that hold what changed since the last snapshot, until it is in one: keys, values, up
  /// to 48 bytes for each, and room for more and from former values. Views that are held are not counted.
  public var changesMemoryByteCount = 0

  /// Syncs made.
  public var syncCount: UInt64 { syncLatency.count }

  /// How many commits shared a write on average; zero before the first.
  public var averageGroupCommitCount: Double {
    groupCount == 0 ? 0 : Double(commitCount) / Double(groupCount)
  }

  package init() {}

  mutating func count(_ batch: CommitBatch) {
    guard batch.commitCount > 0 else { return }
    countGroup(
      ofCommits: batch.commitCount, byteCount: batch.records.count, lastAt: batch.lastTime)
  }

  mutating func countGroup(ofCommits commitCount: Int, byteCount: Int, lastAt time: Int64) {
    self.commitCount += commitCount
    groupCount += 1
    largestGroupCommitCount = max(largestGroupCommitCount, commitCount)
    writtenByteCount += byteCount
    lastCommitTime = time
  }
}
