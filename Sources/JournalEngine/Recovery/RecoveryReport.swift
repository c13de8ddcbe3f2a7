public import JournalFormat

/// What opening a journal found, and what it did about it.
public struct RecoveryReport: Sendable {
  /// A tail that was never acknowledged.
  public struct TornTail: Sendable, Equatable {
    /// The segment it was found in.
    public var file: String
    /// Where it begins, in bytes.
    public var offset: Int64
    /// How many bytes of it are not zero padding at the end of the file.
    public var byteCount: Int64
    /// The sequence number that the first lost commit would have had.
    public var sequence: LogSequenceNumber
    /// Whether the commit may have been acknowledged all the same: a whole record with a wrong
    /// checksum at the very end, with nothing later to tell. Only power loss leaves this.
    public var isUndecidable: Bool
    /// The keys that could still be read from it, as far as they make sense; at most 1,000.
    public var keysAtRisk: [[UInt8]]
    /// Where a copy was put; `nil` until the tail is cut.
    public var quarantinedAs: String?
  }

  /// Whether the store was created by this opening.
  public var isNew = false
  /// The last commit in the store.
  public var lastSequence = LogSequenceNumber.zero
  /// The commits up to this one are known to have been durable before recovery looked.
  public var durableSequence = LogSequenceNumber.zero
  /// The commits up to this one came from snapshots.
  public var snapshotSequence = LogSequenceNumber.zero
  /// How many commits were replayed from the log.
  public var replayedCommitCount = 0
  /// How many bytes of log were replayed.
  public var replayedByteCount: Int64 = 0
  /// Whether the last session closed the journal with everything durable.
  public var closedCleanly = false
  /// The tail that was cut, or (for a reader, which cuts nothing) ignored.
  public var tornTail: TornTail?
  /// Snapshots that turned out damaged; an earlier generation served instead.
  public var damagedSnapshots: [JournalError] = []

  package init() {}
}
