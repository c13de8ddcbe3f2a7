import FileIO
import ToolSupport

/// Stops processes in the midst of what they do, lets others go on, and wakes them again; and ends
/// workloads with SIGTERM in the midst of commits.
package struct StopRun: Sendable {
  /// How many updates a writer must get done beside a compaction that stands still: enough for it
  /// to want several compactions of its own where the limits are small.
  private static let progressCount: UInt64 = 150

  package var settings: RigSettings

  package init(_ settings: RigSettings) { self.settings = settings }

  /// Returns when the time is over or a violation was found.
  ///
  /// - Throws: when the processes cannot be run, or the store holds another workload's state.
  package func run() throws(TortureFailure) -> TortureReport {
    var events: [TortureReport.Event] = [
      .writerStops, .compactorStops, .terminations, .kills, .checkKills, .compactions,
      .lockedCompactions, .compactorKills,
    ]
    if settings.readerCount > 0 { events += [.reads, .readerKills] }
    return try Rig.run(settings, counting: events) { rig in
      switch rig.choices.below(5) {
      case 0, 1: try Self.stopWriter(&rig)
      case 2: try Self.stopCompaction(&rig)
      case 3: try Self.wakeStaleCompaction(&rig)
      default: try Self.terminate(&rig)
      }
      try rig.verify()
    }
  }

  /// A workload that has acknowledged something and is at some point of its work.
  private static func workloadAtWork(
    _ rig: inout Rig, _ options: [String] = []
  ) throws -> WorkloadProcess {
    var workload = try rig.startWorkload(WorkloadProcess.endless, options)
    try rig.awaitProgress(&workload, otherwise: "a workload hangs: it makes no first update")
    let moment = MonotonicClock.now + rig.choices.microseconds(below: 60_000)
    _ = try rig.watch(&workload, until: moment)
    return workload
  }

  /// A compaction that stands still somewhere in its work, unless it was faster than that.
  private static func stoppedCompaction(_ rig: inout Rig) throws -> ChildProcess {
    let compaction = try rig.startCompaction()
    Nap.take(for: rig.choices.microseconds(below: 15_000))
    if try compaction.stop() { rig.report[.compactorStops] += 1 }
    return compaction
  }

  /// Others compact and read beside a writer that stands still, wherever it was: they neither wait
  /// for it nor find damage. Then it goes on, or never does.
  private static func stopWriter(_ rig: inout Rig) throws {
    var workload = try workloadAtWork(&rig)
    for _ in 0...rig.choices.below(3) {
      guard try workload.child.stop() else { break }
      rig.report[.writerStops] += 1
      try rig.awaitCompaction(try rig.startCompaction(), beside: "a writer that is stopped")
      try rig.read(as: "a reader beside a writer that is stopped")
      if rig.choices.oneIn(4) { break }
      workload.child.resume()
      try rig.awaitProgress(
        &workload, by: 1 + rig.choices.below(60),
        otherwise: "a workload does not go on after SIGCONT")
    }
    try rig.kill(workload)
  }

  /// A writer goes on beside a compaction that stands still with the lock in its hands.
  private static func stopCompaction(_ rig: inout Rig) throws {
    var workload = try workloadAtWork(&rig)
    let compaction = try stoppedCompaction(&rig)
    try rig.awaitProgress(
      &workload, by: progressCount,
      otherwise: "a workload does not go on beside a compaction that is stopped")
    if rig.choices.oneIn(2) {
      compaction.resume()
      try rig.awaitCompaction(compaction, beside: "a writer")
      try rig.awaitProgress(
        &workload, by: progressCount, otherwise: "a workload does not go on after a compaction")
    } else {
      try rig.killCompaction(compaction)
    }
    try rig.kill(workload)
  }

  /// A compaction that stood still while its writer died, the store was recovered and another writer
  /// went on wakes up and goes on with what it knew.
  private static func wakeStaleCompaction(_ rig: inout Rig) throws {
    let first = try workloadAtWork(&rig)
    let compaction = try stoppedCompaction(&rig)
    try rig.kill(first)
    try rig.verify()
    var second = try workloadAtWork(&rig)
    compaction.resume()
    if rig.choices.oneIn(3) {
      Nap.take(for: rig.choices.microseconds(below: 10_000))
      try rig.killCompaction(compaction)
    } else {
      try rig.awaitCompaction(compaction, beside: "another writer than it began with")
    }
    try rig.awaitProgress(
      &second, by: progressCount, otherwise: "a workload does not go on after a compaction")
    try rig.kill(second)
  }

  /// SIGTERM in the midst of a commit: at once, or in order.
  private static func terminate(_ rig: inout Rig) throws {
    let isOrderly = rig.choices.oneIn(2)
    let workload = try workloadAtWork(&rig, isOrderly ? ["--orderly"] : [])
    try rig.terminate(workload, isOrderly: isOrderly)
  }
}
