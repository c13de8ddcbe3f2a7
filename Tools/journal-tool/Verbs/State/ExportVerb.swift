import StateJournal

/// `journal-tool export DIR [ADDRESS]`
enum ExportVerb {
  static let verb = Verb(
    name: "export", group: .state, summary: "prints the state as NDJSON that import takes back",
    details: """
      One line for each object, with its names and its value as they are, and a last line with their
      number, by which import notices an export that was cut short. Integers, doubles, names and
      empty objects come back exactly. Takes no lock; it is one moment's state.
      """,
    operands: [.init("ADDRESS", .optional, help: "only this object or source")],
    options: [
      Verb.Option("--document", help: "one JSON document of one source, for other tools"),
      Verb.Option("--at", value: "MOMENT", help: "as of a commit, a time or a label"),
    ],
    examples: [
      ("journal-tool export state > state.ndjson", "everything"),
      ("journal-tool export state orders --document > orders.json", "one source as one document"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    var selection: StateSelection?
    if let word = arguments.operand("ADDRESS") { selection = try invocation.selection(word) }
    let inspector = invocation.inspector
    let sequence = try invocation.sequence("--at", in: inspector)
    if arguments.has("--document") {
      guard case .source(let source)? = selection else {
        throw arguments.usage("--document is about one source: export DIR SOURCE --document")
      }
      return try document(of: source, inspector, at: sequence, invocation)
    }
    let output = invocation.console.output
    let export = try invocation.attempt { () throws(JournalError) in
      try inspector.export(selection, at: sequence) { line in
        output.write(line)
        return !output.isBroken
      }
    }
    if export.objectCount == 0, let selection {
      throw ToolFailure(
        .notFound, "there is no state at \(selection.text)", next: invocation.command("list"))
    }
    output.flush()
    Warnings.tell(export.recovery, to: invocation)
    return .success
  }

  private static func document(
    of source: String, _ inspector: JournalInspector, at sequence: LogSequenceNumber?,
    _ invocation: Invocation
  ) throws(ToolFailure) -> ExitCode {
    let text = try invocation.attempt(state: { () throws(StateError) in
      let state = try inspector.state(of: source, at: sequence)
      return state.isEmpty
        ? nil : try state.value.json(.pretty, enclosing: SourceState.enclosingLevelCount)
    })
    guard let text else {
      throw ToolFailure(
        .notFound, "there is no state of \(StateSelection.source(source).text)",
        next: invocation.command("list"))
    }
    invocation.console.output.write(text + "\n")
    return .success
  }
}
