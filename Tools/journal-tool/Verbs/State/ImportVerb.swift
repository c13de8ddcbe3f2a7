import StateJournal

/// `journal-tool import DIR [FILE]`
enum ImportVerb {
  static let verb = Verb(
    name: "import", group: .state, writes: true,
    summary: "takes in what export printed, as one commit",
    details: """
      Each object replaces the one at its address; others stay, unless --replace makes the state
      exactly what is imported. Where something is replaced or removed it shows what and asks;
      without a terminal it needs -y. A bad line is named, and then nothing is imported.
      """,
    operands: [.init("FILE", .optional, help: "NDJSON; - is standard input, and the default")],
    options: [
      Verb.Option(
        "--source", value: "NAME",
        help: "FILE is one document: all of this source (its name, or as list prints it)"),
      Verb.Option("--replace", help: "remove what is not imported (with --source: always so)"),
    ] + StateCommit.options,
    examples: [
      ("journal-tool export state | journal-tool import copy -", "carry a state to another store"),
      ("journal-tool import state orders.json --source orders -y", "a source from one document"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    let input = Input(arguments.operand("FILE"))
    let wanted: [(source: String, state: SourceState)]
    if let source = invocation.name("--source") {
      do {
        try StateAddress.validate(source: source)
      } catch {
        throw arguments.usage(error.message)
      }
      let value = try invocation.json(from: input, of: .source(source))
      let state = try invocation.understand { () throws(StateError) in
        let state = try SourceState(value)
        try state.validate(as: source)
        return state
      }
      wanted = [(source, state)]
    } else {
      let imported = try imported(input, invocation)
      wanted = imported.sources
      if wanted.isEmpty, !imported.isComplete {
        // An export that failed, or nobody who gave one: of an empty state it has a last line.
        throw ToolFailure(
          .failed,
          "\(input.name) holds nothing, not even the end of an export; nothing was imported",
          next: "journal-tool help import")
      }
    }
    let isWhole = arguments.has("--replace") || arguments.has("--source")
    let inspector = invocation.inspector
    let removed =
      arguments.has("--replace") && !arguments.has("--source")
      ? try sources(inspector, invocation, without: wanted.map(\.source)) : []
    let places = Dictionary(
      uniqueKeysWithValues: wanted.enumerated().map { (Array($1.source.utf8), $0) })
    var known: Set<StateAddress> = []
    func changes(_ access: StateAccess) throws(StateError) -> [StateChange] {
      var changes = [[StateChange]](repeating: [], count: wanted.count)
      try access.forEachState(of: wanted.map(\.source)) { source, old in
        guard let place = places[Array(source.utf8)] else { return }
        known.formUnion(old.streams.names.map { .stream($0, of: source) })
        known.formUnion(old.others.names.map { .others($0, of: source) })
        changes[place] = wanted[place].state.changes(from: old, of: source).filter { change in
          if case .update = change { true } else { isWhole }
        }
      }
      return removed.map(StateChange.removeSource) + changes.joined()
    }
    // Asked only where something that is there would be lost.
    let replaces = try invocation.attempt(state: { () throws(StateError) in
      try changes(.planning(inspector)).contains { change in
        guard case .update(let address, _) = change else { return true }
        return known.contains(address)
      }
    })
    let commit = StateCommit(invocation, question: replaces ? "Import it?" : nil, input: input)
    return try commit.run { (access) throws(ToolFailure) in
      try invocation.attempt(state: { () throws(StateError) in try changes(access) })
    }
  }

  private static func imported(
    _ input: Input, _ invocation: Invocation
  ) throws(ToolFailure) -> StateImport {
    var bar = ProgressBar("import", on: invocation.console)
    defer { bar.clear() }
    let bytes = try input.read()
    do {
      return try StateImport(ndjson: bytes, named: input.name) { bar.update($0) }
    } catch {
      throw ToolFailure(
        .failed, error.message + "; nothing was imported", next: "journal-tool help import")
    }
  }

  private static func sources(
    _ inspector: JournalInspector, _ invocation: Invocation, without kept: [String]
  ) throws(ToolFailure) -> [String] {
    var found: [String] = []
    let kept = Set(kept.map { Array($0.utf8) })
    _ = try invocation.attempt { () throws(JournalError) in
      try inspector.forEachEntry { entry in
        guard case .object(let address, _) = entry.content else { return true }
        let isNew = found.last.map { !$0.utf8.elementsEqual(address.source.utf8) } ?? true
        if isNew, !kept.contains(Array(address.source.utf8)) { found.append(address.source) }
        return true
      }
    }
    return found
  }
}
