package import JournalFormat

/// Where a record begins, and what came before it.
package struct RecordMark: Sendable {
  package var sequence: LogSequenceNumber
  package var offset: Int64
  /// What all commits before it sum up to.
  package var history: HistoryChecksum
}

/// Where some of the records of a segment begin: after every 16 KiB, the next one.
struct RecordMarks {
  private static let distance: Int64 = 16 << 10

  private var marks: [RecordMark] = []

  /// Takes note of the next record.
  mutating func note(
    _ sequence: LogSequenceNumber, at offset: Int64, behind history: HistoryChecksum
  ) {
    guard offset - (marks.last?.offset ?? -Self.distance) >= Self.distance else { return }
    marks.append(RecordMark(sequence: sequence, offset: offset, history: history))
  }

  /// A record, or one that begins up to 16 KiB before it; nil if it comes before all.
  func mark(before sequence: LogSequenceNumber) -> RecordMark? {
    marks.last { $0.sequence <= sequence }
  }
}
