import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// A log longer than its options let it get: it was written with compaction turned off.
@Suite("A log that is too long is compacted before it is opened")
struct LongLogTests {
  private static var options: JournalOptions {
    var options = JournalOptions.small(1500)
    options.compactionByteCount = 1 << 30
    options.maximumJournalByteCount = 4000
    return options
  }

  /// What a killed session left: 8 KB of log, in segments.
  private func killed() throws -> (SimulatedFileSystem, StoreState) {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(1500))
    var state: StoreState = [:]
    for number in 0..<60 {
      let change = StoreChange.put(
        "k\(number % 20)", String(repeating: "\(number % 10)", count: 90))
      try journal.commit([change])
      state.apply([change])
    }
    try journal.commit([.removePrefix("k1")])
    state.apply([.removePrefix("k1")])
    return (system.afterProcessKill(), state)
  }

  @Test("What is durable of it is in a snapshot when it has been opened")
  func opening() throws {
    let (system, state) = try killed()
    let journal = try system.open(Self.options)
    #expect(system.snapshotNames.count == 1)
    #expect(journal.recoveryReport.replayedByteCount < 1500)
    #expect(try journal.state() == state)
    #expect(try system.readState().state == state)
  }

  @Test("Without automatic compaction, and when it is short enough, it is left as it is")
  func leftAlone() throws {
    let (system, state) = try killed()
    var options = Self.options
    options.maximumJournalByteCount = 1 << 20
    for options in [options, .small(1500)] {
      let system = system.afterProcessKill()
      #expect(try system.open(options).state() == state)
      #expect(system.snapshotNames.isEmpty)
    }
  }

  @Test("P4, P6: killed at any operation of it, the state is whole, and opens")
  func crash() throws {
    let (system, state) = try killed()
    let clean = system.afterProcessKill()
    let count = try withExtendedLifetime(clean.open(Self.options)) { clean.operationCount }
    #expect(count > 30)
    for operation in 0..<count {
      for loss in [LossPattern.allLost, .allKept] {
        let machine = system.afterProcessKill()
        machine.crash(at: operation, tearing: true)
        #expect(throws: JournalError.self) { try machine.open(Self.options) }
        let after = machine.afterPowerLoss(loss)
        #expect(try after.readState().state == state, "operation \(operation)")
        #expect(try after.open(Self.options).state() == state, "operation \(operation)")
      }
    }
  }

  @Test("Where there is no room for it, or another compaction is at work, opening goes on")
  func noRoom() throws {
    let (system, state) = try killed()
    system.inject(Fault(.noSpace, of: .write, on: ".snapshot.tmp"))
    let journal = try system.open(Self.options)
    #expect(system.faults.isEmpty && system.snapshotNames.isEmpty)
    #expect(try journal.state() == state)
    try journal.close()
    let directory = try system.openDirectory(storePath, creating: false)
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    #expect(try system.open(Self.options).state() == state)
    lock.release()
    #expect(system.snapshotNames.isEmpty)
  }

  @Test("P3: a damaged one is refused, byte for byte as it was", arguments: [0, 1, 3])
  func damaged(segment: Int) throws {
    let (system, _) = try killed()
    try system.replace(system.segmentNames[segment]) { $0[200] ^= 1 }
    let before = try system.image
    let error = #expect(throws: JournalError.self) { try system.open(Self.options) }
    guard case .damage = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    let after = try system.image
    #expect(
      after.filter { !$0.key.hasSuffix("LOCK") } == before.filter { !$0.key.hasSuffix("LOCK") })
  }
}
