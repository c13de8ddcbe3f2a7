import StateJournal

/// `journal-tool repair DIR`
enum RepairVerb {
  static let verb = Verb(
    name: "repair", group: .rescue, writes: true,
    summary: "goes past damage, after showing what would be lost",
    details: """
      Names every commit and stream that would be lost, and asks. tail ends the log where it stops making sense, in its last segment. drop-damaged keeps what
      is before the damage and every whole commit behind it. salvage also reads damaged snapshots
      block by block. The originals go to quarantine/ first, and --undo puts them back byte for
      byte, after naming what was committed since. Needs the job to be stopped (7). Restore a backup instead, if there is a good one.
      """,
    options: [
      Verb.Option("--mode", "-m", value: "MODE", of: Choices(RepairMode.self, default: .tail)),
      Verb.Option("--output", "-o", value: "NEWDIR", help: "write there; not with tail"),
      Verb.Option("--undo", value: "BUNDLE", help: "put the originals in quarantine/BUNDLE back"),
    ],
    examples: [
      ("journal-tool repair state --mode drop-damaged -n", "what would be lost?"),
      ("journal-tool repair state --undo repair-20240517T083000Z", "back to what it was"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let rescue = invocation.rescue
    if let bundle = invocation.arguments.value("--undo") {
      return try undo(bundle, rescue, invocation)
    }
    let mode = invocation.arguments.choice("--mode", of: RepairMode.self)
    let target = invocation.arguments.value("--output")
    if let target {
      try invocation.refuseInside(target)
      guard mode != .tail else {
        throw ToolFailure(
          .refused, "a cut is made in place; another mode writes a new store",
          next: invocation.command("repair", "--mode", "drop-damaged", "-o", target))
      }
    }
    var bar = ProgressBar("check", on: invocation.console)
    let plan: RepairPlan
    do {
      plan = try rescue.repairPlan(mode) { bar.update($0) }
      bar.clear()
    } catch {
      bar.clear()
      throw failure(error, invocation)
    }
    RepairOutput.tell(plan, target: target, invocation)
    guard plan.isNeeded, try isAgreed(target, invocation) else {
      RepairOutput.finish(nil, invocation)
      return .success
    }
    do {
      let report = try rescue.repair(mode, into: target) { bar.update($0) }
      bar.clear()
      RepairOutput.finish(report, droppedLabels: report.droppedLabels, invocation)
    } catch {
      bar.clear()
      throw failure(error, invocation)
    }
    return .success
  }

  /// A new directory takes nothing away from anybody.
  private static func isAgreed(
    _ target: String?, _ invocation: Invocation
  ) throws(ToolFailure) -> Bool {
    target == nil ? try invocation.isAgreed("Repair?") : !invocation.isDryRun
  }

  private static func failure(_ error: JournalError, _ invocation: Invocation) -> ToolFailure {
    var failure = ToolFailure(error, verb: "repair", directory: invocation.directory)
    if error.reason == .refused, error.detail.contains("drop-damaged") {
      failure.nextCommand = invocation.command("repair", "--mode", "drop-damaged", "-n")
    }
    return failure
  }

  private static func undo(
    _ bundle: String, _ rescue: JournalRescue, _ invocation: Invocation
  ) throws(ToolFailure) -> ExitCode {
    try checkBundle(bundle, rescue, invocation)
    var bar = ProgressBar("plan", on: invocation.console)
    do {
      let plan = try rescue.undoPlan(bundle) { bar.update($0) }
      bar.clear()
      UndoOutput.tell(plan, of: bundle, invocation)
    } catch {
      bar.clear()
      throw undoFailure(error, invocation)
    }
    guard try invocation.isAgreed("Undo?") else {
      RepairOutput.finish(nil, invocation)
      return .success
    }
    bar = ProgressBar("undo", on: invocation.console)
    do {
      let report = try rescue.undo(bundle) { bar.update($0) }
      bar.clear()
      RepairOutput.finish(report, invocation)
    } catch {
      bar.clear()
      throw undoFailure(error, invocation)
    }
    return .success
  }

  private static func undoFailure(_ error: JournalError, _ invocation: Invocation) -> ToolFailure {
    var failure = ToolFailure(error, verb: "repair", directory: invocation.directory)
    if [.notFound, .refused, .damage(.original)].contains(error.reason) {
      failure.nextCommand =
        error.detail.contains(RepairUndo.nothingToTakeBack)
        ? invocation.command("verify")
        : "ls \(Shell.quoted(invocation.directory + "/quarantine"))"
    }
    return failure
  }

  /// Nobody is asked about what cannot be done.
  private static func checkBundle(
    _ bundle: String, _ rescue: JournalRescue, _ invocation: Invocation
  ) throws(ToolFailure) {
    let known = try invocation.attempt { () throws(JournalError) in try rescue.bundles() }
    let name = bundle.split(separator: "/").last.map { String($0) } ?? bundle
    if known.contains(name) { return }
    throw ToolFailure(
      .notFound,
      "there is no whole bundle \(Printable.text(name)) in quarantine/"
        + (known.isEmpty ? ", and no other" : "; there is \(known.joined(separator: ", "))"),
      next: known.isEmpty
        ? invocation.command("repair", "-n")
        : "ls \(Shell.quoted(invocation.directory + "/quarantine"))")
  }
}
