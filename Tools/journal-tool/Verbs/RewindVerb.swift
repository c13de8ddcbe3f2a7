import StateJournal

/// `journal-tool rewind DIR --to MOMENT`
enum RewindVerb {
  static let verb = Verb(
    name: "rewind", group: .rescue, writes: true,
    summary: "takes a store back to the state after an earlier commit",
    details: """
      Later commits are gone from it; revert changes the state back by a commit of its own
      instead. Earlier ones are out of reach then, and labels go. The log goes on behind the last
      commit, so that no number is used twice. In place, the originals go to quarantine/ first,
      repair --undo puts them back, and the job has to be stopped (7). With -o the state goes to a
      new store, beside a running job.
      """,
    options: [
      Verb.Option("--to", value: "MOMENT", help: "a commit, a time or a label"),
      Verb.Option("--output", "-o", value: "NEWDIR", help: "write there, change nothing here"),
    ],
    examples: [
      ("journal-tool rewind state --to 4711 -n", "what would be taken back?"),
      ("journal-tool rewind state --to -2h -o earlier", "the state of two hours ago, beside it"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let inspector = invocation.inspector
    guard let sequence = try invocation.sequence("--to", in: inspector) else {
      throw invocation.arguments.usage("rewind needs --to MOMENT: \(JournalMoment.forms)")
    }
    let target = invocation.arguments.value("--output")
    if let target { try invocation.refuseInside(target) }
    let rescue = invocation.rescue
    var bar = ProgressBar("plan", on: invocation.console)
    defer { bar.clear() }
    let plan = try invocation.attempt { () throws(JournalError) in
      try rescue.rewindPlan(to: sequence) { bar.update($0) }
    }
    bar.clear()
    tell(plan, target, invocation)
    let isAgreed =
      target == nil ? try invocation.isAgreed("Rewind?") : !invocation.isDryRun
    guard isAgreed else {
      RepairOutput.finish(nil, invocation)
      return .success
    }
    bar = ProgressBar("rewind", on: invocation.console)
    let report = try invocation.attempt { () throws(JournalError) in
      try rescue.rewind(to: sequence, into: target) { bar.update($0) }
    }
    bar.clear()
    RepairOutput.finish(report, invocation)
    return .success
  }

  private static func tell(_ plan: RewindPlan, _ target: String?, _ invocation: Invocation) {
    let output = invocation.console.output
    if invocation.isJSON {
      var line = JSONLine("plan", verb: "rewind")
      line.add("to_lsn", plan.sequence)
      line.add("last_lsn", plan.lastSequence)
      line.add("commits", plan.commitCount)
      line.add("streams", plan.addresses.map(address))
      line.add("streams_unlisted", plan.unlistedAddressCount)
      line.add("streams_unlisted_exact", plan.isUnlistedAddressCountExact)
      line.add("foreign_keys", plan.foreignKeyCount)
      line.add(droppedLabels: plan.labels.map(\.name))
      output.write(line.line)
      return
    }
    let style = invocation.console.outputStyle
    output.write(
      """
      \(style.bold("to"))       commit \(plan.sequence)
      \(style.bold("drop"))     \(Units.count(plan.commitCount, "commit")) behind it, up to \
      \(plan.lastSequence)
      \(style.bold("streams"))  \(plan.streamsText)\(labels(plan, target, style))
      \(style.bold("write"))    \(target.map { Printable.text($0) + "; nothing is changed here" }
        ?? "in place; the originals go to quarantine/")

      """)
  }

  /// A row about the labels, where there are any.
  private static func labels(_ plan: RewindPlan, _ target: String?, _ style: Style) -> String {
    if plan.labels.isEmpty { return "" }
    let fate =
      target == nil
      ? "(gone then, as their commits are out of reach)"
      : "(not in the new store, which does not reach back to their commits)"
    return "\n\(style.bold("labels"))   \(DroppedLabels.text(plan.labels.map(\.name)))  \(fate)"
  }

  private static func address(_ address: StateAddress) -> JSONLine {
    var object = JSONLine()
    object.add(address)
    return object
  }
}
