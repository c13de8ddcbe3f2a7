import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Lets every file operation of scripted histories fail once, in each way that makes sense for it,
/// goes on with the same handle, and holds the end of it to the promises.
@Suite("Every operation failing once")
struct OperationFailureTests {
  /// A job that does not give up at an error, and writes down what it was told.
  private struct Job {
    let system: SimulatedFileSystem
    var oracle = CrashOracle()
    var journal: Journal?
    /// Set by the first error that only reopening clears.
    var poison: JournalError?
    /// Commits of which only recovery knows whether they happened; none follows.
    var hasUnknownCommit = false
    var errors: [JournalError] = []

    mutating func run(_ step: CrashStep) {
      do throws(JournalError) {
        switch step {
        case .open(let options): try open(options)
        case .commit(let changes, let durability): try commit(changes, durability)
        case .sync:
          try journal?.sync()
          oracle.becomeDurable()
        case .compact(let isFull): try journal?.compact(isFull: isFull)
        case .compactFromOutside(let generations):
          _ = try LiveCompaction.compact(
            storePath, in: system, retainedGenerationCount: generations)
        case .close:
          try journal?.close()
          journal = nil
          if poison == nil { oracle.becomeDurable() }
        case .kill: journal = nil
        }
      } catch {
        note(error)
      }
    }

    private mutating func open(_ options: JournalOptions) throws(JournalError) {
      journal = nil
      do {
        journal = try system.open(options)
      } catch {
        // What fails once succeeds when it is tried again.
        note(error)
        journal = try system.open(options)
      }
      poison = nil
      settle()
    }

    /// Takes what recovery found for the truth.
    private mutating func settle() {
      guard let journal else { return }
      do throws(JournalError) {
        let state = try journal.state()
        guard let prefix = oracle.prefix(of: state, atLeast: oracle.durableCount) else {
          Issue.record("no prefix from \(oracle.durableCount) on: \(state)")
          return
        }
        oracle.restart(from: prefix)
        hasUnknownCommit = false
      } catch {
        note(error)
      }
    }

    private mutating func commit(
      _ changes: [StoreChange], _ durability: JournalOptions.Durability
    ) throws(JournalError) {
      guard let journal else { return }
      if hasUnknownCommit {
        // After a failed sync nothing is acknowledged any more.
        let error = #expect(throws: JournalError.self) { try journal.commit(changes, durability) }
        guard case .poisoned = error?.reason else {
          Issue.record("poisoned, and then: \(String(describing: error))")
          return
        }
        return
      }
      let stamped = oracle.begin(changes)
      do {
        try journal.commit(stamped, durability)
        oracle.acknowledge(isDurable: durability.isSynced)
      } catch {
        if case .poisoned = error.reason {
          hasUnknownCommit = true
        } else {
          oracle.takeBack()
        }
        throw error
      }
    }

    private mutating func note(_ error: JournalError) {
      errors.append(error)
      if case .poisoned = error.reason {
        poison = poison ?? error
        hasUnknownCommit = true
      }
      if case .damage = error.reason { Issue.record("\(error)") }
      checkReads()
    }

    /// Reads go on whatever failed, and show what was acknowledged.
    func checkReads() {
      guard let journal else { return }
      do {
        let state = try journal.state()
        let expected = oracle.states[oracle.acknowledgedCount]
        if state != expected { Issue.record("reads give \(state) instead of \(expected)") }
      } catch {
        Issue.record("reads fail: \(error)")
      }
    }
  }

  private static let effects: [(Fault.Effect, IOFailure.Operation?)] = [
    (.inputOutput, nil), (.noSpace, nil), (.full, .write), (.errorAfterwards(5), nil),
    (.errorAfterPart(byteCount: 40, 28), .write), (.errorAfterPart(byteCount: 40, 5), .write),
    (.short(byteCount: 7), .write), (.short(byteCount: 7), .read),
    (.failedSync(.pagesKept), .sync), (.failedSync(.pagesDropped), .sync),
    (.failedSync(.pagesDroppedButReadable), .sync),
  ]

  @Test(
    "P5: whatever fails, no acknowledged update is lost and none acknowledged falsely",
    arguments: CrashScript.all.map(\.name))
  func everyFailure(name: String) throws {
    let script = try #require(CrashScript.all.first { $0.name == name }?.script)
    let rehearsal = SimulatedFileSystem(seed: 1)
    var whole = CrashOracle()
    try script.run(on: rehearsal, &whole)
    var runs = 0
    var failures = 0
    for operation in rehearsal.operations {
      let possible = Self.effects.filter { $0.1 == nil || $0.1 == operation.kind }
      // Each sync fails in every way, other operations in two, and all of a kind in every way.
      let chosen = [possible[0].0, possible[operation.number % possible.count].0]
      for effect in Set(operation.kind == .sync ? possible.map(\.0) : chosen) {
        runs += 1
        failures += fail(script, at: operation, effect)
      }
    }
    print("\(name): \(runs) runs with a failure, of which the job noticed \(failures)")
    #expect(failures > 100)
  }

  private func fail(
    _ script: CrashScript, at operation: SimulatedFileSystem.Operation, _ effect: Fault.Effect
  ) -> Int {
    let system = SimulatedFileSystem(seed: UInt64(operation.number))
    system.inject(Fault(effect, at: operation.number))
    var job = Job(system: system)
    for step in script.steps {
      job.run(step)
      // Room is made when the disk has been full for one step.
      if effect == .full { system.clearFaults() }
    }
    if effect == .short(byteCount: 7), !job.errors.isEmpty {
      Issue.record("\(operation), \(effect): a short transfer is no error: \(job.errors)")
    }
    job.checkReads()
    system.crash()
    for pattern in [LossPattern.allLost, .random(seed: UInt64(operation.number))] {
      let disk = system.afterPowerLoss(pattern)
      do {
        let state = try disk.open(.small()).state()
        if job.oracle.prefix(of: state, atLeast: job.oracle.durableCount) == nil {
          Issue.record(
            "\(operation), \(effect), \(pattern): no prefix from \(job.oracle.durableCount): \(state)"
          )
        }
      } catch {
        Issue.record("\(operation), \(effect), \(pattern): \(error)")
      }
    }
    return job.errors.isEmpty ? 0 : 1
  }
}
