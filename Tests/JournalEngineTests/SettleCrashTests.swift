import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// A process dies at an operation of a history, a buffered opening finds what it left, something is
/// done with the journal, and power is lost meanwhile: what the next opening finds is held to what had
/// been promised.
///
/// `JOURNAL_CRASH_STRIDE` says at one in how many operations the process dies.
@Suite("Power lost behind a buffered opening")
struct SettleCrashTests {
  private static let later = CrashScript.later

  private static func history(_ options: JournalOptions) -> CrashScript {
    CrashScript(steps: [
      .open(options),
      .put("a/1", later), .put("a/2", later), .sync, .put("b/1", later), .put("b/2", later),
      .put("b/3", later), .compact(isFull: false), .put("b/4", later), .put("b/5", .synced),
      .put("a/1", later), .put("a/2", later), .put("a/3", later), .compact(isFull: true),
      .commit([.removePrefix("b/")], later), .put("b/6", later), .put("b/7", later),
      .put("b/8", later), .close,
      .open(options),
      .put("b/7", later), .put("b/8", later), .put("b/9", later),
      .compactFromOutside(generations: 0), .put("c/1", later),
    ])
  }

  /// What is done with the journal.
  enum Action: CaseIterable {
    case nothing, commits, syncedCommits, sync, close, compact, fullCompact, fromOutside, drop

    fileprivate var steps: [CrashStep] {
      switch self {
      case .nothing: []
      case .commits: (0..<4).map { .put("z/\($0)", later) }
      case .syncedCommits: (0..<4).map { .put("z/\($0)") }
      case .sync: [.sync]
      case .close: [.close]
      case .compact: [.compact(isFull: false)]
      case .fullCompact: [.compact(isFull: true)]
      case .fromOutside: [.compactFromOutside(generations: 0)]
      case .drop: [.kill]
      }
    }
  }

  @Test(
    "P1, P2: what was promised is there, whatever is done behind the opening",
    arguments: [0, 4096], [true, false])
  func explore(preallocation: Int, wasSynced: Bool) throws {
    let script = Self.history(
      CrashScript.options(
        400, durability: wasSynced ? .synced : Self.later, preallocation: preallocation))
    var options = CrashScript.options(400, durability: Self.later, preallocation: preallocation)
    options.retainedGenerationCount = 0
    let rehearsal = SimulatedFileSystem(seed: 1)
    var ignored = CrashOracle()
    try script.run(on: rehearsal, &ignored)
    let seed = UInt64(preallocation + (wasSynced ? 1 : 0))
    var generator = SeededGenerator(seed: seed)
    let stride = TestKnob.number("JOURNAL_CRASH_STRIDE", orElse: 16)
    var runCount: UInt64 = 0
    for number in Swift.stride(
      from: 1 + Int(seed % 7), through: rehearsal.operations.count, by: stride)
    {
      let machine = SimulatedFileSystem(seed: UInt64(number))
      machine.crash(at: number, tearing: number % 2 == 0)
      var promised = CrashOracle()
      try? script.run(on: machine, &promised)
      for action in Action.allCases {
        var second = 0
        while second < 60 {
          second += Int.random(in: 1...20, using: &generator)
          runCount += 1
          let system = machine.afterProcessKill()
          system.crash(at: second, tearing: second % 2 == 0)
          var oracle = promised
          Self.goOn(action, options, on: system, &oracle)
          for loss in [LossPattern.allLost, .random(seed: runCount), .random(seed: ~runCount)] {
            let place = "killed at \(number), \(action), power lost at \(second), \(loss)"
            do {
              let state = try system.afterPowerLoss(loss).open().state()
              #expect(
                oracle.prefix(of: state, atLeast: oracle.durableCount) != nil,
                "\(place): no prefix from \(oracle.durableCount) on: \(state)")
            } catch {
              Issue.record("\(place): \(error)")
            }
          }
        }
      }
    }
    #expect(runCount > 200)
  }

  /// Opens the store and does something with it, until power is lost.
  private static func goOn(
    _ action: Action, _ options: JournalOptions, on system: SimulatedFileSystem,
    _ oracle: inout CrashOracle
  ) {
    do throws(JournalError) {
      var journal: Journal? = try system.open(options)
      let found = try journal?.state() ?? [:]
      guard let prefix = oracle.prefix(of: found, atLeast: oracle.acknowledgedCount) else {
        Issue.record("\(action): no prefix from \(oracle.acknowledgedCount) on: \(found)")
        return
      }
      // Nothing of it is promised yet but what was before.
      let durableCount = min(oracle.durableCount, prefix)
      oracle.restart(from: prefix)
      oracle.durableCount = durableCount
      for step in action.steps {
        switch step {
        case .commit(let changes, let durability):
          let stamped = oracle.begin(changes)
          try journal?.commit(stamped, durability)
          oracle.acknowledge(isDurable: durability.isSynced)
        case .sync:
          try journal?.sync()
          oracle.becomeDurable()
        case .close:
          try journal?.close()
          oracle.becomeDurable()
        case .compact(let isFull): try journal?.compact(isFull: isFull)
        case .compactFromOutside(let generations):
          _ = try LiveCompaction.compact(
            storePath, in: system, retainedGenerationCount: generations)
        case .kill: journal = nil
        case .open: break
        }
      }
    } catch {
      if !system.isStopped { Issue.record("\(action): \(error)") }
    }
  }
}
