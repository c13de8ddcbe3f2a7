import JournalFormat
import Testing

@testable import JournalEngine

@Suite("Places of records")
struct RecordMarksTests {
  @Test(
    "The place that is remembered for a record is its own or that of one of the 63 before it",
    arguments: [1, 63, 64, 65, 1000] as [UInt64])
  func places(first: UInt64) {
    var marks = RecordMarks()
    for number in first..<first + 500 {
      marks.note(LogSequenceNumber(number), at: Int64(number * 100))
    }
    for number in first..<first + 600 {
      let place = marks.offset(of: LogSequenceNumber(number))
      let firstMark = (first + 63) / 64 * 64
      guard number >= firstMark else {
        #expect(place == nil)
        continue
      }
      let lastNoted = min(number, first + 499) / 64 * 64
      #expect(place == Int64(lastNoted * 100))
    }
  }
}
