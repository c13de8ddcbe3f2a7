public import JournalFormat

/// How far a repair goes past damage.
public enum RepairMode: String, Sendable, CaseIterable {
  /// Cuts the log where it stops making sense, in its last segment, and lets it end there.
  case tail
  /// Keeps everything up to the damage and every later commit that is whole.
  case dropDamaged = "drop-damaged"
  /// Keeps, besides, what can be read from damaged snapshots, block by block.
  case salvage
}

/// What a repair would do, before it does anything.
public struct RepairPlan: Sendable {
  /// What is done to the files.
  public enum Action: Sendable, Equatable {
    /// The store opens as it is.
    case nothing
    /// The log is cut in a segment, or only segments behind it and the watermark are put right
    /// (`offset` is `nil` then).
    case cut(file: String, offset: Int64?)
    /// The state is written into one new snapshot, which takes the place of all files.
    case rewrite
  }

  /// How far the repair goes.
  public internal(set) var mode: RepairMode
  /// What is done.
  public internal(set) var action = Action.nothing
  /// What a check of every byte found.
  public internal(set) var verification: JournalVerification
  /// The last commit of the store afterwards; the next one gets the number behind it.
  public internal(set) var through = LogSequenceNumber.zero
  /// Commits that are lost: acknowledged or not, and no readable file has them.
  public internal(set) var lostSequences: [ClosedRange<LogSequenceNumber>] = []
  /// Keys whose last change may be lost, as far as they can be made out; at most 1,000 for each place.
  public internal(set) var keysAtRisk: [[UInt8]] = []
  /// Parts of the space of keys of which something is lost.
  public internal(set) var lostKeyRanges: [InspectionFinding.KeyRange] = []
  /// Files of another store or another history, which are not read.
  public internal(set) var foreignFiles: [JournalError] = []
  /// The names of the files that are changed or removed, after copies of them were put into the
  /// quarantine.
  public internal(set) var changedFiles: [String] = []
  /// Bytes of those copies.
  public internal(set) var quarantinedByteCount: Int64 = 0
  /// The most bytes that are written besides.
  public internal(set) var estimatedByteCount: Int64 = 0
  /// Bytes that are free on the file system.
  public internal(set) var availableByteCount: Int64 = 0

  /// Whether there is anything to repair.
  public var isNeeded: Bool { action != .nothing }

  init(_ mode: RepairMode, _ verification: JournalVerification) {
    self.mode = mode
    self.verification = verification
  }
}

/// What a repair, an undoing of one, or a rewind has done.
public struct RepairReport: Sendable {
  /// The bundle with the originals, as a path in the directory; `nil` when nothing was changed in
  /// place.
  public internal(set) var bundle: String?
  /// The last commit of the store now; `nil` after an undoing, which does not ask.
  public internal(set) var through: LogSequenceNumber?
  /// Objects in the state that was written; `nil` when no state was.
  public internal(set) var entryCount: Int?
  /// The keys of what named commits, and is not in the state that was written.
  package internal(set) var droppedPins: [[UInt8]] = []
  /// Names of files that were changed or written.
  public internal(set) var changedFiles: [String]
  /// What a state that was written elsewhere has not, since the log ends before it.
  package internal(set) var tornTail: RecoveryReport.TornTail?
}
