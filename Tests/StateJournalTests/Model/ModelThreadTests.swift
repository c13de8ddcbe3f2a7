import JournalEngine
import StateJournal
import StorageSimulator
import Synchronization
import Testing

/// Threads and tasks at once, with compactions in the background and from outside, until the machine
/// stops. What comes when is for the scheduler; what is checked holds in any order.
@Suite("Threads beside one another on a machine that stops")
struct ModelThreadTests {
  private static var options: JournalOptions {
    var options = JournalOptions()
    options.segmentByteCount = 3000
    options.compactionByteCount = 6000
    options.maximumRunCount = 2
    options.preallocationByteCount = 4096
    return options
  }

  @Test(
    "P1, P2, P7: no acknowledged update is lost, none is half there, no two undo each other",
    arguments: 0..<ModelTests.setting("JOURNAL_MODEL_THREAD_SEEDS", 6))
  func threads(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    var machine = SimulatedFileSystem(seed: seed)
    let ledger = ThreadLedger()
    for life in 0..<3 {
      let storage = try await JournalStateStorage.open("state", options: Self.options, in: machine)
      let state = try await storage.read(ThreadLedger.source)
      let violation = ledger.violation(
        in: state, bank: try await storage.read(ThreadLedger.bank), after: ledger.acknowledged)
      if let violation { Issue.record("seed \(seed), life \(life), recovered: \(violation)") }
      ledger.restart(from: state)
      let stop = machine.operationCount + Int.random(in: 50...700, using: &generator)
      try await storage.transaction { transaction in
        try transaction.update(.stream("left", of: ThreadLedger.bank), to: ["n": 60])
        try transaction.update(.stream("right", of: ThreadLedger.bank), to: ["n": 40])
      }
      machine.crash(at: stop, tearing: true)
      if life.isMultiple(of: 2) {
        try runThreads(storage, machine, ledger, "seed \(seed), life \(life)")
      } else {
        await runTasks(storage, ledger)
      }
      machine.crash()
      let loss = LossPattern.random(seed: generator.next())
      machine = life == 1 ? machine.afterProcessKill() : machine.afterPowerLoss(loss)
    }
  }

  /// Runs until the machine stops.
  private func runThreads(
    _ storage: JournalStateStorage, _ machine: SimulatedFileSystem, _ ledger: ThreadLedger,
    _ place: String
  ) throws {
    try onThreads(8) { number in
      var turn: Int64 = 0
      while !machine.isStopped {
        turn += 1
        do {
          switch number {
          case 0, 1: try Self.update("own \(number)", storage, ledger)
          case 2, 3: try Self.increment("common", storage, ledger)
          case 4: try Self.move(turn % 7 - 3, storage)
          case 5: _ = try LiveCompaction.compact("state", in: machine)
          default: try Self.read(storage, ledger, place)
          }
        } catch {
          guard Self.isExpected(error) else { throw error }
        }
      }
    }
  }

  /// The same with tasks that wait without a thread.
  private func runTasks(_ storage: JournalStateStorage, _ ledger: ThreadLedger) async {
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask {
          let stream = number < 4 ? "task \(number)" : "common"
          let address = StateAddress.stream(stream, of: ThreadLedger.source)
          while true {
            ledger.begin(stream)
            do {
              try await storage.transaction { transaction in
                let value = try transaction.read(address).number ?? 0
                try transaction.update(address, to: ["n": .int(value + 1)])
              }
              ledger.acknowledge(stream)
            } catch {
              if !Self.isExpected(error) { Issue.record("\(error)") }
              return
            }
          }
        }
      }
    }
  }

  /// Counts a stream up that nobody else touches.
  private static func update(
    _ stream: String, _ storage: JournalStateStorage, _ ledger: ThreadLedger
  ) throws {
    let address = StateAddress.stream(stream, of: ThreadLedger.source)
    let value = try storage.read(address).number ?? 0
    ledger.begin(stream)
    try storage.update(address, to: ["n": .int(value + 1)])
    ledger.acknowledge(stream)
  }

  /// Counts a stream up that others count up too.
  private static func increment(
    _ stream: String, _ storage: JournalStateStorage, _ ledger: ThreadLedger
  ) throws {
    let address = StateAddress.stream(stream, of: ThreadLedger.source)
    ledger.begin(stream)
    while true {
      let found = try storage.readVersioned(address)
      let next = (found.object.number ?? 0) + 1
      do {
        try storage.update(address, to: ["n": .int(next)], ifVersion: found.version)
        return ledger.acknowledge(stream)
      } catch {
        guard case .versionConflict = error.reason else { throw error }
      }
    }
  }

  /// Takes from one stream what it gives to another.
  private static func move(_ amount: Int64, _ storage: JournalStateStorage) throws {
    try storage.update(ThreadLedger.bank) { state in
      state.streams["left"] = ["n": .int((state.streams["left"]?.number ?? 0) - amount)]
      state.streams["right"] = ["n": .int((state.streams["right"]?.number ?? 0) + amount)]
    }
  }

  private static func read(
    _ storage: JournalStateStorage, _ ledger: ThreadLedger, _ place: String
  ) throws {
    let acknowledged = ledger.acknowledged
    let violation = ledger.violation(
      in: try storage.read(ThreadLedger.source), bank: try storage.read(ThreadLedger.bank),
      after: acknowledged)
    if let violation { Issue.record("\(place), read: \(violation)") }
  }

  /// What a stopped machine, and one compaction too many, bring with them.
  private static func isExpected(_ error: any Error) -> Bool {
    let cause = error as? JournalError ?? (error as? StateError)?.journalError
    switch cause?.reason {
    case .io(let failure), .poisoned(let failure): return failure.isSimulatedCrash
    case .locked: return true
    default: return false
    }
  }
}
