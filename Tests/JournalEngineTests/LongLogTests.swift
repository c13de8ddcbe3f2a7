import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// A writer holds in memory what the log changes. A log that was written with compaction turned off is
/// compacted without that.
@Suite("A long log is compacted in bounded memory")
struct LongLogTests {
  /// What a killed session left: 8 KB of log, in segments, on top of a base of some 3 KB if `hasBase`.
  private func killed(hasBase: Bool = false) throws -> (SimulatedFileSystem, StoreState) {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(1500))
    var state: StoreState = [:]
    for number in 0..<60 {
      let change = StoreChange.put(
        "k\(number % 20)", String(repeating: "\(number % 10)", count: 90))
      try journal.commit([change])
      state.apply([change])
      if hasBase, number == 25 { try journal.compact() }
    }
    try journal.commit([.removePrefix("k1")])
    state.apply([.removePrefix("k1")])
    return (system.afterProcessKill(), state)
  }

  private func compact(_ system: SimulatedFileSystem) throws(JournalError) -> CompactionReport? {
    try LiveCompaction.compact(storePath, in: system, beyond: 3000)
  }

  private func shorten(_ system: SimulatedFileSystem) throws(JournalError) {
    _ = try LiveCompaction.shortenLog(storePath, in: system, beyond: 3000)
  }

  /// The files but for the one that says who was last at work.
  private func image(_ system: SimulatedFileSystem) throws -> [String: [UInt8]] {
    try system.image.filter { !$0.key.hasSuffix("/LOCK") }
  }

  @Test("A compaction takes all of it, and leaves no log behind", arguments: [false, true])
  func compaction(hasBase: Bool) throws {
    let (system, state) = try killed(hasBase: hasBase)
    let report = try #require(try compact(system))
    #expect(report.after == .zero && report.mergedSnapshotCount == (hasBase ? 1 : 0))
    let (found, recovery) = try system.readState()
    #expect(found == state)
    #expect(recovery.replayedByteCount < 200)
    #expect(try system.open().state() == state)
  }

  @Test("Shortened, it is in a run, and the base below is as it was")
  func shortening() throws {
    let (system, state) = try killed(hasBase: true)
    let before = try image(system)
    try shorten(system)
    #expect(system.snapshotNames.count == 2)
    let shortened = try image(system)
    #expect(before.allSatisfy { $0.value == shortened[$0.key] })
    let journal = try system.open()
    #expect(journal.recoveryReport.replayedCommitCount == 0)
    #expect(try journal.state() == state)
    try journal.close()
    let closed = try image(system)
    try shorten(system)
    let after = try image(system)
    #expect(after == closed)
  }

  @Test("A short one stays as it is")
  func short() throws {
    let (system, _) = try killed()
    let before = try image(system)
    #expect(try LiveCompaction.shortenLog(storePath, in: system, beyond: 1 << 20) == nil)
    let after = try image(system)
    #expect(after == before)
  }

  @Test("P4, P6: killed at any operation of it, the state is whole", arguments: [false, true])
  func crash(isFull: Bool) throws {
    let (system, state) = try killed(hasBase: true)
    func run(_ machine: SimulatedFileSystem) throws(JournalError) {
      if isFull { _ = try compact(machine) } else { try shorten(machine) }
    }
    let clean = system.afterProcessKill()
    try run(clean)
    let count = clean.operationCount
    #expect(count > 30)
    for operation in 0..<count {
      for loss in [LossPattern.allLost, .allKept] {
        let machine = system.afterProcessKill()
        machine.crash(at: operation, tearing: true)
        try? run(machine)
        let after = machine.afterPowerLoss(loss)
        #expect(try after.readState().state == state, "operation \(operation), \(loss)")
        try run(after)
        #expect(try after.open().state() == state, "operation \(operation), \(loss)")
      }
    }
  }

  @Test("A torn tail is set aside first, as at an opening")
  func tornTail() throws {
    let (system, state) = try killed()
    try system.replace(try #require(system.segmentNames.last)) { $0 += [1, 2, 3, 4, 5] }
    let told = try LiveCompaction.shortenLog(storePath, in: system, beyond: 3000)
    #expect(told?.tornTail?.byteCount == 5)
    #expect(system.quarantineNames.count == 1)
    let (found, recovery) = try system.readState()
    #expect(found == state && recovery.tornTail == nil)
  }

  @Test(
    "What fails is an error, and the state is whole",
    arguments: [
      Fault(.noSpace, of: .write, on: ".snapshot.tmp"), Fault(.inputOutput, of: .syncDirectory),
      Fault(.failedSync(.pagesDropped), of: .sync, on: ".snapshot.tmp"),
      Fault(.inputOutput, of: .rename, on: ".snapshot.tmp"),
    ])
  func failure(fault: Fault) throws {
    let (system, state) = try killed()
    system.inject(fault)
    #expect(throws: JournalError.self) { try shorten(system) }
    #expect(system.faults.isEmpty && system.snapshotNames.isEmpty)
    #expect(try system.readState().state == state)
    try shorten(system)
    #expect(try system.open().state() == state)
  }

  @Test("Beside a writer a compaction takes what is durable, and nothing is shortened")
  func besideWriter() throws {
    let (system, state) = try killed()
    let journal = try system.open(.small(1500))
    let error = #expect(throws: JournalError.self) { try shorten(system) }
    guard case .locked = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try compact(system) != nil)
    try journal.commit([.put("late", "1")])
    #expect(try journal.state() == state.merging(["late": "1"]) { $1 })
    #expect(try system.readState().state["late"] == "1")
  }

  @Test("P3: a damaged one is refused, byte for byte as it was", arguments: [0, 1, 3])
  func damaged(segment: Int) throws {
    let (system, _) = try killed()
    try system.replace(system.segmentNames[segment]) { $0[200] ^= 1 }
    let before = try system.image
    for attempt in [{ _ = try compact(system) }, { try shorten(system) }] {
      let error = #expect(throws: JournalError.self) { try attempt() }
      guard case .damage = error?.reason else {
        Issue.record("\(String(describing: error))")
        return
      }
      let after = try system.image
      #expect(after == before)
    }
  }
}
