import StateJournal

/// `journal-tool edit DIR ADDRESS`
enum EditVerb {
  static let verb = Verb(
    name: "edit", group: .state, writes: true,
    summary: "opens an object or source in your editor and commits it",
    details: """
      The editor is $VISUAL, $EDITOR or vi. The store is not locked meanwhile: if the state has
      changed when you are done, nothing is committed, and your text is kept in a file that the
      message names; the same if it is no JSON, and after Ctrl-C, which is the editor's while it
      runs. Saving without a change commits nothing.
      """,
    operands: [.init("ADDRESS", help: "SOURCE/STREAM, SOURCE/others/KEY or SOURCE")],
    options: StateCommit.options,
    examples: [
      ("journal-tool edit state orders/lines", "correct a position by hand"),
      ("EDITOR=nano journal-tool edit state orders --reason 'see ticket 7'", "a whole source"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let selection = try invocation.selection(invocation.arguments.operand("ADDRESS") ?? "")
    let access = StateAccess.planning(invocation.inspector)
    // Before the state is read: what is committed in between is shown as changed, and not missed.
    let start = try invocation.attempt { () throws(JournalError) in
      try invocation.inspector.status(isExact: false).recovery?.lastSequence
    }
    let before = try invocation.attempt(state: { () throws(StateError) in
      try found(selection, access)
    })
    let draft = try EditorDraft(
      try invocation.attempt(state: { () throws(StateError) in
        try before.value.json(.pretty, enclosing: selection.enclosingLevelCount) + "\n"
      }))
    // To edit again would begin with what is in the store, and lose what was saved here.
    let nextCommand =
      before.version.map { setCommand(draft, $0, selection, invocation) }
      ?? diffCommand(start, selection, invocation)
    try draft.edit(invocation.command(), nextCommand: nextCommand)
    let text = try draft.text()
    let changes: [StateChange]
    do throws(StateError) {
      let value = try StateValue(json: text.span, enclosing: selection.enclosingLevelCount)
      changes = try self.changes(from: before, to: value, selection)
    } catch {
      throw draft.kept(
        invocation.failure(error), "what you saved cannot be committed: \(error.message)")
    }
    if changes.isEmpty {
      draft.remove()
      return StateCommit(invocation).finish(nil, count: 0)
    }
    do {
      let code = try StateCommit(invocation).run { (access) throws(ToolFailure) in
        let now = try invocation.attempt(state: { () throws(StateError) in
          try found(selection, access)
        })
        guard now == before else {
          throw ToolFailure(
            .locked, "\(selection.text) changed while you were editing",
            next: invocation.command("get", selection.text))
        }
        return changes
      }
      draft.remove()
      return code
    } catch {
      var failure = draft.kept(error, error.message)
      if case .locked? = error.cause?.reason { failure.nextCommand = nextCommand }
      throw failure
    }
  }

  /// Commits the draft as soon as whoever has the store is done, unless they changed the object.
  private static func setCommand(
    _ draft: EditorDraft, _ version: StateVersion, _ selection: StateSelection,
    _ invocation: Invocation
  ) -> String {
    var options = ["--if-version", "\(version.number)"]
    if let reason = invocation.arguments.value("--reason") { options += ["--reason", reason] }
    return invocation.command(
      "set", [selection.text, draft.path] + options + ["--wait", "60"])
  }

  /// Shows what whoever has the store has changed since the edit began. A source has no version that
  /// could guard it, and setting it takes back what they committed.
  private static func diffCommand(
    _ start: LogSequenceNumber?, _ selection: StateSelection, _ invocation: Invocation
  ) -> String {
    guard let start else { return invocation.command("get", selection.text) }
    return invocation.command("diff", "\(start)", "--only", selection.text)
  }

  /// What an edit begins with: the value, and of an object its version.
  private struct Found: Equatable {
    var value: StateValue
    var version: StateVersion?
  }

  private static func found(
    _ selection: StateSelection, _ access: StateAccess
  ) throws(StateError) -> Found {
    switch selection {
    case .source(let source): return Found(value: try access.state(of: source).value)
    case .object(let address):
      let versioned = try access.versioned(address)
      return Found(value: .object(versioned.object), version: versioned.version)
    }
  }

  private static func changes(
    from before: Found, to value: StateValue, _ selection: StateSelection
  ) throws(StateError) -> [StateChange] {
    switch selection {
    case .source(let source):
      let state = try SourceState(value)
      try state.validate(as: source)
      return state.changes(from: try SourceState(before.value), of: source)
    case .object(let address):
      guard case .object(let object) = value else {
        throw StateError(.undecodable, "state is a JSON object, and this is none")
      }
      let change = StateChange.update(address, object)
      try change.validate()
      return value == before.value ? [] : [change]
    }
  }
}
