import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("A crash at every operation of a rescue")
struct RescueCrashTests {
  /// The state of a store that opens; nil for one that is refused as damaged.
  private static func opened(_ machine: SimulatedFileSystem) throws -> StoreState? {
    do throws(JournalError) {
      return try machine.open(.small()).state()
    } catch {
      if case .damage = error.reason { return nil }
      throw error
    }
  }

  private static func explore(
    _ name: String, from start: SimulatedFileSystem, permitting states: [StoreState?],
    until final: StoreState, _ body: @escaping (SimulatedFileSystem) throws -> Void
  ) {
    var exploration = CrashExploration<Bool, StoreState?>(promise: false) { machine, promise in
      try body(machine)
      promise(true)
    } recover: { machine in
      try opened(machine)
    } permits: { found, isDone, _ in
      isDone ? found == final : found == final || states.contains(found)
    }
    // What was interrupted is completed by doing it again.
    exploration.goOn = { machine, _, promise in
      promise(false)
      try? body(machine)
      promise(true)
    }
    exploration.unimportantPaths = [storePath + "/LOCK"]
    exploration.randomLossCount = TestKnob.number("JOURNAL_CRASH_SEEDS", orElse: 2)
    exploration.recoveryDepth = 1
    let report = exploration.run(from: start)
    print("crashes, \(name): \(report)")
    for violation in report.violations { Issue.record("\(name): \(violation)") }
    #expect(report.checkedStateCount > 100)
  }

  @Test(
    "A store that is being repaired is refused as before, or repaired",
    arguments: [RepairMode.dropDamaged, .salvage])
  func repair(mode: RepairMode) throws {
    let store = try WoundedStore(16)
    try store.damage(commit: 5)
    Self.explore(
      mode.rawValue, from: store.system, permitting: [nil], until: store.state(without: [5])
    ) { machine in
      if try Self.isDamaged(machine) { try machine.repair(mode) }
    }
  }

  @Test("A log that is being cut is refused as before, or cut")
  func tail() throws {
    let store = try WoundedStore(12, .small(100_000))
    try store.damage(commit: 10)
    Self.explore("tail", from: store.system, permitting: [nil], until: store.states[9]) { machine in
      if try Self.isDamaged(machine) { try machine.repair(.tail) }
    }
  }

  private static func isDamaged(_ machine: SimulatedFileSystem) throws -> Bool {
    try !machine.verify().isStateIntact
  }

  @Test("A store that is being rewound has the old state or the new one")
  func rewind() throws {
    let store = try WoundedStore(16, compactions: [6])
    let last = try #require(store.states.last)
    Self.explore(
      "rewind", from: store.system, permitting: [last], until: store.states[9]
    ) { machine in
      if try machine.readState().state == last {
        _ = try Rewind.run(
          storePath, in: machine, to: LogSequenceNumber(9), clock: { 1_700_000_000_000_000_000 })
      }
    }
  }

  @Test("An undoing that was interrupted anywhere is completed by the next one, byte for byte")
  func undo() throws {
    var operationCount = 1
    var number = 0
    while number < operationCount {
      let store = try WoundedStore(14)
      try store.damage(commit: 5)
      let before = try store.system.files(of: storePath)
      let report = try store.system.repair(.dropDamaged)
      let start = store.system.operationCount
      if number > 0 { store.system.crash(at: start + number) }
      _ = try? store.system.undo(report.bundle)
      if number == 0 { operationCount = store.system.operationCount - start }
      number += 1
      for loss in [LossPattern.allLost, .allKept, .random(seed: UInt64(number))] {
        let after = store.system.afterPowerLoss(loss)
        try after.undo(report.bundle)
        #expect(try after.files(of: storePath) == before, "operation \(number), \(loss)")
      }
    }
    #expect(operationCount > 20)
  }
}

@Suite("A rewind goes back in history without using a number twice")
struct RewindTests {
  @Test(
    "The state is that of the commit, the log goes on behind the last one, and undo restores all",
    arguments: [0, 5, 12, 19])
  func rewinds(to sequence: Int) throws {
    let store = try WoundedStore(20, .small(100_000))
    let before = try store.system.files(of: storePath)
    let last = LogSequenceNumber(UInt64(store.states.count - 1))
    let report = try Rewind.run(
      storePath, in: store.system, to: LogSequenceNumber(UInt64(sequence)))
    #expect(report.through == last)
    #expect(try store.system.readState().state == store.states[sequence])
    try store.system.undo(report.bundle)
    #expect(try store.system.files(of: storePath) == before)
    _ = try Rewind.run(storePath, in: store.system, to: LogSequenceNumber(UInt64(sequence)))
    #expect(try store.system.expectSound(after: last) == store.states[sequence])
  }

  @Test("A commit out of reach is told before anything is changed")
  func unreachable() throws {
    var options = JournalOptions.small(400)
    options.retainedGenerationCount = 0
    let store = try WoundedStore(20, options, compactions: [15])
    let before = try store.system.image
    for sequence in [UInt64(3), 9999] {
      let error = #expect(throws: JournalError.self) {
        try Rewind.run(storePath, in: store.system, to: LogSequenceNumber(sequence))
      }
      #expect(error?.reason == .unreachable)
    }
    var after = try store.system.image
    after[storePath + "/LOCK"] = before[storePath + "/LOCK"]
    #expect(after == before)
  }

  @Test("On a copy, the store and its writer are left alone, and versions stay what they were")
  func copies() throws {
    let store = try WoundedStore(20, .small(100_000), closing: false)
    let journal = try store.system.open(.small(100_000))
    try journal.commit([.put("late", "1")])
    let target = try store.system.openDirectory("new", creating: true)
    let report = try Rewind.write(
      storePath, in: store.system, at: LogSequenceNumber(9), into: target)
    #expect(report.through == journal.lastSequence)
    #expect(try store.system.readState(of: "new") == store.states[9])
    let original = try JournalReader(storePath, in: store.system, at: LogSequenceNumber(9))
    let copy = try JournalReader("new", in: store.system)
    #expect(try original.view.content() == copy.view.content())
    try journal.commit([.put("later", "1")])
  }
}
