import StateJournal

/// `journal-tool replay DIR`
enum ReplayVerb {
  static let verb = Verb(
    name: "replay", summary: "prints the state as JSON, as of any commit that is within reach",
    details: """
      Prints {"SOURCE": {"streams": {…}, "others": {…}}, …}, sources and names in the order of
      their bytes. With --json it is one object on each line instead. Entries that are no state of
      a source, written by other software, appear in hexadecimal under the empty name.
      """,
    options: [
      Verb.Option(
        "--at", value: "MOMENT",
        help: "the state as of a commit, time or label, not as of the last commit"),
      Verb.Option("--source", value: "NAME", help: "only the state of this source"),
    ],
    examples: [
      ("journal-tool replay state > state.json", "the whole state, for people or for jq"),
      (
        "journal-tool replay state --at -2h --source orders",
        "what the state of one source was two hours ago"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let output = invocation.console.output
    let inspector = JournalInspector(invocation.directory)
    let sequence = try invocation.sequence("--at", in: inspector)
    let source = invocation.arguments.value("--source")
    var json = StateNDJSON(output)
    var tree = StateTree(output)
    let report: RecoveryReport
    do {
      report = try inspector.forEachEntry(at: sequence, of: source) { entry in
        if invocation.isJSON { json.write(entry) } else { tree.write(entry) }
        return !output.isBroken
      }
      if !invocation.isJSON {
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
}
