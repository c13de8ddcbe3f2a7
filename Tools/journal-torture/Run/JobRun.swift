import FileIO
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs somebody's own job, kills it at random moments, and runs it again until it comes to its end;
/// verifies its journal in between, and lets somebody's own check judge what came of it all.
package struct JobRun: Sendable {
  /// How long a group that was killed may take to be gone, in nanoseconds.
  private static let patience: Int64 = 60_000_000_000

  /// The job: a program and its arguments.
  package var command: [String]
  /// A command for `sh -c` that says by its exit code whether the outcome is right.
  package var check: String?
  /// The directory of the job's journal.
  package var journal: String?
  package var seed: UInt64
  /// When the killing ends.
  package var seconds: Int64?
  package var maximumKillCount: Int
  /// Whether the job's output is shown, to standard error.
  package var showsOutput = false

  package init(_ command: [String], seed: UInt64, maximumKillCount: Int = 100) {
    self.command = command
    self.seed = seed
    self.maximumKillCount = maximumKillCount
  }

  /// Returns when the job and the check have come to their end, something is wrong, or somebody asks
  /// to stop.
  ///
  /// - Throws: when the job cannot be started.
  package func run() throws(TortureFailure) -> TortureReport {
    var report = TortureReport(seed: seed, counting: [.kills, .ends, .verifications])
    let start = MonotonicClock.now
    do {
      try torture(&report, since: start)
      if !Interruption.isAsked { try judgeOutcome(&report) }
    } catch {
      if !Interruption.isAsked {
        guard let violation = error as? Violation else {
          throw error as? TortureFailure ?? TortureFailure(.failed, "\(error)")
        }
        report.violations.append(violation.text)
        report.remarks.append("everything is left as it was found")
      }
    }
    report.seconds = (MonotonicClock.now - start) / 1_000_000_000
    report.signal = Interruption.signal
    return report
  }

  private func torture(_ report: inout TortureReport, since start: Int64) throws {
    let deadline = seconds.map { start + $0 * 1_000_000_000 } ?? .max
    let output = try JobOutput(isShown: showsOutput)
    var watch = journal.map(JournalWatch.init)
    var schedule = JobSchedule(seed: seed)
    var nextNote = MonotonicClock.now + 10_000_000_000
    while !Interruption.isAsked {
      let now = MonotonicClock.now
      report.seconds = (now - start) / 1_000_000_000
      if now >= nextNote {
        TortureCommand.note(report.summary)
        nextNote += 10_000_000_000
      }
      let isKilling = report[.kills] < maximumKillCount && now < deadline
      output.clear()
      let end = try live(isKilling ? now + schedule.next() : .max, output)
      if Interruption.isAsked { return }
      try verify(&watch, &report, after: end)
      switch end {
      case nil: report[.kills] += 1
      case .exited(0):
        report[.ends] += 1
        if let watch, !watch.isThere {
          throw Violation(text: "the job made no journal in \(watch.directory)")
        }
        return
      case let end?:
        let ending = output.ending
        throw Violation(
          text: "the job failed by itself: \(end)"
            + (ending.isEmpty ? "" : "; the end of its output:\n" + ending))
      }
    }
  }

  /// Lets the job live until `deadline`, with all that it starts. Returns how it ended by itself;
  /// nil when it had to be killed.
  private func live(_ deadline: Int64, _ output: borrowing JobOutput) throws -> ChildProcess.End? {
    let group = try ProcessGroup()
    let job = try ChildProcess(
      command[0], Array(command.dropFirst()), group: group.identifier, files: output.files)
    let hasEnded = try job.end(by: deadline) != nil
    // Also what a job leaves behind that has ended: it would work on beside the next life.
    guard group.killAndWait(until: MonotonicClock.now + Self.patience) else {
      throw TortureFailure(.failed, "the processes of the job cannot be killed")
    }
    let end = try job.awaitEnd()
    return !hasEnded && end == .killed(signal: SIGKILL) ? nil : end
  }

  private func verify(
    _ watch: inout JournalWatch?, _ report: inout TortureReport, after end: ChildProcess.End?
  ) throws(Violation) {
    guard let violation = watch?.violation() else {
      if watch?.isThere == true { report[.verifications] += 1 }
      return
    }
    throw Violation(
      text: "the journal is damaged after "
        + (end == nil ? "kill \(report[.kills] + 1)" : "the job ended") + ": \(violation)")
  }

  private func judgeOutcome(_ report: inout TortureReport) throws {
    guard let check else { return }
    let group = try ProcessGroup()
    let process = try ChildProcess(
      "/bin/sh", ["-c", check], group: group.identifier,
      files: StandardFiles(output: STDERR_FILENO))
    let end = try process.awaitEnd()
    if end != .exited(0) { throw Violation(text: "the check failed: \(end)") }
    report.remarks.append("the check succeeded")
  }
}
