import StateJournal

/// `journal-tool set DIR ADDRESS [INPUT]`
enum SetVerb {
  static let verb = Verb(
    name: "set", group: .state, writes: true,
    summary: "replaces an object, a member of it, or a whole source",
    details: """
      Takes JSON from a file, from standard input, or, with --path, from the command line, and
      commits it: when it returns, it survives power loss. The object, or the source, becomes what
      was given and nothing else; merge changes parts. It does not ask.
      """,
    operands: [
      .init("ADDRESS", help: "SOURCE/STREAM, SOURCE/others/KEY or SOURCE"),
      .init(
        "INPUT", .optional,
        help: "a file or - (standard input, the default); with --path a value or -"),
    ],
    options: [
      Verb.Option(
        "--path", value: "PATH", help: "set this member only, as in a.b.0; \\. is a dot in a name"),
      Verb.Option("--raw", help: "with --path: INPUT is text, without quotes"),
      StateCommit.versionOption,
    ] + StateCommit.options,
    examples: [
      ("journal-tool set state orders/lines --path last_id 42", "remember a position"),
      (
        "echo '{\"last_id\": 42}' | journal-tool set state orders/lines --if-version 0",
        "the same, but only if there is none yet"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    let selection = try invocation.selection(arguments.operand("ADDRESS") ?? "")
    if let path = try invocation.path() {
      guard case .object(let address) = selection else {
        throw arguments.usage("--path leads into an object; \(selection.text) is a source")
      }
      let input = arguments.operand("INPUT") == "-" ? Input("-") : nil
      let value = try memberValue(invocation, input, of: selection)
      let commit = StateCommit(invocation, guarded: address, input: input)
      return try commit.run { (access) throws(ToolFailure) in
        try invocation.attempt(state: { () throws(StateError) in
          var object = StateValue.object(try access.versioned(address).object)
          try object.set(value, at: path)
          return [.update(address, object.object ?? [:])]
        })
      }
    }
    let input = Input(arguments.operand("INPUT"))
    let value = try invocation.json(from: input, of: selection)
    switch selection {
    case .object(let address):
      let object = try invocation.object(value)
      return try StateCommit(invocation, guarded: address, input: input).run { _ in
        [.update(address, object)]
      }
    case .source(let source):
      if arguments.has("--if-version") {
        throw arguments.usage("--if-version is about an object; \(selection.text) is a source")
      }
      let state = try invocation.understand { () throws(StateError) in
        try SourceState(value)
      }
      return try StateCommit(invocation, input: input).run { (access) throws(ToolFailure) in
        try invocation.attempt(state: { () throws(StateError) in
          try state.validate(as: source)
          return state.changes(from: try access.state(of: source), of: source)
        })
      }
    }
  }

  /// - Parameter input: where the value comes from; `nil` for the command line.
  private static func memberValue(
    _ invocation: Invocation, _ input: Input?, of selection: StateSelection
  ) throws(ToolFailure) -> StateValue {
    if let input {
      return invocation.arguments.has("--raw")
        ? .string(try text(from: input)) : try invocation.json(from: input, of: selection)
    }
    guard let text = invocation.arguments.operand("INPUT") else {
      throw invocation.arguments.usage("--path needs the value: set DIR ADDRESS --path PATH VALUE")
    }
    if invocation.arguments.has("--raw") { return .string(text) }
    do {
      return try StateValue(json: text)
    } catch {
      throw invocation.arguments.usage(
        "\(JSONLine.quoted(text)) is no JSON value (\(error.message)); for text use --raw")
    }
  }

  /// Text as `get --raw` prints it: with a line feed that does not belong to it.
  private static func text(from input: Input) throws(ToolFailure) -> String {
    var bytes = try input.read()
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ToolFailure(.failed, "\(input.name) is not UTF-8", next: "journal-tool help set")
    }
    return text
  }
}

/// JSON that a verb is given.
extension Invocation {
  /// The value that an input holds, which is to become what is selected.
  func json(from input: Input, of selection: StateSelection) throws(ToolFailure) -> StateValue {
    let bytes: [UInt8]
    do {
      bytes = try input.read()
    } catch {
      guard input.isJSON, error.code == .notFound else { throw error }
      let command = ["journal-tool", verb] + words.filter { $0 != input.name }
      throw ToolFailure(
        .notFound, error.message + "; JSON comes from a file or from standard input",
        next: "echo \(Shell.quoted(input.name)) | "
          + command.map(Shell.quoted).joined(separator: " "))
    }
    do {
      return try StateValue(json: bytes.span, enclosing: selection.enclosingLevelCount)
    } catch {
      throw ToolFailure(
        .failed, "\(input.name) is no JSON: \(error.message)", next: "journal-tool help \(verb)")
    }
  }

  /// The object that a value is.
  func object(_ value: StateValue) throws(ToolFailure) -> StateObject {
    guard case .object(let object) = value else {
      throw ToolFailure(
        .failed, "state is a JSON object, as in {\"last_id\": 42}, and this is none",
        next: "journal-tool help \(verb)")
    }
    return object
  }
}
