import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Stops the machine at every operation of scripted histories, loses what was not synced in several
/// ways, recovers, and holds the result to the promises. `JOURNAL_CRASH_SEEDS` sets how many random
/// losses are tried at each point; the default keeps the whole suite under a minute.
@Suite("A crash at every file operation")
struct CrashTests {
  /// How many disks were recovered, by what was done to them.
  struct Count {
    var points = 0
    var losses = 0
    var interruptedRecoveries = 0
    var continuations = 0
  }

  private static let seedCount: UInt64 = {
    guard let text = unsafe getenv("JOURNAL_CRASH_SEEDS") else { return 3 }
    return UInt64(unsafe String(cString: text)) ?? 3
  }()

  @Test(
    "P1, P2, P3, P4: power loss or a kill anywhere loses nothing that was promised",
    arguments: CrashScript.all.map(\.name)
  )
  func everyOperation(name: String) throws {
    let script = try #require(CrashScript.all.first { $0.name == name }?.script)
    let rehearsal = SimulatedFileSystem(seed: 1)
    var whole = CrashOracle()
    try script.run(on: rehearsal, &whole)
    let operations = rehearsal.operations
    var count = Count()
    for number in 1...(operations.count + 1) {
      // A crash at an operation leaves what a crash behind the last change before it leaves.
      let follows = number == 1 || operations[number - 2].changedDisk
      let isWrite = number <= operations.count && operations[number - 1].kind == .write
      for tearing in [false, true] where tearing ? isWrite : follows {
        count.points += 1
        try crash(script, at: number, tearing: tearing, &count)
      }
    }
    print(
      "\(name): \(operations.count) operations, \(count.points) crash points, \(count.losses) "
        + "losses, \(count.interruptedRecoveries) interrupted recoveries, "
        + "\(count.continuations) continuations")
    #expect(count.losses > 500)
  }

  private func crash(
    _ script: CrashScript, at number: Int, tearing: Bool, _ count: inout Count
  ) throws {
    let machine = SimulatedFileSystem(seed: UInt64(number))
    machine.crash(at: number, tearing: tearing)
    var oracle = CrashOracle()
    do {
      try script.run(on: machine, &oracle)
    } catch {
      // Whatever the process made of the crash, it no longer exists.
    }
    machine.crash()
    let seeds = (0..<Self.seedCount).map { LossPattern.random(seed: UInt64(number) * 1000 + $0) }
    let patterns = LossPattern.fixed + seeds
    for (index, pattern) in patterns.enumerated() {
      count.losses += 1
      try check(
        machine.afterPowerLoss(pattern), oracle, wasKilled: false,
        interrupting: index == number % patterns.count, &count,
        "operation \(number)\(tearing ? ", torn" : ""), \(pattern)")
    }
    count.losses += 1
    try check(
      machine.afterProcessKill(), oracle, wasKilled: true,
      interrupting: number.isMultiple(of: 3), &count, "operation \(number), killed")
  }

  /// Recovers a disk and checks all promises on it.
  private func check(
    _ disk: SimulatedFileSystem, _ oracle: CrashOracle, wasKilled: Bool, interrupting: Bool,
    _ count: inout Count, _ place: String
  ) throws {
    let atLeast = wasKilled ? oracle.acknowledgedCount : oracle.durableCount
    let found = disk.afterProcessKill()
    // P3: after a crash there is never damage, and nothing else in the way either.
    guard let recovered = recover(disk, place) else { return }
    // P1 and P2: the state after a prefix that reaches far enough.
    guard let prefix = oracle.prefix(of: recovered, atLeast: atLeast) else {
      let ends = oracle.states.firstIndex(of: recovered)
      Issue.record(
        "\(place): \(ends.map { "only \($0)" } ?? "no prefix") of \(atLeast): \(recovered)")
      return
    }
    // P4: what was shown is durable.
    disk.crash()
    expect(disk.afterPowerLoss(.allLost), recovered, "\(place), recovered, lost again")
    // P7: a reader of the same disk sees the same, unless there was no store yet.
    let before = found.operationCount
    let seen = Result { try found.readState().state }
    if let write = found.writes(after: before).first { Issue.record("\(place): \(write)") }
    switch seen {
    case .success(let state):
      if state != recovered { Issue.record("\(place): a reader sees \(state)") }
    case .failure(let error):
      let reason = (error as? JournalError)?.reason
      if !recovered.isEmpty || reason != .notAStore && reason != .notFound {
        Issue.record("\(place): a reader meets \(error)")
      }
    }
    if interrupting { try interrupt(found, isAtRest: !wasKilled, recovered, oracle, &count, place) }
    var next = oracle
    next.restart(from: prefix)
    goOn(disk, next, &count, place)
  }

  /// P4: crashes at every operation of recovery, and recovers again.
  private func interrupt(
    _ disk: SimulatedFileSystem, isAtRest: Bool, _ expected: StoreState, _ oracle: CrashOracle,
    _ count: inout Count, _ place: String
  ) throws {
    let rehearsal = disk.afterProcessKill()
    let journal = try rehearsal.open(.small())
    let operations = rehearsal.operations
    withExtendedLifetime(journal) {}
    for number in 1...operations.count where number == 1 || operations[number - 2].changedDisk {
      let machine = disk.afterProcessKill()
      machine.crash(at: number, tearing: true)
      _ = try? machine.open(.small())
      machine.crash()
      let place = "\(place), then operation \(number) of recovery"
      count.interruptedRecoveries += 2
      expect(machine.afterProcessKill(), expected, "\(place), killed")
      // Where the first crash was a kill, what it left unsynced may still go with the power.
      let lost = LossPattern.random(seed: UInt64(number))
      guard let state = recover(machine.afterPowerLoss(lost), "\(place), \(lost)") else { continue }
      let isSame =
        isAtRest ? state == expected : oracle.prefix(of: state, atLeast: oracle.durableCount) != nil
      if !isSame { Issue.record("\(place), \(lost): \(state) instead of \(expected)") }
    }
  }

  private func expect(_ disk: SimulatedFileSystem, _ expected: StoreState, _ place: String) {
    guard let state = recover(disk, place) else { return }
    if state != expected { Issue.record("\(place): \(state) instead of \(expected)") }
  }

  private func recover(_ disk: SimulatedFileSystem, _ place: String) -> StoreState? {
    do {
      return try disk.open(.small()).state()
    } catch {
      Issue.record("\(place): \(error)")
      return nil
    }
  }

  /// Writes on, durable and not, crashes again and recovers again.
  private func goOn(
    _ disk: SimulatedFileSystem, _ oracle: CrashOracle, _ count: inout Count, _ place: String
  ) {
    var oracle = oracle
    let machine = disk.afterPowerLoss(.allLost)
    let later = JournalOptions.Durability.buffered(interval: .seconds(36_000))
    let script = CrashScript(steps: [
      .open(.small()), .put("z/1"), .put("z/2", later), .put("z/3", later), .put("a/1", later),
    ])
    do {
      try script.run(on: machine, &oracle)
    } catch {
      Issue.record("\(place), going on: \(error)")
    }
    machine.crash()
    let seed = UInt64(oracle.states.count)
    for pattern in [LossPattern.allLost, .random(seed: seed), .random(seed: seed + 1)] {
      count.continuations += 1
      let place = "\(place), going on, \(pattern)"
      guard let state = recover(machine.afterPowerLoss(pattern), place) else { continue }
      if oracle.prefix(of: state, atLeast: oracle.durableCount) == nil {
        Issue.record("\(place): no prefix: \(state)")
      }
    }
  }
}
