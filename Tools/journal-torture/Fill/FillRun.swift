import FileIO
import ToolSupport

/// Fills the disk under a workload and frees it again: the workload must be refused with a typed
/// error, go on with the same handle once there is room, and never acknowledge what is not there.
package struct FillRun: Sendable {
  /// How long the disk may be full without anybody noticing, in nanoseconds, before it is filled
  /// again with what a compaction has given back since.
  private static let refillInterval: Int64 = 50_000_000

  /// How many updates may fit into a full disk: those that the tail of the log has its room for already
  /// (4 MiB, and 2 MiB at most are left free; 5,152 updates were seen), and what compactions give back
  /// between two fillings. A store that takes more has found room that is not there.
  private static let hiddenUpdateCount: UInt64 = 20_000

  package var settings: RigSettings
  /// The ballast's file, on the same file system as the store.
  package var ballastPath: String
  /// The most that the ballast takes.
  package var byteCount: Int64

  package init(_ settings: RigSettings, ballastPath: String, byteCount: Int64) {
    self.settings = settings
    self.settings.readerCount = 0
    self.ballastPath = ballastPath
    self.byteCount = byteCount
  }

  /// Returns when the time is over or a violation was found.
  ///
  /// - Throws: when the processes cannot be run, or the store holds another workload's state.
  package func run() throws(TortureFailure) -> TortureReport {
    let ballast = Ballast(path: ballastPath, maximumByteCount: byteCount)
    do throws(SystemCallFailure) {
      try ballast.free()
    } catch {
      throw TortureFailure(error)
    }
    return try Rig.run(
      settings,
      counting: [
        .fills, .refusals, .kills, .terminations, .checkKills, .compactions, .fullCompactions,
        .lockedCompactions, .reads,
      ]
    ) { rig in
      rig.toleratesFullDisk = true
      if rig.silence == nil { rig.silence = try StandardFiles.openNull() }
      try fillUnderWorkload(&rig, ballast)
      try ballast.free()
      try rig.verify()
    }
  }

  private func fillUnderWorkload(_ rig: inout Rig, _ ballast: Ballast) throws {
    var workload = try rig.startWorkload(
      WorkloadProcess.endless, ["--patient", "--orderly"])
    try rig.awaitProgress(&workload, otherwise: "a workload hangs: it makes no first update")
    for _ in 0...rig.choices.below(4) where rig.hasTime {
      _ = try rig.watch(
        &workload, until: MonotonicClock.now + rig.choices.microseconds(below: 80_000))
      try fill(ballast, under: &workload, &rig)
      if rig.choices.oneIn(4) { return try die(workload, &rig) }
      _ = try rig.watch(
        &workload, until: MonotonicClock.now + rig.choices.microseconds(below: 60_000))
      if rig.settings.hasCompactor, rig.choices.oneIn(3) {
        try rig.awaitCompaction(try rig.startCompaction(), beside: "a writer on a full disk")
      }
      try ballast.free()
      try rig.awaitProgress(
        &workload, by: 1 + rig.choices.below(50),
        otherwise: "a workload does not go on with the same handle although there is room again")
    }
    if rig.choices.oneIn(2) {
      try rig.terminate(workload, isOrderly: true)
    } else {
      try rig.kill(workload)
    }
  }

  /// Fills the disk until the workload is refused.
  private func fill(
    _ ballast: Ballast, under workload: inout WorkloadProcess, _ rig: inout Rig
  ) throws {
    let refusalCount = workload.acknowledgements.refusalCount
    // Enough for some more updates, but mostly not for all of a rotation or a snapshot.
    var room = Int64(rig.choices.below(rig.settings.shape.isSmall ? 96 << 10 : 2 << 20))
    // As long as updates come, however slow the machine is, the room that is left is on its way to its
    // end; without one there is patience as for everything else.
    let beforeFull = workload.acknowledgements.count
    var (count, deadline) = (beforeFull, rig.deadline)
    while true {
      try ballast.fill(leaving: room)
      switch try rig.watch(
        &workload, until: MonotonicClock.now + Self.refillInterval,
        orUntil: { $0.refusalCount > refusalCount })
      {
      case .enough:
        rig.report[.fills] += 1
        return
      case .late: room = 0
      case .ended:
        let end = try workload.child.end(by: deadline)
        throw Violation(
          text: "a workload ended by itself when the disk became full: "
            + (end?.description ?? "no end in sight"))
      }
      let acknowledged = workload.acknowledgements.count
      if acknowledged > count { (count, deadline) = (acknowledged, rig.deadline) }
      if MonotonicClock.now >= deadline || count - beforeFull > Self.hiddenUpdateCount {
        throw Violation(
          text: "a workload is never refused although the disk is full, and \(count - beforeFull) "
            + "updates were taken since")
      }
    }
  }

  /// Kills a workload that was refused, and looks at the store while the disk is still full:
  /// recovery may lack room, which is an error and no damage, and readers need none.
  private func die(_ workload: consuming WorkloadProcess, _ rig: inout Rig) throws {
    try rig.kill(workload)
    try rig.readQuietly()
    let check = try rig.start("check", errors: rig.silence)
    guard let listing = try check.readToEnd(until: rig.deadline) else {
      throw Violation(text: "a check hangs on a full disk")
    }
    switch try check.awaitEnd() {
    case .exited(TortureFailure.Kind.full.rawValue): return
    case let end: try rig.model.judgeReading(listing, end, by: "a check on a full disk")
    }
  }
}
