import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("Walks over the log and the state")
struct InspectionWalkTests {
  @Test("A walk shows each commit of a range once, in order, with who made it")
  func inOrder() throws {
    let system = SimulatedFileSystem(seed: 5)
    for session in 0..<3 {
      let journal = try system.open(.small())
      for number in 0..<10 { try journal.commit([.put("s\(session)", "\(number)")]) }
      try journal.close()
    }
    let (records, findings, summary) = try system.walk()
    #expect(findings.isEmpty)
    #expect(records.map(\.sequence.rawValue) == Array(1...36))
    #expect(records.map(\.session.number) == (1...3).flatMap { [UInt64](repeating: $0, count: 12) })
    // Who it was is told by the first record of a session, be it segments before.
    #expect(records.allSatisfy { $0.session.processID != nil })
    #expect(records.last?.changes == [.closed])
    #expect(summary.recordCount == 36)
    #expect(summary.compactedThrough == .zero)
    let middle = try system.walk(.range(7...19))
    #expect(middle.records.map(\.sequence.rawValue) == Array(7...19))
    #expect(middle.records.map(\.changes) == records[6...18].map(\.changes))
    // Before the log that was read, only the number of a session is known.
    #expect(middle.records.map(\.session.number) == records[6...18].map(\.session.number))
    #expect(try system.walk(.range(90...99)).records.isEmpty)
  }

  @Test("A walk goes on behind damage and shows it at its place")
  func behindDamage() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(9)
    segment.flipBit(at: segment.offsets[4] + 40)
    let system = try SimulatedFileSystem.store([
      segment.name: segment.bytes, "WATERMARK": Watermark.bytes(8),
    ])
    let (records, findings, summary) = try system.walk()
    #expect(records.map(\.sequence.rawValue) == [1, 2, 3, 4, 6, 7, 8, 9])
    #expect(findings.map(\.sequence?.rawValue) == [5])
    #expect(summary.worst == .loss)
    #expect(try system.walk(.range(6...9)).findings.isEmpty)
  }

  @Test("A walk says which commits are in snapshots only")
  func compacted() throws {
    let system = try SimulatedFileSystem.grownStore()
    let (records, _, summary) = try system.walk()
    let compacted = try #require(summary.compactedThrough)
    #expect(compacted > .zero)
    #expect(records.first?.sequence == compacted.next)
    #expect(records.last?.sequence == (try system.readState().report.lastSequence))
  }

  @Test("Damage on the way through the state neither repeats nor skips an entry")
  func stateInSpiteOfDamage() throws {
    let system = SimulatedFileSystem(seed: 9)
    let journal = try system.open()
    let value = String(repeating: "x", count: 400)
    for number in 0..<300 { try journal.commit([.put("k\(number)", value)]) }
    try journal.compact()
    try journal.commit([.put("k7", "new")])
    try journal.compact(isFull: true)
    try journal.close()
    let original = try system.readState().state
    let newest = try #require(system.snapshotNames.max { $0.suffix(30) < $1.suffix(30) })
    try system.replace(newest) { $0[$0.count / 2] ^= 1 }
    var state: StoreState = [:]
    var keys: [[UInt8]] = []
    let report = try StateWalk.run(storePath, in: system) { entry in
      state.take(entry)
      keys.append(entry.key)
      return true
    }
    #expect(state == original)
    #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(Set(keys).count == keys.count)
    #expect(report.damagedSnapshots.count == 1)
  }

  @Test("A walk ends before a record that claims the last number there is")
  func lastNumber() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(2)
    segment.append([.put("a", "hostile")], sequence: .max)
    segment.append([.put("b", "behind")], sequence: 4)
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
    let sequences = try system.walk().records.map(\.sequence.rawValue)
    #expect(sequences == [1, 2])
    #expect(throws: JournalError.self) { try system.open() }
  }

  @Test(
    "The status tells what is open, what opening costs and what is kept for one more generation")
  func status() throws {
    let system = try SimulatedFileSystem.grownStore()
    let closed = try system.status()
    #expect(closed.writer == nil)
    #expect(closed.closedCleanly == true)
    #expect(closed.recovery?.lastSequence == (try system.verify().lastSequence))
    #expect(closed.lastSession?.number == 1)
    #expect(closed.snapshots.count == 1)
    #expect(closed.files.filter { $0.kind == .snapshot }.map(\.isSuperseded) == [true, false])
    #expect(closed.supersededByteCount > 0)

    let journal = try system.open()
    try journal.commit([.put("a", "b")])
    let open = try system.status()
    #expect(open.writer?.owner != nil)
    #expect(open.closedCleanly == false)
    #expect(open.recovery?.replayedCommitCount ?? 0 > closed.recovery?.replayedCommitCount ?? 0)
    try journal.close()
  }

  @Test("A status of a damaged store says what it can, and why opening fails")
  func statusOfDamage() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(9)
    segment.flipBit(at: segment.offsets[4] + 40)
    let system = try SimulatedFileSystem.store([
      segment.name: segment.bytes, "WATERMARK": Watermark.bytes(9),
    ])
    let status = try system.status()
    #expect(status.failure?.sequence == LogSequenceNumber(5))
    #expect(status.recovery == nil)
    #expect(status.watermark == LogSequenceNumber(9))
    #expect(status.files.contains { $0.name == segment.name })
  }

  @Test("Nothing that inspects changes the disk")
  func writesNothing() throws {
    for closing in [true, false] {
      let system = try SimulatedFileSystem.grownStore(closing: closing)
      let count = system.operations.count
      _ = try system.verify()
      _ = try system.status()
      _ = try system.walk()
      _ = try StateWalk.run(storePath, in: system) { _ in true }
      // Asking who holds a lock counts as an operation on it, and changes nothing.
      #expect(
        system.writes(after: count).allSatisfy { $0.kind == .lock && !$0.changedDisk })
    }
  }

  @Test("A reader survives a tail whose zeros are cut off under it")
  func sealedTail() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(2)
    let end = segment.bytes.count
    segment.appendZeros(4096)
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
    for cut in [end, end + 1, end + 31] {
      try system.replace(segment.name) { $0 = segment.bytes }
      var reader = try #require(
        try SegmentReader.open(
          segment.name, in: system.store, first: LogSequenceNumber(1), isLast: true, store: nil))
      try system.replace(segment.name) { $0.removeLast($0.count - cut) }
      for number in [UInt64(1), 2] {
        guard case .record = try reader.step(expected: LogSequenceNumber(number)) else {
          Issue.record("commit \(number) is there")
          return
        }
      }
      let step = try reader.step(expected: LogSequenceNumber(3))
      #expect(step == .end || step == .unwritten)
    }
  }
}
