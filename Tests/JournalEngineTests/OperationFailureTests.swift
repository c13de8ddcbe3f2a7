import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Lets every file operation of scripted histories fail once, in each way that a real machine knows,
/// goes on with the same handle, and holds the end of it to the promises. Every session of a history
/// begins with an opening, so recovery fails at each of its operations too.
@Suite("Every operation failing once")
struct OperationFailureTests {
  /// One session of a history, and what it begins with.
  private struct Session {
    let name: String
    let steps: [CrashStep]
    let disk: SimulatedFileSystem
    let oracle: CrashOracle
    /// What it does when nothing fails.
    var operations: [SimulatedFileSystem.Operation] = []
  }

  @Test(
    "P5: whatever fails, no acknowledged update is lost and none acknowledged falsely",
    arguments: CrashScript.names)
  func everyFailure(name: String) throws {
    let watchdog = Watchdog(limit: .seconds(120))
    var runCount = 0
    var noticedCount = 0
    var pointCount = 0
    for session in try sessions(of: name) {
      pointCount += session.operations.count
      for operation in session.operations {
        for effect in Fault.Effect.applicable(to: operation.kind) {
          let place = "\(session.name), \(effect) at \(operation)"
          watchdog.begin(place)
          runCount += 1
          let (complaints, wasNoticed) = fail(session, at: operation, effect)
          if wasNoticed { noticedCount += 1 }
          for complaint in complaints { Issue.record("\(place): \(complaint)") }
        }
      }
    }
    print(
      "faults, \(name): \(pointCount) operations, \(runCount) runs with a failure, of which the job "
        + "noticed \(noticedCount)")
    #expect(noticedCount > runCount / 2)
  }

  /// The sessions of a history, each with the disk as the one before left it.
  private func sessions(of name: String) throws -> [Session] {
    let script = try CrashScript.named(name)
    var (system, oracle) = try script.start()
    var sessions: [Session] = []
    for (index, steps) in script.sessions.enumerated() {
      var session = Session(
        name: "\(name), session \(index + 1)", steps: steps, disk: system, oracle: oracle)
      system = system.afterProcessKill()
      // Kept to the end, since letting go of the journal is no part of the history.
      var job = FaultJob(system: system, oracle: oracle)
      for step in steps { job.run(step) }
      try #require(job.errors.isEmpty && job.complaints.isEmpty)
      session.operations = system.operations
      oracle = job.oracle
      sessions.append(session)
    }
    return sessions
  }

  private func fail(
    _ session: Session, at operation: SimulatedFileSystem.Operation, _ effect: Fault.Effect
  ) -> (complaints: [String], wasNoticed: Bool) {
    let system = session.disk.afterProcessKill()
    system.inject(Fault(effect, at: operation.number))
    var job = FaultJob(system: system, oracle: session.oracle)
    for step in session.steps {
      job.run(step)
      // Room is made when the disk has been full for one step.
      if effect == .full { system.clearFaults() }
    }
    job.expectToGoOn()
    job.checkReads()
    var complaints = job.complaints
    if let first = job.errors.first {
      complaints += flaws(of: first, when: operation, effect)
      if effect.isHarmless { complaints.append("a short transfer is no error: \(first)") }
    }
    system.crash()
    let lost = LossPattern.random(seed: UInt64(operation.number))
    let durable = job.oracle.durableCount
    // Where everything was synced, all endings leave the same behind: it is opened once.
    var opened: [Int: Result<StoreState, JournalError>] = [:]
    for (ending, atLeast, disk) in [
      // After a failed sync the kernel may have dropped what was acknowledged before it.
      (
        "killed", job.poison == nil ? job.oracle.acknowledgedCount : durable,
        system.afterProcessKill()
      ),
      ("all lost", durable, system.afterPowerLoss(.allLost)),
      ("\(lost)", durable, system.afterPowerLoss(lost)),
    ] {
      do {
        let content = disk.fingerprint(ignoring: [storePath + "/LOCK"])
        let found = opened[content] ?? Self.open(disk)
        opened[content] = found
        let state = try found.get()
        if job.oracle.prefix(of: state, atLeast: atLeast) == nil {
          complaints.append("\(ending): no prefix from \(atLeast) on: \(state)")
        }
      } catch {
        complaints.append("\(ending): \(error)")
      }
    }
    return (complaints, !job.errors.isEmpty)
  }

  /// What the next process finds.
  private static func open(_ disk: SimulatedFileSystem) -> Result<StoreState, JournalError> {
    Result { () throws(JournalError) in try disk.open(.small()).state() }
  }

  /// What an error lacks of saying what failed, where, why, and what to do next.
  private func flaws(
    of error: JournalError, when operation: SimulatedFileSystem.Operation, _ effect: Fault.Effect
  ) -> [String] {
    var flaws: [String] = []
    let failure: IOFailure
    switch error.reason {
    case .io(let cause), .outOfSpace(let cause): failure = cause
    case .poisoned(let cause):
      failure = cause
      if error.sequence == nil { flaws.append("no commit number") }
    default: return ["\(error.reason) is not about the operation that failed"]
    }
    if failure.operation != operation.kind || failure.path != operation.path {
      flaws.append("it blames \(failure.operation) of \(failure.path)")
    }
    if let code = effect.code, failure.code != code {
      flaws.append("it says errno \(failure.code)")
    }
    if !error.file.hasPrefix(storePath), error.file != operation.path {
      flaws.append("it names the file '\(error.file)'")
    }
    if error.detail.isEmpty { flaws.append("it does not say what to do") }
    if !error.description.contains(operation.path) { flaws.append("its text names no file") }
    return flaws.map { "\($0): \(error)" }
  }
}

extension Fault.Effect {
  /// The error number that the operation fails with.
  fileprivate var code: Int32? {
    switch self {
    case .error(let code), .errorAfterwards(let code), .errorAfterPart(_, let code): code
    case .full: IOFailure.noSpaceCode
    case .failedSync, .short: nil
    }
  }
}
