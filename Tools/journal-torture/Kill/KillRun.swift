import FileIO
import StateJournal
import ToolSupport

/// Kills workloads on one store over and over and checks after each what is left. It ends with the
/// first violation and leaves the store as it was found.
package struct KillRun: Sendable {
  /// A process that lives longer than this, in nanoseconds, hangs.
  private static let patience: Int64 = 60_000_000_000

  package let directory: String
  package let seconds: Int64
  package let seed: UInt64
  package let shape: LoadShape
  /// The program whose `workload` and `check` are run.
  package var executable = ChildProcess.ownExecutable
  /// How many workloads to run at most, where the time is not what counts.
  package var maximumLifeCount = Int.max

  package init(directory: String, seconds: Int64, seed: UInt64, shape: LoadShape) {
    self.directory = directory
    self.seconds = seconds
    self.seed = seed
    self.shape = shape
  }

  /// What is known about the store between two lives.
  private struct Knowledge {
    var model: StateModel
    /// What the last check showed.
    var entries: [String: String]
  }

  private struct Violation: Error { var text: String }

  /// Returns when the time is over or a violation was found.
  ///
  /// - Throws: when the processes cannot be run, or the store holds another workload's state.
  package func run() throws(TortureFailure) -> KillReport {
    var report = KillReport(seed: seed)
    var schedule = KillSchedule(seed: seed)
    let start = MonotonicClock.now
    var nextNote = start + 10_000_000_000
    do {
      var knowledge = try learn()
      while true {
        let now = MonotonicClock.now
        report.seconds = (now - start) / 1_000_000_000
        if report.seconds >= seconds || report.lifeCount >= maximumLifeCount { break }
        if now >= nextNote {
          TortureCommand.note(report.summary)
          nextNote += 10_000_000_000
        }
        try live(schedule.workload(), &knowledge, &report)
        while let delay = schedule.check() {
          if try check(livingFor: delay) == nil { report.checkKillCount += 1 }
        }
        try verify(&knowledge)
        report.updateCount = knowledge.model.updateCount
      }
    } catch let violation as Violation {
      report.seconds = (MonotonicClock.now - start) / 1_000_000_000
      report.violations.append(violation.text)
    } catch {
      throw error as? TortureFailure ?? TortureFailure(.failed, "\(error)")
    }
    return report
  }

  /// What the store holds before the first life.
  private func learn() throws -> Knowledge {
    var model = StateModel(seed: seed, hasDeletions: shape.hasDeletions)
    guard let entries = try check(livingFor: Self.patience),
      model.advance(toDescribe: entries)
    else {
      throw TortureFailure(
        .failed,
        "\(directory) holds something else than updates of seed \(seed); use an empty directory")
    }
    return Knowledge(model: model, entries: entries)
  }

  /// Lets a workload live and collects what it acknowledges.
  private func live(
    _ life: KillSchedule.Life, _ knowledge: inout Knowledge, _ report: inout KillReport
  ) throws {
    let child = try ChildProcess(
      executable,
      ["workload", directory, "--seed", String(seed), "--updates", String(life.updateCount)]
        + shape.arguments)
    let start = MonotonicClock.now
    var deadline = start + (life.diesAtItsEnd ? Self.patience : life.delay)
    var acknowledgements = AcknowledgementReader()
    var wasKilled = false
    collecting: while true {
      switch try child.read(until: deadline) {
      case .bytes(let bytes):
        guard acknowledgements.read(bytes) else {
          child.crash()
          throw Violation(
            text: "acknowledgements out of order: \(acknowledgements.lastLine) does not follow "
              + "\(acknowledgements.numbers?.upperBound.description ?? "nothing")")
        }
        if life.diesAtItsEnd, !wasKilled,
          UInt64(acknowledgements.numbers?.count ?? 0) == life.updateCount
        {
          deadline = MonotonicClock.now + life.delay
        }
      case .nothingInTime:
        child.crash()
        if MonotonicClock.now - start >= Self.patience {
          throw Violation(text: "a workload hangs: no end within 60 s")
        }
        wasKilled = true
        deadline = .max
      case .end: break collecting
      }
    }
    try judge(try child.awaitEnd(), of: life, acknowledgements, wasKilled: wasKilled)
    if wasKilled { report.killCount += 1 } else { report.endCount += 1 }
    guard let numbers = acknowledgements.numbers else { return }
    report.acknowledgementCount += UInt64(numbers.count)
    var continued = knowledge.model
    guard numbers.lowerBound > continued.updateCount else {
      throw Violation(
        text: "update \(numbers.lowerBound) was acknowledged again: the store held "
          + "\(continued.updateCount) already")
    }
    continued.advance(to: numbers.lowerBound - 1)
    guard continued.describes(knowledge.entries) else {
      throw Violation(
        text: "the workload goes on with update \(numbers.lowerBound), which is not the next: "
          + continued.violation(in: knowledge.entries))
    }
    knowledge.model.advance(to: numbers.upperBound)
  }

  /// A workload may end by our kill, or with success and everything acknowledged.
  private func judge(
    _ end: ChildProcess.End, of life: KillSchedule.Life, _ acknowledgements: AcknowledgementReader,
    wasKilled: Bool
  ) throws(Violation) {
    let count = UInt64(acknowledgements.numbers?.count ?? 0)
    switch end {
    case .exited(0) where count == life.updateCount: return
    case .exited(0):
      throw Violation(text: "success with \(count) of \(life.updateCount) updates acknowledged")
    case .killed where wasKilled: return
    default: throw Violation(text: "a workload ended by itself: \(end)")
    }
  }

  /// Checks twice what the store holds now.
  private func verify(_ knowledge: inout Knowledge) throws {
    guard let entries = try check(livingFor: Self.patience),
      let again = try check(livingFor: Self.patience)
    else { throw Violation(text: "a check hangs: no end within 60 s") }
    guard knowledge.model.advance(toDescribe: entries) else {
      throw Violation(text: knowledge.model.violation(in: entries))
    }
    guard entries == again else {
      throw Violation(
        text: "two checks differ: the first is the state after update "
          + "\(knowledge.model.updateCount); the second is \(knowledge.model.violation(in: again))")
    }
    knowledge.entries = entries
  }

  /// Runs a check for at most so many nanoseconds; nil when it had to be killed.
  private func check(livingFor delay: Int64) throws -> [String: String]? {
    let child = try ChildProcess(executable, ["check", directory])
    let listing = try child.readToEnd(until: MonotonicClock.now + delay)
    if listing == nil { child.crash() }
    let end = try child.awaitEnd()
    guard let listing else {
      guard end == .exited(0) || end == .killed(signal: 9) else {
        throw Violation(text: "a check ended by itself: \(end)")
      }
      return nil
    }
    guard end == .exited(0) else { throw Violation(text: "a check failed: \(end)") }
    do {
      return try Listing.entries(listing)
    } catch {
      throw Violation(text: "a check printed what is no listing: \(error)")
    }
  }
}
