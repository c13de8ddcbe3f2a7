import StateJournal

/// `journal-tool replay DIR`
enum ReplayVerb {
  static let verb = Verb(
    name: "replay", product: .option("--into"),
    summary: "prints the state as JSON, as of any commit within reach",
    details: """
      Prints {"SOURCE": {"streams": {…}, "others": {…}}, …}, sources and names in the order of
      their bytes. With --json it is one object on each line instead. Entries that are no state of
      a source, written by other software, appear in hexadecimal under the empty name. With --into
      the state goes to a new store instead, whose log goes on behind the last commit of this one,
      without labels, as no commit before is within reach there.
      """,
    options: [
      Verb.Option(
        "--at", value: "MOMENT",
        help: "the state as of a commit, time or label, not as of the last commit"),
      Verb.Option(
        "--source", value: "NAME", help: "only this source: its name, or as list prints it"),
      Verb.Option(
        "--into", value: "NEWDIR", help: "write a store there, an empty directory or none yet"),
    ],
    examples: [
      (
        "journal-tool replay state --at -2h --source orders",
        "what the state of one source was two hours ago"
      ),
      (
        "journal-tool replay state --at 4711 --into then",
        "a store with the state after that commit, to try a job on"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let output = invocation.console.output
    let inspector = invocation.inspector
    let source = invocation.name("--source")
    let target = invocation.arguments.value("--into")
    if target != nil, source != nil {
      throw invocation.arguments.usage(
        "--into takes the whole state and --source a part of it: give one of them")
    }
    if let target { try invocation.refuseInside(target) }
    let sequence = try invocation.sequence("--at", in: inspector)
    if let target { return try write(into: target, at: sequence, inspector, invocation) }
    var json = StateNDJSON(output)
    var tree = StateTree(output)
    let report: RecoveryReport
    do {
      report = try inspector.forEachEntry(at: sequence, of: source) { entry in
        if invocation.isJSON { json.write(entry) } else { tree.write(entry) }
        return !output.isBroken
      }
      if !invocation.isJSON, source == nil || tree.count > 0 {
        if tree.foreignCount > 0 {
          try inspector.forEachEntry(at: report.lastSequence) { entry in
            tree.writeForeign(entry)
            return !output.isBroken
          }
        }
        tree.finish()
      }
    } catch {
      throw ToolFailure(error, verb: "replay", directory: invocation.directory)
    }
    if let source, json.count + tree.count == 0 {
      throw ToolFailure(
        .notFound, "there is no state of a source named \(Printable.name(source))",
        next: "journal-tool replay \(Shell.quoted(invocation.directory))")
    }
    if invocation.isJSON { json.finish(report) }
    output.flush()
    Warnings.tell(report, to: invocation)
    return .success
  }

  /// Makes a store of the state after a commit; of the last one when it is `nil`.
  private static func write(
    into target: String, at sequence: LogSequenceNumber?, _ inspector: JournalInspector,
    _ invocation: Invocation
  ) throws(ToolFailure) -> ExitCode {
    var bar = ProgressBar("replay", on: invocation.console)
    defer { bar.clear() }
    let made = try invocation.attempt { () throws(JournalError) in
      // The state after the last commit begins like any other: how far the log reaches is known then.
      let last = try inspector.forEachEntry { _ in false }
      let sequence = sequence ?? last.lastSequence
      let labels = try inspector.labels().map(\.name)
      let report = try invocation.rescue.rewind(to: sequence, into: target) { bar.update($0) }
      return (sequence: sequence, report: report, recovery: last, labels: labels)
    }
    bar.clear()
    let output = invocation.console.output
    if invocation.isJSON {
      var line = Summary.start("replay", .success)
      line.add("into", target)
      line.add("at_lsn", made.sequence)
      line.add("lsn", made.report.through)
      line.add("objects", made.report.entryCount)
      line.add("undecidable", made.recovery.tornTail?.isUndecidable ?? false)
      line.add(droppedLabels: made.labels)
      output.write(line.line)
    } else {
      output.write(
        invocation.console.outputStyle.green("written")
          + ": the state after commit \(made.sequence) in \(Printable.text(target))"
          + (made.report.entryCount.map { ", \(Units.count($0, "object"))" } ?? "")
          + (made.report.through.map { "; the next commit is \($0.next)" } ?? "") + "\n"
          + DroppedLabels.line(made.labels))
      output.flush()
    }
    Warnings.tell(made.recovery, to: invocation)
    return .success
  }
}
