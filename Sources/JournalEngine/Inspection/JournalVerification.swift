public import JournalFormat

/// What a check of every byte of a store found.
public struct JournalVerification: Sendable {
  /// Everything noticed, the worst first.
  public internal(set) var findings: [InspectionFinding] = []
  /// Findings beyond the most that are kept for one file (1,000).
  public internal(set) var unlistedFindingCount = 0
  /// Commits that were acknowledged and that no file holds any more.
  public internal(set) var lostSequences: [ClosedRange<LogSequenceNumber>] = []
  /// The last commit that can be read.
  public internal(set) var lastSequence = LogSequenceNumber.zero
  /// The last commit that the snapshots hold which are sound and join without a gap.
  public internal(set) var snapshotSequence = LogSequenceNumber.zero
  /// The last commit that the watermark vouches for.
  public internal(set) var watermark: LogSequenceNumber?
  /// Segments checked.
  public internal(set) var segmentCount = 0
  /// Snapshots checked.
  public internal(set) var snapshotCount = 0
  /// Valid records in the segments.
  public internal(set) var recordCount = 0
  /// Sound entries in the snapshots.
  public internal(set) var entryCount = 0
  /// Bytes checked.
  public internal(set) var byteCount: Int64 = 0

  init() {}

  /// Adds what a closer look found, and keeps the worst first.
  package mutating func add(_ findings: [InspectionFinding]) {
    self.findings += findings
    self.findings.sort { left, right in
      (right.severity, left.file, left.offset ?? 0) < (left.severity, right.file, right.offset ?? 0)
    }
  }

  /// Advises something else about findings, where `advice` has it.
  package mutating func advise(_ advice: (InspectionFinding) -> String?) {
    for index in findings.indices {
      if let text = advice(findings[index]) { findings[index].advice = text }
    }
  }

  /// How bad the worst finding is; `nil` when there is none.
  public var worst: InspectionFinding.Severity? { findings.map(\.severity).max() }

  /// Whether every acknowledged commit is in the state that the files describe.
  public var isStateIntact: Bool { worst.map { $0 < .loss } ?? true }

  /// Whether any bytes that were once acknowledged are damaged, whether or not the state suffers.
  public var isDamaged: Bool { worst.map { $0 >= .covered } ?? false }
}
