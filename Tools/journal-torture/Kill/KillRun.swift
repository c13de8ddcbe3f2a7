import FileIO
import ToolSupport

/// Kills workloads on one store over and over, with readers and compactions beside them that are
/// killed as well, and checks after each what is left.
package struct KillRun: Sendable {
  package var settings: RigSettings

  package init(_ settings: RigSettings) { self.settings = settings }

  /// Returns when the time is over or a violation was found.
  ///
  /// - Throws: when the processes cannot be run, or the store holds another workload's state.
  package func run() throws(TortureFailure) -> TortureReport {
    var events: [TortureReport.Event] = [.kills, .checkKills, .ends]
    if settings.readerCount > 0 { events += [.reads, .readerKills] }
    if settings.hasCompactor { events += [.compactions, .compactorKills] }
    return try Rig.run(settings, counting: events) { rig in
      let life = KillSchedule.workload(&rig.choices)
      var workload = try rig.startWorkload(life.updateCount)
      let death = MonotonicClock.now + life.delay
      if life.diesAtItsEnd {
        try Self.seeToItsEnd(&workload, life, &rig)
      } else if rig.settings.hasCompactor, life.delay > 20_000_000, rig.choices.oneIn(2) {
        return try Self.killBesideCompaction(workload, at: death, &rig)
      } else {
        _ = try rig.watch(&workload, until: death)
      }
      try rig.kill(workload)
      try rig.verify()
    }
  }

  /// Watches a workload make all its updates, and a moment longer.
  private static func seeToItsEnd(
    _ workload: inout WorkloadProcess, _ life: KillSchedule.Life, _ rig: inout Rig
  ) throws {
    switch try rig.watch(
      &workload, until: rig.deadline, orUntil: { $0.count == life.updateCount })
    {
    case .late: throw Violation(text: "a workload hangs: it said nothing more")
    case .ended: return
    case .enough: _ = try rig.watch(&workload, until: MonotonicClock.now + life.delay)
    }
  }

  /// Has another process compact while the workload lives, and kills each at its own moment.
  private static func killBesideCompaction(
    _ workload: consuming WorkloadProcess, at death: Int64, _ rig: inout Rig
  ) throws {
    let begin = death - Int64(rig.choices.below(UInt64(max(death - MonotonicClock.now, 1))))
    var watched = try rig.watch(
      &workload, until: death, orUntil: { $0.numbers != nil && MonotonicClock.now >= begin })
    guard watched == .enough else {
      try rig.kill(workload)
      return try rig.verify()
    }
    let compaction = try rig.startCompaction()
    let isKilled = rig.choices.oneIn(2)
    if isKilled {
      let moment = MonotonicClock.now + rig.choices.microseconds(below: 12_000)
      watched = try rig.watch(&workload, until: min(death, moment))
      if moment <= death {
        try rig.killCompaction(compaction)
        _ = try rig.watch(&workload, until: death)
        try rig.kill(workload)
      } else {
        // The writer dies first; what goes on then may become the writer itself.
        try rig.kill(workload)
        Nap.take(for: moment - death)
        try rig.killCompaction(compaction)
      }
    } else {
      watched = try rig.watch(&workload, until: death)
      try rig.kill(workload)
      try rig.awaitCompaction(compaction, beside: "a writer that was killed")
    }
    try rig.verify()
  }
}
