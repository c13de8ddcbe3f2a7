import JournalEngine
import StateJournal

/// `journal-tool get DIR ADDRESS`
enum GetVerb {
  static let verb = Verb(
    name: "get", group: .state, summary: "prints an object, a member of it, or a whole source",
    details: """
      ADDRESS is SOURCE/STREAM, SOURCE/others/KEY, or SOURCE for {"streams": …, "others": …}. What
      comes out is JSON that set takes back exactly. What is not there is exit code 3, so that a
      script can tell "nothing yet" from an empty object.
      """,
    operands: [.init("ADDRESS", help: "what to print, as in orders/2024")],
    options: [
      Verb.Option(
        "--path", value: "PATH",
        help: "a member inside, as in window.columns.0; \\. is a dot in a name"),
      Verb.Option("--raw", help: "print a string as it is, without quotes and escapes"),
      Verb.Option("--pretty", help: "on several lines"),
      Verb.Option("--at", value: "MOMENT", help: "as of a commit, a time or a label"),
    ],
    examples: [
      (
        "last=$(journal-tool get state orders/lines --path last_id || echo 0)",
        "where a shell job left off"
      ),
      (
        "journal-tool get state orders | journal-tool set copy orders -",
        "carry a whole source to another store"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    let selection = try invocation.selection(arguments.operand("ADDRESS") ?? "")
    let path = try invocation.path()
    let inspector = invocation.inspector
    let sequence = try invocation.sequence("--at", in: inspector)
    let found = try invocation.attempt(state: { () throws(StateError) in
      try find(selection, inspector, at: sequence)
    })
    // Also where nothing is there: what is left out may have put it.
    Warnings.tell(found.report, to: invocation)
    guard var value = found.value else {
      throw ToolFailure(
        .notFound, "there is no state at \(selection.text)", next: invocation.command("list"))
    }
    if let path {
      guard let member = value[path] else {
        throw ToolFailure(
          .notFound,
          "\(selection.text) has nothing at \(path.parts.joined(separator: "."))",
          next: invocation.command("get", selection.text))
      }
      value = member
    }
    let output = invocation.console.output
    if invocation.isJSON {
      var line = JSONLine("object", verb: "get")
      line.add(selection)
      line.add("path", arguments.value("--path"))
      line.add("lsn", found.version)
      line.add("value", value)
      output.write(line.line)
      var summary = Summary.start("get", .success)
      summary.add("undecidable", found.report.tornTail?.isUndecidable ?? false)
      output.write(summary.line)
      return .success
    }
    if arguments.has("--raw"), case .string(let text) = value {
      output.write(text + "\n")
      return .success
    }
    output.write(
      try invocation.attempt(state: { () throws(StateError) in
        try value.json(
          arguments.has("--pretty") ? .pretty : .compact, enclosing: selection.enclosingLevelCount)
      }) + "\n")
    return .success
  }

  /// What stands at an address.
  private struct Found {
    var value: StateValue?
    var version: UInt64?
    /// What was met on the way.
    var report: RecoveryReport
  }

  private static func find(
    _ selection: StateSelection, _ inspector: JournalInspector, at sequence: LogSequenceNumber?
  ) throws(StateError) -> Found {
    switch selection {
    case .source(let source):
      let (state, report) = try inspector.readState(of: source, at: sequence)
      return Found(value: state.isEmpty ? .none : state.value, report: report)
    case .object(let address):
      let (found, report) = try inspector.readObject(address, at: sequence)
      return found.version == .absent
        ? Found(report: report)
        : Found(value: .object(found.object), version: found.version.number, report: report)
    }
  }
}

extension Invocation {
  /// The path that was asked for.
  func path() throws(ToolFailure) -> StatePath? {
    guard let text = arguments.value("--path") else { return nil }
    do {
      return try StatePath(text)
    } catch {
      throw arguments.usage(error.message)
    }
  }
}

extension JSONLine {
  /// Adds the parts of what is selected.
  mutating func add(_ selection: StateSelection) {
    switch selection {
    case .source(let source): add("source", source)
    case .object(let address): add(address)
    }
  }
}
