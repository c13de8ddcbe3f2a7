import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// What must hold at the tail of the log, one crash at a time.
@Suite("The tail of the log")
struct LogTests {
  private static let later = JournalOptions.Durability.buffered(interval: .seconds(36_000))

  @Test("A stale record of the same size never lines up behind a new one", arguments: 0..<40)
  func staleRecords(seed: Int) throws {
    let system = SimulatedFileSystem(seed: UInt64(seed))
    let journal = try system.open()
    try journal.commit([.put("a", "0")])
    // Each fills two sectors, so that some of them arrive and others do not.
    let filler = String(repeating: "x", count: 1000)
    for number in 1...6 { try journal.commit([.put("old", "\(number)" + filler)], Self.later) }
    system.crash()

    let second = system.afterPowerLoss(.random(seed: UInt64(seed)))
    let again = try second.open()
    let first = try again.value("old").flatMap { Int($0.prefix(1)) } ?? 0
    for number in 1...6 { try again.commit([.put("new", "\(number)" + filler)], Self.later) }
    second.crash()

    let third = second.afterPowerLoss(.random(seed: UInt64(seed) + 1000))
    let last = try third.open()
    let old = try last.value("old").flatMap { Int($0.prefix(1)) } ?? 0
    #expect(old == first, "seed \(seed): what was cut came back")
    #expect(try last.value("a") == "0")
    #expect(last.lastSequence.rawValue <= 2 + UInt64(first) + 7)
  }

  @Test("A cut that was not synced is made durable before anything is written behind it")
  func unsyncedCut() throws {
    // The stale record begins a sector, the third: where the cut has freed a sector, nothing new can
    // be beside old bytes, so the new record must end with the sector that the cut was in.
    func segment(_ length: Int) -> SegmentBuilder {
      var segment = SegmentBuilder(first: 3, salt: 9, previousSalt: 0x5A17)
      segment.append([.put("w", String(repeating: "w", count: 400))], durableThrough: 2)
      segment.append([.put("k", String(repeating: "a", count: length))], durableThrough: 2)
      segment.append([.put("k", "a")], durableThrough: 2)
      segment.append([.put("stale", "resurrected")], durableThrough: 2)
      return segment
    }
    var torn = segment(300 + 1024 - segment(300).offsets[3])
    try #require(torn.offsets[1] > 512 && torn.offsets[3] == 1024)
    torn.flipBit(at: torn.offsets[1] + 40)
    var whole = SegmentBuilder()
    whole.appendPuts(2)
    let system = try SimulatedFileSystem.store([
      whole.name: whole.bytes, torn.name: torn.bytes, "WATERMARK": Watermark.bytes(2),
    ])
    let rehearsal = system.afterProcessKill()
    _ = try rehearsal.open()
    let cut = try #require(
      rehearsal.operations.last { $0.kind == .truncate && $0.path.hasSuffix(torn.name) })
    // Killed between the cut and its sync; the next recovery finds a clean end.
    system.crash(at: cut.number + 1)
    _ = try? system.open()
    let next = system.afterProcessKill()
    // The first record of a session comes with one that says whose it is, of no certain length; both
    // together are to end where the stale one begins.
    let trial = try next.afterProcessKill().open()
    try trial.commit([.put("k", String(repeating: "b", count: 150))], Self.later)
    let missing = torn.offsets[3] - Int(trial.writer.segment.end)
    let journal = try next.open()
    #expect(journal.recoveryReport.tornTail == nil)
    try journal.commit([.put("k", String(repeating: "b", count: 150 + missing))], Self.later)
    #expect(Int(journal.writer.segment.end) == torn.offsets[3])
    next.crash()
    for seed in 0..<300 {
      let state = try next.afterPowerLoss(.random(seed: UInt64(seed))).open().state()
      #expect(state["stale"] == nil, "seed \(seed)")
    }
  }

  @Test("Bytes from the same place are kept apart in the quarantine")
  func quarantine() throws {
    var builder = SegmentBuilder()
    builder.appendPuts(2)
    let whole = builder.bytes
    let system = try SimulatedFileSystem.store([builder.name: whole + [1, 2, 3]])
    for (number, tail) in [[4, 5], [4, 5], [6]].enumerated() {
      _ = try system.open()
      #expect(system.quarantineNames.count == number + 1)
      try system.replaceContents(
        of: "\(storePath)/\(builder.name)", with: whole + tail.map(UInt8.init))
    }
    let copies = try system.quarantineNames.map { try system.contents(of: $0) }
    #expect(Set(copies) == [[1, 2, 3], [4, 5]])
    #expect(system.quarantineNames.allSatisfy { $0.hasSuffix(".torn") })
  }

  @Test("P9: a length that was never written allocates nothing")
  func oversizedLength() throws {
    var builder = SegmentBuilder()
    builder.append([.put("k", String(repeating: "v", count: 5 << 20))])
    builder.flipBit(at: 1000)
    let system = try SimulatedFileSystem.store([builder.name: builder.bytes])
    let directory = try system.openDirectory(storePath, creating: false)
    var reader = try #require(
      try SegmentReader.open(
        builder.name, in: directory, first: LogSequenceNumber(1), isLast: true, store: nil))
    let step = try reader.step(expected: LogSequenceNumber(1))
    #expect(step == .invalid(.checksumMismatch(byteCount: builder.bytes.count - 80)))
    #expect(reader.window.count <= 1 << 20)
    #expect(try system.readState().state.isEmpty)
  }

  @Test("A record longer than the window is read whole")
  func longRecord() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    let value = String(repeating: "long ", count: 300_000)
    try journal.commit([.put("k", value), .put("l", "short")])
    try journal.commit([.put("m", "after")])
    try journal.close()
    let state = try system.open().state()
    #expect(state == ["k": value, "l": "short", "m": "after"])
  }

  @Test("A rotation whose watermark meets a full disk loses nothing that is acknowledged after it")
  func watermarkOnFullDisk() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(200))
    try journal.commit([.put("a", String(repeating: "a", count: 200))])
    system.inject(Fault(.noSpace, of: .write, on: "WATERMARK.tmp"))
    #expect(throws: JournalError.self) { try journal.commit([.put("b", "1")]) }
    try journal.commit([.put("c", "1")])
    system.crash()
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state.keys.sorted() == ["a", "c"])
  }

  @Test(
    "A commit that a full disk refused never appears, however much of it was written",
    arguments: [
      Fault(.errorAfterwards(IOFailure.noSpaceCode), of: .write, on: ".journal"),
      Fault(.errorAfterPart(byteCount: 70, IOFailure.noSpaceCode), of: .write, on: ".journal"),
      Fault(.full, of: .write, on: ".journal"),
    ])
  func refusedCommit(fault: Fault) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    try journal.commit([.put("a", "1")])
    system.inject(fault)
    let error = #expect(throws: JournalError.self) {
      try journal.commit([.put("refused", "1")])
    }
    guard case .outOfSpace = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    system.clearFaults()
    #expect(try journal.state() == ["a": "1"])
    #expect(try system.afterProcessKill().open().state() == ["a": "1"])
    try journal.commit([.put("b", "1")], Self.later)
    system.crash()
    #expect(try system.afterProcessKill().open().state() == ["a": "1", "b": "1"])
    for seed in 0..<50 {
      let state = try system.afterPowerLoss(.random(seed: UInt64(seed))).open().state()
      #expect(state == ["a": "1"] || state == ["a": "1", "b": "1"], "seed \(seed)")
    }
  }

  @Test(
    "A segment that could not be begun does not come back with the power",
    arguments: [
      Fault(.errorAfterPart(byteCount: 100, IOFailure.noSpaceCode), of: .write, on: "3.journal"),
      Fault(.errorAfterwards(IOFailure.noSpaceCode), of: .open, on: "3.journal"),
      Fault(.noSpace, of: .sync, on: "3.journal"),
    ])
  func unbegunSegment(fault: Fault) throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(100_000)
    options.preallocationByteCount = 4096
    let journal = try system.open(options)
    try journal.commit([.put("a", "1")])
    // The compaction begins a segment; when it cannot, the session goes on in the one it has.
    system.inject(fault)
    #expect(throws: JournalError.self) { try journal.compact() }
    try journal.commit([.put("b", "1")])
    try journal.commit([.put("c", "1")])
    system.crash()
    for seed in 0..<50 {
      let disk = system.afterPowerLoss(.random(seed: UInt64(seed)))
      let state = try disk.open().state()
      #expect(state.keys.sorted() == ["a", "b", "c"], "seed \(seed)")
    }
  }

  @Test("A commit fits into the room that is left, though a whole step of zeros does not")
  func littleRoom() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(1 << 20)
    options.preallocationByteCount = 4096
    let journal = try system.open(options)
    let used = try system.image.values.reduce(0) { $0 + $1.count }
    system.setCapacity(Int64(used + 1000))
    for number in 0..<20 {
      try journal.commit([.put("k\(number)", String(repeating: "v", count: 190))])
    }
    let error = #expect(throws: JournalError.self) {
      for number in 20..<30 {
        try journal.commit([.put("k\(number)", String(repeating: "v", count: 190))])
      }
    }
    guard case .outOfSpace = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    let before = try journal.state()
    #expect(before.count >= 20)
    system.setCapacity(nil)
    try journal.commit([.put("more", "room")])
    system.crash()
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state == before.merging(["more": "room"]) { $1 })
  }

  @Test(
    "After a failed sync, opening again believes only what it has made durable",
    arguments: [
      Fault.FailedSync.pagesKept, .pagesDropped, .pagesDroppedButReadable,
    ])
  func openingAfterFailedSync(fate: Fault.FailedSync) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    try journal.commit([.put("a", "1")])
    system.inject(Fault(.failedSync(fate), of: .sync))
    let error = #expect(throws: JournalError.self) { try journal.commit([.put("b", "1")]) }
    guard case .poisoned = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(throws: JournalError.self) { try journal.commit([.put("c", "1")]) }
    #expect(throws: JournalError.self) { try journal.sync() }
    #expect(throws: JournalError.self) { try journal.compact() }
    #expect(try journal.state() == ["a": "1"])
    try journal.close()

    let again = try system.open()
    let recovered = try again.state()
    #expect(fate == .pagesDropped ? recovered == ["a": "1"] : recovered == ["a": "1", "b": "1"])
    try again.commit([.put("d", "1")])
    system.crash()
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state == recovered.merging(["d": "1"]) { $1 })
  }

  @Test("A creation that is interrupted anywhere, or whose sync fails, is done over")
  func creation() throws {
    let rehearsal = SimulatedFileSystem(seed: 1)
    _ = try rehearsal.open()
    for operation in rehearsal.operations {
      for effect in [
        Fault.Effect.inputOutput, .noSpace, .failedSync(.pagesDropped),
        .failedSync(.pagesDroppedButReadable),
      ] {
        let system = SimulatedFileSystem(seed: 1)
        system.inject(Fault(effect, at: operation.number))
        if (try? system.open().commit([.put("a", "1")])) == nil {
          try system.open().commit([.put("a", "1")])
        }
        let state = try system.afterPowerLoss(.allLost).open().state()
        #expect(state == ["a": "1"], "\(operation), \(effect)")
      }
    }
  }

  @Test(
    "P4: a header that a failed sync has left readable is written again, whatever commit is the first",
    arguments: [3, 63, 64, 65, 128] as [UInt64])
  func headerOfNextSegment(first: UInt64) throws {
    let system = SimulatedFileSystem(seed: 1)
    let isDead = Shared(false)
    let files = InterposedFileSystem(
      system, afterFailedSync: { isDead.withLock { $0 = true } },
      { operation, path throws(IOFailure) in
        if isDead.withLock({ $0 }) { throw IOFailure(operation, path: path, code: 5) }
      })
    do {
      let journal = try Journal.open(storePath, in: files, options: .deterministic)
      while journal.lastSequence.next < LogSequenceNumber(first) {
        try journal.commit([.put("k\(journal.lastSequence)", "1")])
      }
      let segment = FileName.segment(first: LogSequenceNumber(first)).text
      system.inject(Fault(.failedSync(.pagesDroppedButReadable), of: .sync, on: segment))
      #expect(throws: JournalError.self) { try journal.compact() }
    }
    #expect(isDead.withLock { $0 })
    let again = try system.open()
    try again.commit([.put("last", "1")])
    let state = try again.state()
    system.crash()
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
  }

  @Test(
    "P4: what a failed sync has left readable is written again from the first such commit on",
    arguments: [1, 2, 3, 126, 127, 128, 129], [0, 200])
  func undurableCommits(syncedCount: Int, valueByteCount: Int) throws {
    let system = SimulatedFileSystem(seed: 1)
    let value = String(repeating: "v", count: valueByteCount)
    var options = JournalOptions.deterministic
    options.durability = .buffered(interval: .seconds(3600))
    do {
      let journal = try system.open(options)
      for number in 0..<syncedCount { try journal.commit([.put("k\(number)", value)]) }
      try journal.sync()
      for number in 0..<300 { try journal.commit([.put("u\(number)", value)]) }
      system.inject(Fault(.failedSync(.pagesDroppedButReadable), of: .sync))
      #expect(throws: JournalError.self) { try journal.sync() }
    }
    let again = try system.open()
    let recovered = try again.state()
    #expect(recovered.count == syncedCount + 300)
    try again.commit([.put("last", "1")])
    system.crash()
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state == recovered.merging(["last": "1"]) { $1 })
  }

  @Test("Epochs and sequence numbers at their end do not end the process")
  func hostileNumbers() throws {
    var builder = SegmentBuilder(first: .max)
    builder.append(sequence: .max) {
      RecordChange.appendOpened(epoch: .max, processID: -1, host: "", program: "", to: &$0)
    }
    builder.appendRaw([UInt8](repeating: 0xFF, count: 100))
    let system = try SimulatedFileSystem.store([
      builder.name: builder.bytes,
      snapshotName(after: 0, through: .max - 1): emptyBase(through: .max - 1),
    ])
    _ = try? system.readState()
    _ = try? system.open().commit([.put("a", "1")])
  }

  private func emptyBase(through: UInt64) -> [UInt8] {
    var encoder = SnapshotEncoder(
      header: SnapshotHeader(
        identity: SegmentBuilder.store, from: .zero, to: LogSequenceNumber(through), salt: 1,
        createdAt: 1, historyBefore: .empty, historyThrough: .empty),
      removedPrefixes: RemovedPrefixes())
    _ = encoder.finish()
    return encoder.output
  }
}
