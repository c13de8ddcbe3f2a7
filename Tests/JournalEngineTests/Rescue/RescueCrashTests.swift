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

/// What a killed writer left is in the page cache only: readers see it, and the power can take it.
@Suite("A rescue of what nobody has synced")
struct UnsyncedRescueTests {
  private static let losses = LossPattern.fixed + (0..<4).map { .random(seed: $0) }

  /// A store whose writer was killed, with commits behind the last one that is durable; its states by
  /// commit, and the first of those that a power loss may leave.
  private static func killed() throws -> (SimulatedFileSystem, [StoreState], durableCount: Int) {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(100_000)
    options.durability = .buffered(interval: .seconds(36_000))
    let journal = try system.open(options)
    var states: [StoreState] = [[:], [:]]
    for number in 0..<12 {
      let changes = [StoreChange.put("k\(number % 5)", String(repeating: "\(number)", count: 90))]
      try journal.commit(changes)
      states.append(states[states.count - 1])
      states[states.count - 1].apply(changes)
      if number == 6 { try journal.sync() }
    }
    return (system.afterProcessKill(), states, 9)
  }

  /// Stops the machine at every operation of `body` and loses what was not synced.
  private static func loseThePower(
    in body: (SimulatedFileSystem) throws -> Void,
    after prepare: (SimulatedFileSystem) throws -> Void,
    check: (SimulatedFileSystem, _ isDone: Bool, _ place: Comment) throws -> Void
  ) throws {
    let (system, _, _) = try killed()
    try prepare(system)
    let whole = system.afterProcessKill()
    try body(whole)
    #expect(whole.operationCount > 20)
    for number in 1...(whole.operationCount + 1) {
      let machine = system.afterProcessKill()
      machine.crash(at: number)
      _ = try? body(machine)
      for loss in losses {
        let place: Comment = "operation \(number), \(loss)"
        try check(machine.afterPowerLoss(loss), number > whole.operationCount, place)
      }
    }
  }

  @Test("P4: a repaired watermark vouches only for what the repair has made durable")
  func watermark() throws {
    let (_, states, durableCount) = try Self.killed()
    let last = try #require(states.last)
    try Self.loseThePower { machine in
      try machine.repair(.tail)
    } after: { machine in
      try machine.replace("WATERMARK") { $0[40] ^= 1 }
    } check: { machine, isDone, place in
      var found = try? machine.readState().state
      if isDone {
        #expect(found == last, place)
        return
      }
      if found == nil {
        // Refused as before: the watermark is rotten still, and a repair gets it open.
        #expect(throws: JournalError.self, place) { try WatermarkFile.read(machine.store) }
        try machine.repair(.tail)
        found = try machine.readState().state
      }
      #expect(states[(durableCount - 1)...].contains { $0 == found }, place)
    }
  }

  @Test("P5: nor for what a failed sync has left where only readers see it")
  func failedSync() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(100_000))
    try journal.commit([.put("a", "1")])
    system.inject(Fault(.failedSync(.pagesDroppedButReadable), of: .sync))
    #expect(throws: JournalError.self) { try journal.commit([.put("b", "2")]) }
    let after = system.afterProcessKill()
    #expect(try after.readState().state.count == 2)
    try after.replace("WATERMARK") { $0[40] ^= 1 }
    try after.repair(.tail)
    #expect(try after.afterPowerLoss(.allLost).readState().state == ["a": "1", "b": "2"])
  }

  @Test("A rewind that the power interrupts leaves a store with an old state or the new one")
  func rewind() throws {
    let (_, states, durableCount) = try Self.killed()
    try Self.loseThePower { machine in
      _ = try Rewind.run(
        storePath, in: machine, to: LogSequenceNumber(4), clock: { 1_700_000_000_000_000_000 })
    } after: { _ in
    } check: { machine, isDone, place in
      let found = try machine.open(.small()).state()
      let isOld = !isDone && states[(durableCount - 1)...].contains(found)
      #expect(isOld || found == states[4], place)
    }
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
