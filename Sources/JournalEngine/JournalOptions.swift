/// How a journal behaves: durability, sizes, retention and what it tells the application.
public struct JournalOptions: Sendable {
  /// What an acknowledged commit survives.
  public enum Durability: Sendable, Equatable {
    /// `kill -9` and power loss: acknowledged after the data has been synced.
    case synced
    /// `kill -9` at once, and power loss after at most `interval` plus the time of one sync:
    /// acknowledged when the operating system has the data.
    case buffered(interval: Duration)

    /// Buffered, synced every 100 milliseconds.
    public static let buffered = Durability.buffered(interval: .milliseconds(100))

    /// Whether acknowledgements wait for a sync.
    public var isSynced: Bool { self == .synced }
  }

  /// What a commit survives unless it asks for something else itself.
  public var durability = Durability.synced

  /// A segment is closed and the next one begun when it has grown past this many bytes.
  public var segmentByteCount = 16 << 20

  /// The tail is filled with zeros ahead of need in steps that double up to this many bytes, so that
  /// a sync has no metadata to write; the mapped tail of buffered journals, up to 1 MiB at most. Zero
  /// turns it off, and with it the mapping; where the file system does not allow one, buffered journals
  /// do without.
  public var preallocationByteCount = 4 << 20

  /// What opening may have to replay, in bytes of log past the last snapshot: when half of it is
  /// there, what changed begins to leave the log as a snapshot, and should the other half fill up
  /// before that is written, commits wait for it. `nil` compacts only when asked.
  public var compactionByteCount: Int? = 16 << 20

  /// The most runs (snapshots of a range) that may lie on top of the base; 0 rewrites the base in
  /// every compaction. More runs write less and make cold reads look in more files. While a long merge
  /// is at work, as many again may come on top of it; where they come faster still, commits wait for
  /// the merge.
  public var maximumRunCount = 12

  /// Writers wait for a running compaction to write what changed when the log past that has grown
  /// beyond this many bytes, where ``compactionByteCount`` does not say less.
  public var maximumJournalByteCount = 256 << 20

  /// How many generations of superseded files stay. With 1, no single damaged snapshot loses state.
  public var retainedGenerationCount = 1

  /// How far back the past stays within reach beyond these generations; `nil` for no further.
  public var retainedHistory: RetainedHistory?

  /// Entries of the state that name commits to keep within reach, however old they get.
  package var pins: CommitPins?

  /// Whether a missing store is created, or one whose creation was interrupted. Without it, opening
  /// such a directory fails with ``JournalError/Reason/notAStore`` and writes nothing.
  public var createsIfMissing = true

  /// Called with everything worth telling an operator, on the thread where it happened; must
  /// return quickly and not call back into the journal.
  public var onEvent: (@Sendable (JournalEvent) -> Void)?

  /// Called while opening replays the log, once for every 4 MiB and when all has been read, with
  /// bytes and commits of the log so far; on the thread that opens. With ``compactionByteCount`` as
  /// it is by default there is little to replay, and opening takes some milliseconds; without
  /// compaction, or from a store that others wrote so, it may take long enough to show.
  ///
  /// What opening reports here is not judged yet: it may still fail for what it finds.
  public var onOpeningProgress: (@Sendable (InspectionProgress) -> Void)?

  /// What changed is merged with earlier runs of up to this many bytes as it leaves the log; what
  /// takes longer is done afterwards, when no writer waits for it.
  package var mergeAtOnceByteCount: Int64 = 4 << 20

  /// So many superseded files go once a snapshot is written, and half of them if that is more, before
  /// others stay for the next time because the log has grown long meanwhile.
  package var removalsAtOnce = 4

  /// The base is rewritten when the runs on top of it have so many times its size.
  package var rewriteShare = 1.0

  /// So many bytes of the log are put into the table by the thread that opens; those behind them by
  /// another one, beside it.
  package var replayedAloneByteCount = TableBuilder.aloneByteCount

  /// Whether what a buffered opening has found becomes durable at once, and not only when somebody is
  /// about to write.
  package var settlesInBackground = true

  /// The wall clock that stamps commits, in nanoseconds since 1970.
  package var clock: @Sendable () -> Int64 = JournalOptions.wallClock

  /// The options that suit most jobs.
  public init() {}
}
