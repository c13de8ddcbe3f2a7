import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("A table that another thread fills", .timeLimit(.minutes(30)))
struct TableBuilderTests {
  /// So many windows of records, behind one another, each with the place of its records.
  private func windows(
    _ count: Int, keyCount: Int, seed: UInt64
  ) -> [(bytes: [UInt8], records: Range<Int>)] {
    var random = SeededGenerator(seed: seed)
    var segment = SegmentBuilder()
    return (0..<count).map { number in
      let start = segment.bytes.count
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        let key = "key \(Int.random(in: 0..<keyCount, using: &random))"
        let value = String(repeating: "x", count: Int.random(in: 0..<200, using: &random))
        switch Int.random(in: 0..<20, using: &random) {
        case 0: segment.append([.remove(key)])
        case 1: segment.append([.removePrefix("key \(number % 10)1"), .put(key, value)])
        default: segment.append([.put(key, value)])
        }
      }
      // What stands around the records is none.
      let bytes = [0xFF] + segment.bytes[start...] + [0xFF, 0xFF]
      return (Array(bytes), 1..<(bytes.count - 2))
    }
  }

  private func entries(_ table: ChangeTable) throws -> [Entry] {
    var entries: [Entry] = []
    var entry = Entry()
    let cursor = table.cursor()
    while cursor.next(into: &entry) { entries.append(entry) }
    return entries
  }

  @Test("Whoever puts records into it, the same table comes of them", arguments: 1...8)
  func same(seed: UInt64) throws {
    let windows = windows(200, keyCount: 3000, seed: seed)
    let alone = TableBuilder(alone: .max)
    let shared = TableBuilder(alone: seed.isMultiple(of: 2) ? 0 : 4000)
    for (number, window) in windows.enumerated() {
      #expect(!alone.wantsWindow(window.bytes.count))
      alone.apply(window.records, of: window.bytes.span)
      if shared.wantsWindow(window.bytes.count) {
        shared.take(
          window.bytes, window.records, byteCountAhead: .random(in: 0...(1 << 40)))
        #expect(shared.spareWindow().count <= TableBuilder.longestWindowByteCount)
      } else {
        shared.apply(window.records, of: window.bytes.span)
      }
      // Now and then somebody wants all of it in between, as where snapshots bridge a gap.
      if number == 120 { #expect(try entries(shared.table) == entries(alone.table)) }
    }
    let (expected, found) = (alone.table, shared.table)
    #expect(try entries(found) == entries(expected), "seed \(seed)")
    #expect(found.removedPrefixes == expected.removedPrefixes)
  }

  @Test("A window that a long record has stretched is not kept for another thread")
  func stretched() {
    let builder = TableBuilder(alone: 0)
    #expect(!builder.wantsWindow(TableBuilder.longestWindowByteCount + 1))
    #expect(builder.wantsWindow(TableBuilder.longestWindowByteCount))
  }

  @Test("A builder that nobody wants any more drops what waits, and ends")
  func abandoned() {
    for seed in 1...50 as ClosedRange<UInt64> {
      let builder = TableBuilder(alone: 0)
      for window in windows(12, keyCount: 100, seed: seed)
      where builder.wantsWindow(window.bytes.count) {
        builder.take(window.bytes, window.records, byteCountAhead: 0)
      }
    }
  }

  @Test("Room is made once where many new keys come, and never for what a file only says of itself")
  func room() throws {
    for isHole in [false, true] {
      let builder = TableBuilder(alone: 0)
      var segment = SegmentBuilder()
      let count = 20_000
      for number in 0..<count { segment.append([.put("\(number)", "")]) }
      let start = SegmentHeader.byteCount
      #expect(builder.wantsWindow(0))
      builder.take(
        segment.bytes, start..<segment.bytes.count, byteCountAhead: isHole ? 1 << 50 : 0)
      let table = builder.table
      #expect(table.count == count)
      // Eight times as many slots and places in the order: 14 bytes each.
      #expect(table.memoryByteCount < count * (48 + (isHole ? 8 * 16 : 16)))
    }
  }

  @Test(
    "A log of many windows and long records opens to the state that was written", arguments: 1...3)
  func log(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var segment = SegmentBuilder()
    var expected = StoreState()
    while segment.bytes.count < 3 << 20 {
      let size =
        Int.random(in: 0..<40, using: &random) == 0
        ? 300 << 10 : Int.random(in: 0..<4000, using: &random)
      let changes = [
        StoreChange.put(
          "k\(Int.random(in: 0..<500, using: &random))", String(repeating: "v", count: size))
      ]
      // None says that any was durable, so all of it is written again.
      segment.append(changes, durableThrough: 0)
      expected.apply(changes)
    }
    let whole = segment
    segment.append([.put("torn", String(repeating: "t", count: 5000))], durableThrough: 0)
    segment.cut(100)
    for segment in [whole, segment] {
      let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
      #expect(try system.readState().state == expected, "seed \(seed)")
      var options = JournalOptions.deterministic
      options.replayedAloneByteCount = seed == 1 ? 0 : TableBuilder.aloneByteCount
      let journal = try system.open(options)
      #expect(try journal.state() == expected, "seed \(seed)")
      let tail = storePath + "/" + whole.name
      let written = system.operations.filter { $0.kind == .write && $0.path == tail }
      let byteCount = written.reduce(0) { $0 + ($1.byteCount ?? 0) }
      #expect(byteCount >= whole.bytes.count, "seed \(seed)")
      #expect(try system.bytes(whole.name) == whole.bytes, "seed \(seed)")
    }
  }

  @Test("A record that is none in spite of its checksum stops opening before anything is changed")
  func malformed() throws {
    var segment = SegmentBuilder()
    for number in 0..<400 {
      segment.append([.put("k\(number)", String(repeating: "v", count: 2000))])
    }
    segment.append { $0 += [RecordChangeKind.put, 0xFF, 0xFF, 1, 0, 0, 0, 1] }
    segment.append([.put("k", "behind")])
    segment.cut(1)
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
    let before = try system.image
    #expect {
      _ = try system.open()
    } throws: { error in
      (error as? JournalError)?.reason == .damage(.malformedEntry)
    }
    #expect(try system.image == before)
  }
}
