import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// A superseded segment that was mixed in from a copy is no way to a state of which a damaged snapshot is
/// another one.
@Suite("A previous generation of another history serves nobody")
struct OtherHistoryTests {
  /// A snapshot with a damaged block, the log behind it, and below it a segment in which the same commits
  /// are others.
  private func disk() throws -> SimulatedFileSystem {
    var other = SegmentBuilder()
    for number in 1...5 { other.append([.put("k\(number)", "other")]) }
    var next = SegmentBuilder(first: 6, salt: 9, previousSalt: 0x5A17)
    next.appendPuts(2)
    var snapshot = snapshotBytes(through: 5)
    snapshot[100] ^= 1
    return try .store([
      other.name: other.bytes, next.name: next.bytes, snapshotName(through: 5): snapshot,
    ])
  }

  @Test("P2: not the journal that is open, where recovery would refuse it")
  func journal() throws {
    let journal = try disk().open()
    for _ in 0..<2 {
      let error = #expect(throws: JournalError.self) { try journal.value("k1") }
      #expect(error?.reason == .damage(.snapshotBlock))
      #expect(error?.detail.contains("another history") == true)
      #expect(throws: JournalError.self) { try journal.state() }
    }
    #expect(try journal.value("k6") == "v6")
  }

  @Test("P2: not who reads a past state that ends with the snapshot")
  func readers() throws {
    let system = try disk()
    let five = LogSequenceNumber(5)
    let error = #expect(throws: JournalError.self) {
      try JournalReader.reading(storePath, in: system, at: five) {
        (reader) throws(JournalError) in try reader.view.state()
      }
    }
    #expect(error?.reason == .damage(.snapshotBlock))
    let cursor = try StateCursor(storePath, in: system, at: five)
    var entry = Entry()
    let second = #expect(throws: JournalError.self) { try cursor.next(into: &entry) }
    #expect(second?.reason == .damage(.snapshotBlock))
    #expect(throws: JournalError.self) { try system.readState() }
  }
}
