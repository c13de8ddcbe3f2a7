import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Stops the machine at every operation of scripted histories, loses what was not synced in several
/// ways, recovers, stops recovery too, and holds every outcome to the promises.
///
/// `JOURNAL_CRASH_SEEDS` sets how many random losses are tried at each moment, and
/// `JOURNAL_CRASH_STRIDE` one in how many disks is explored to the full depth (1 for all); what is
/// not set keeps the whole suite within seconds. `JOURNAL_HISTORY` runs one history alone.
@Suite("A crash at every file operation")
struct CrashTests {
  @Test(
    "P1, P2, P3, P4: power loss or a kill anywhere loses nothing that was promised",
    arguments: CrashScript.names
  )
  func everyOperation(name: String) throws {
    let script = try CrashScript.named(name)
    let (start, promised) = try script.start()
    var recoveryCount = 0
    var exploration = CrashExploration(promise: promised) { machine, promise in
      var oracle = promised
      try script.run(on: machine, &oracle, promise: promise)
    } recover: { machine in
      try recover(machine, &recoveryCount)
    } permits: { state, oracle, ending in
      let atLeast = ending == .killed ? oracle.acknowledgedCount : oracle.durableCount
      return oracle.prefix(of: state, atLeast: atLeast) != nil
    }
    exploration.goOn = { machine, found, promise in
      var oracle = CrashOracle(states: [found], life: 50)
      let later = CrashScript.later
      let script = CrashScript(steps: [
        .open(.small()), .put("z/1"), .put("z/2", later), .put("z/3", later), .put("a/1", later),
      ])
      try script.run(on: machine, &oracle, promise: promise)
    }
    exploration.randomLossCount = TestKnob.number("JOURNAL_CRASH_SEEDS", orElse: 3)
    exploration.deepStride = TestKnob.number("JOURNAL_CRASH_STRIDE", orElse: 16)
    exploration.unimportantPaths = [storePath + "/LOCK"]
    let watchdog = Watchdog(limit: .seconds(120))
    exploration.onProgress = { watchdog.begin("\(name), \($0)") }
    let report = exploration.run(from: start)
    print("crashes, \(name): \(report)")
    for violation in report.violations { Issue.record("\(name): \(violation)") }
    #expect(report.checkedStateCount > 1000)
  }

  /// What the next process finds.
  private func recover(
    _ machine: SimulatedFileSystem, _ recoveryCount: inout Int
  ) throws -> StoreState {
    let before = machine.afterProcessKill()
    let state = try machine.open(.small()).state()
    // A part of the disks is enough for what other tests are about.
    recoveryCount += 1
    if recoveryCount % 8 == 0 { try expectReader(of: before, toSee: state) }
    return state
  }

  /// A reader sees the same, and changes nothing (P7).
  private func expectReader(of machine: SimulatedFileSystem, toSee state: StoreState) throws {
    let seen = Result { try machine.readState().state }
    switch seen {
    case .success(let read):
      if read != state { throw Complaint("a reader sees \(read)") }
    case .failure(let error):
      // Until it has been created there is no store to read.
      let reason = (error as? JournalError)?.reason
      if !state.isEmpty || reason != .notAStore && reason != .notFound {
        throw Complaint("a reader meets \(error)")
      }
    }
    if let write = machine.writes(after: 0).first { throw Complaint("a reader writes: \(write)") }
  }
}
