import JournalFormat
import Testing

@testable import JournalEngine

@Suite("Places of records")
struct RecordMarksTests {
  @Test(
    "The place that is remembered for a record is its own, or at most 16 KiB before it",
    arguments: [40, 161, 5000, 16_384, 100_000] as [Int64])
  func places(byteCount: Int64) throws {
    var marks = RecordMarks()
    let first: UInt64 = 7
    let offset = { (number: UInt64) in 80 + Int64(number - first) * byteCount }
    for number in first..<first + 1000 {
      marks.note(
        LogSequenceNumber(number), at: offset(number), behind: HistoryChecksum(UInt32(number)))
    }
    for number in first..<first + 1000 {
      let mark = try #require(marks.mark(before: LogSequenceNumber(number)))
      #expect(mark.offset == offset(mark.sequence.rawValue))
      #expect(mark.history == HistoryChecksum(UInt32(mark.sequence.rawValue)))
      let place = mark.offset
      #expect(place <= offset(number) && offset(number) - place < 16 << 10)
      #expect((place - 80).isMultiple(of: byteCount))
    }
    #expect(marks.mark(before: LogSequenceNumber(first - 1)) == nil)
  }

  @Test("Records that were not noted have no place before the first one that was")
  func empty() {
    #expect(RecordMarks().mark(before: LogSequenceNumber(1)) == nil)
  }
}
