import JournalFormat

/// What the check of one segment established.
struct SegmentFacts {
  let first: LogSequenceNumber
  /// The salt of the segment and of the one before it; `nil` without a sound header.
  var salts: (own: UInt64, previous: UInt64)?
  /// The commits that can be read, as ranges without gaps, ascending.
  var runs: [ClosedRange<LogSequenceNumber>] = []
  /// The last commit that it is about, readable or not; the one before the first when it is empty.
  var end: LogSequenceNumber
  /// What all commits before the segment sum up to; `nil` without a sound header.
  var historyBefore: HistoryChecksum?
  /// What all commits up to the last one sum up to; `nil` behind damage.
  var historyThrough: HistoryChecksum?
  /// The same at each commit where a snapshot ends.
  var histories: [LogSequenceNumber: HistoryChecksum] = [:]
  var findings: [InspectionFinding] = []
  var unlistedFindingCount = 0
  var recordCount = 0
  var byteCount: Int64 = 0
  /// Whether it was the last one when it was checked, so that it may have grown since.
  var wasLast: Bool
  /// Whether it has no header and was the last one: its creation was interrupted.
  var isUnfinished = false

  private static let maximumFindingCount = 1000

  init(first: LogSequenceNumber, wasLast: Bool) {
    self.first = first
    self.wasLast = wasLast
    end = first.previous
  }

  /// Whether the file could not be read, so that nothing may be said about what it holds.
  var isUnreadable: Bool { findings.contains { $0.severity == .unreadable } }

  mutating func add(_ sequence: LogSequenceNumber) {
    // Numbers from a file may be anything, and behind the greatest comes zero.
    if let run = runs.last, run.upperBound < sequence, run.upperBound.next == sequence {
      runs[runs.count - 1] = run.lowerBound...sequence
    } else {
      runs.append(sequence...sequence)
    }
    recordCount += 1
  }

  mutating func add(_ finding: InspectionFinding) {
    if findings.count < Self.maximumFindingCount {
      findings.append(finding)
    } else {
      unlistedFindingCount += 1
    }
  }
}

/// What the check of one snapshot established.
struct SnapshotFacts {
  var findings: [InspectionFinding] = []
  var entryCount = 0
  var byteCount: Int64 = 0
  /// What all commits before and through it sum up to, as its header has it.
  var histories: (before: HistoryChecksum, through: HistoryChecksum)?

  /// Whether state may be read from it. A file that cannot be read is not known to be damaged, and
  /// one with damaged filters holds its state.
  var isUsable: Bool {
    findings.allSatisfy { $0.severity == .unreadable || $0.severity == .covered }
  }
}
