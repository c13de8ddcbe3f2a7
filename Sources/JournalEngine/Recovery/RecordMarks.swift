import JournalFormat

/// Where some of the records of a segment begin: after every 16 KiB, the next one.
struct RecordMarks {
  private static let distance: Int64 = 16 << 10

  private var marks: [(sequence: LogSequenceNumber, offset: Int64)] = []

  /// Takes note of the next record.
  mutating func note(_ sequence: LogSequenceNumber, at offset: Int64) {
    guard offset - (marks.last?.offset ?? -Self.distance) >= Self.distance else { return }
    marks.append((sequence, offset))
  }

  /// Where a record begins, or one that begins up to 16 KiB before it; nil if it comes before all.
  func offset(of sequence: LogSequenceNumber) -> Int64? {
    marks.last { $0.sequence <= sequence }?.offset
  }
}
