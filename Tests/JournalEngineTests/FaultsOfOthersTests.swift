import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// What journals have been shipped with, and what it did to their users. One test for each, titled by
/// the fault; that the suite passes means that the fault is not ours.
@Suite("Faults that other journals shipped: the log")
struct FaultsOfOthersTests {
  private static let later = CrashScript.later

  /// A store of three durable commits and one that was torn in its last `lost` bytes.
  private func torn(losing lost: Int) throws -> SimulatedFileSystem {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    for number in 1...3 { try journal.commit([.put("k\(number)", "v")]) }
    try journal.commit([.put("torn", String(repeating: "t", count: 60))], Self.later)
    let left = system.afterPowerLoss(.allKept)
    let tail = try #require(left.segmentNames.last)
    try left.replace(tail) { $0.removeLast(lost) }
    return left
  }

  private static let three: StoreState = ["k1": "v", "k2": "v", "k3": "v"]

  @Test("Appending after a torn tail loses later acknowledged records", arguments: [1, 7, 40, 90])
  func appendingAfterTornTail(lost: Int) throws {
    let system = try torn(losing: lost)
    var expected = Self.three
    // Twice, since the second session must find the end where the first one left it.
    for session in 1...2 {
      let journal = try system.open()
      for number in 1...3 {
        try journal.commit([.put("new \(session) \(number)", "acknowledged")])
        expected["new \(session) \(number)"] = "acknowledged"
        #expect(try system.afterPowerLoss(.allLost).open().state() == expected)
      }
    }
  }

  @Test("A torn body abandons the whole replay")
  func tornBody() throws {
    let whole = try torn(losing: 0)
    let tail = try #require(whole.segmentNames.last)
    let bytes = try whole.bytes(tail)
    // The torn record begins where its commit is the first that is missing.
    var lengths = 0
    for lost in 1...150 {
      let system = whole.afterProcessKill()
      try system.replace(tail) { $0 = Array(bytes.dropLast(lost)) }
      let journal = try system.open()
      guard journal.lastSequence >= LogSequenceNumber(4) else { break }
      lengths += 1
      #expect(try journal.state() == Self.three, "\(lost) bytes lost")
    }
    #expect(lengths > 100)
  }

  @Test("An old intact record returns to life behind a tear", arguments: 0..<60)
  func oldRecordBehindTear(length: Int) throws {
    var segment = SegmentBuilder()
    segment.appendPuts(2)
    // Torn, with an intact record behind it that nothing vouches for.
    segment.append([.put("torn", String(repeating: "t", count: 170))], durableThrough: 2)
    segment.append([.put("stale", "back from the dead")], durableThrough: 2)
    segment.flipBit(at: segment.offsets[2] + 50)
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
    let journal = try system.open()
    #expect(try journal.state() == puts(2))
    // New records of every length: one of them ends where the stale one begins.
    try journal.commit([.put("new", String(repeating: "n", count: length))], Self.later)
    for pattern in LossPattern.fixed + [.random(seed: UInt64(length))] {
      let state = try system.afterPowerLoss(pattern).open().state()
      #expect(state["stale"] == nil, "\(pattern)")
    }
  }

  @Test("Writing on after a failed sync", arguments: Fault.FailedSync.allCases)
  func writingOnAfterFailedSync(kind: Fault.FailedSync) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    try journal.commit([.put("before", "v")])
    system.inject(Fault(.failedSync(kind), of: .sync, on: ".journal"))
    let first = #expect(throws: JournalError.self) { try journal.commit([.put("lost", "v")]) }
    let count = system.operationCount
    for _ in 0..<3 {
      let error = #expect(throws: JournalError.self) { try journal.commit([.put("next", "v")]) }
      #expect(error?.reason == first?.reason)
      #expect(throws: JournalError.self) { try journal.sync() }
    }
    #expect(throws: JournalError.self) { try journal.compact(isFull: true) }
    try journal.close()
    let writes = system.writes(after: count).filter { !$0.path.hasSuffix("LOCK") }
    #expect(writes.isEmpty, "\(writes)")
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state["before"] == "v")
    #expect(state["next"] == nil)
  }

  @Test("Missing directory sync", arguments: ["everything", "buffered"])
  func missingDirectorySync(name: String) throws {
    let script = try CrashScript.named(name)
    let rehearsal = SimulatedFileSystem(seed: 1)
    var whole = CrashOracle()
    try script.run(on: rehearsal, &whole)
    // At each of these a name can be on its way to the disk, and an older one not: a watermark, say,
    // without the segment that it vouches for.
    let points = rehearsal.operations.filter { $0.kind == .syncDirectory }
    #expect(points.count > 8)
    for point in points {
      let system = SimulatedFileSystem(seed: 1)
      var oracle = CrashOracle()
      system.crash(at: point.number)
      _ = try? script.run(on: system, &oracle)
      let patterns = [LossPattern.namesLost] + (0..<24).map { .random(seed: $0) }
      for pattern in patterns {
        let state = Result { try system.afterPowerLoss(pattern).open(.small()).state() }
        let prefix = try? oracle.prefix(of: state.get(), atLeast: oracle.durableCount)
        #expect(prefix != nil, "\(point), \(pattern): \(state)")
      }
    }
  }

  @Test(
    "An empty or header-less last file blocks recovery for good",
    arguments: [0, 1, 33, 79, 80, 4096])
  func headerlessLastFile(byteCount: Int) throws {
    var segment = SegmentBuilder()
    segment.appendPuts(2)
    let next = SegmentBuilder(first: 3, salt: 9, previousSalt: 0x5A17)
    for bytes in [
      [UInt8](repeating: 0, count: byteCount), Array(next.bytes.prefix(min(byteCount, 79))),
    ] {
      let system = try SimulatedFileSystem.store([segment.name: segment.bytes, next.name: bytes])
      #expect(try system.readState().state == puts(2))
      for number in 1...3 {
        let journal = try system.open()
        try journal.commit([.put("again", "\(number)")])
        #expect(try system.afterPowerLoss(.allLost).open().value("again") == "\(number)")
      }
    }
  }

  @Test("An I/O error read as end of log", arguments: [false, true])
  func errorReadAsEnd(isWriter: Bool) throws {
    let system = try SimulatedFileSystem.grownStore(closing: false)
    let expected = try system.readState().state
    let before = try system.image
    func open(_ machine: SimulatedFileSystem) throws(JournalError) -> StoreState {
      try isWriter ? machine.open().state() : machine.readState().state
    }
    let rehearsal = system.afterProcessKill()
    _ = try open(rehearsal)
    var failures = 0
    for operation in rehearsal.operations {
      for effect in Fault.Effect.applicable(to: operation.kind) where !effect.isHarmless {
        let machine = system.afterProcessKill()
        machine.inject(Fault(effect, at: operation.number))
        do throws(JournalError) {
          let state = try open(machine)
          #expect(state == expected, "\(effect) at \(operation)")
        } catch {
          failures += 1
          if case .damage = error.reason { Issue.record("\(effect) at \(operation): \(error)") }
        }
        if !isWriter { #expect(try machine.image == before) }
        machine.clearFaults()
        #expect(try machine.readState().state == expected, "\(effect) at \(operation)")
      }
    }
    #expect(failures > 2 * rehearsal.operations.count)
  }

  @Test(
    "A length field from garbage allocates gigabytes",
    arguments: [
      0x11_0000, 0x2F_0000, 0x100_0000, 0x3FFF_FFFF, 0x4000_0000, 0x7FFF_FFFF, 0xFFFF_FFFF,
    ] as [UInt32])
  func garbageLength(length: UInt32) throws {
    var segment = SegmentBuilder()
    segment.appendPuts(3)
    let offset = segment.offsets[2]
    var bytes = segment.bytes
    bytes.storeUInt32(length, at: offset + 4)
    // Room behind it, so that the length is not refused for reaching past the end alone.
    bytes += [UInt8](repeating: 0xA5, count: 3 << 20)
    let system = try SimulatedFileSystem.store([segment.name: bytes])
    let directory = try system.openDirectory(storePath, creating: false)
    var reader = try #require(
      try SegmentReader.open(
        segment.name, in: directory, first: LogSequenceNumber(1), isLast: true, store: nil))
    for number in 1...2 { _ = try reader.step(expected: LogSequenceNumber(UInt64(number))) }
    let step = try reader.step(expected: LogSequenceNumber(3))
    guard case .invalid = step else {
      Issue.record("\(step)")
      return
    }
    #expect(reader.window.count <= 1 << 20)
    let largest = system.operations.compactMap(\.byteCount).max() ?? 0
    #expect(largest <= 1 << 20)
    #expect(try system.readState().state == puts(2))
  }

  @Test(
    "A damaged log that turns every later update into a full rewrite", arguments: [true, false])
  func fullRewrites(isTorn: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.deterministic
    options.segmentByteCount = 1 << 20
    let journal = try system.open(options)
    for number in 0..<500 {
      try journal.commit([.put("k\(number)", "value of \(number)")], Self.later)
    }
    try journal.compact(isFull: true)
    try journal.commit([.put("k1", "again")])
    try journal.compact(isFull: true)
    try journal.commit([.put("k2", "again")])
    let left = system.afterPowerLoss(.allKept)
    if isTorn {
      try left.replace(try #require(left.segmentNames.last)) { $0 += [1, 2, 3] }
    } else {
      try left.replace(try #require(left.snapshotNames.last)) { $0[$0.count - 20] ^= 1 }
    }
    let again = try left.open(options)
    try again.commit([.put("k3", "first")])
    for number in 0..<20 {
      let count = left.operationCount
      try again.commit([.put("k3", "\(number)")])
      let operations = left.operations.dropFirst(count)
      #expect(operations.map(\.kind) == [.write, .sync])
      #expect(operations.compactMap(\.byteCount).reduce(0, +) < 200)
    }
    #expect(try left.afterPowerLoss(.allLost).open(options).state().count == 500)
  }
}
