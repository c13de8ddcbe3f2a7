import JournalFormat

/// Where some of the records of a segment begin: one of 64.
struct RecordMarks {
  private static let distance: UInt64 = 64

  private var marks: [(sequence: LogSequenceNumber, offset: Int64)] = []

  /// Takes note of the next record.
  mutating func note(_ sequence: LogSequenceNumber, at offset: Int64) {
    guard sequence.rawValue.isMultiple(of: Self.distance) else { return }
    marks.append((sequence, offset))
  }

  /// Where a record begins, or one of those shortly before it; nil if none before it was noted.
  func offset(of sequence: LogSequenceNumber) -> Int64? {
    marks.last { $0.sequence <= sequence }?.offset
  }
}
