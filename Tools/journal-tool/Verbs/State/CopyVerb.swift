import StateJournal

/// `journal-tool copy DIR FROM TO` and `journal-tool move DIR FROM TO`
enum CopyVerb {
  static let copy = verb(
    "copy", "copies an object, or a whole source, to another address",
    [
      ("journal-tool copy state orders/lines orders/lines-backup", "keep what it is now"),
      ("journal-tool copy state orders orders-test", "a source to try something with"),
    ])
  static let move = verb(
    "move", "moves an object, or a whole source, to another address",
    [
      ("journal-tool move state orders/line orders/lines", "correct a name"),
      ("journal-tool move state orders sales --reason 'source was renamed'", "a whole source"),
    ])

  private static func verb(
    _ name: String, _ summary: String, _ examples: [(command: String, meaning: String)]
  ) -> Verb {
    Verb(
      name: name, group: .state, writes: true, summary: summary,
      details: """
        Both addresses are objects, or both are sources. All of it is one commit. What is at TO
        already is replaced under --force only; otherwise it is refused with exit code 8.
        """,
      operands: [
        .init("FROM", help: "SOURCE/STREAM, SOURCE/others/KEY or SOURCE"),
        .init("TO", help: "the same kind of address"),
      ],
      options: [
        Verb.Option("--force", "-f", help: "replace what is at TO"), StateCommit.versionOption,
      ] + StateCommit.options,
      examples: examples, run: run)
  }

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    let from = try invocation.selection(arguments.operand("FROM") ?? "")
    let to = try invocation.selection(arguments.operand("TO") ?? "")
    if from == to { throw arguments.usage("FROM and TO are the same") }
    var guarded: StateAddress?
    switch (from, to) {
    case (.object(let address), .object): guarded = address
    case (.source, .source):
      if arguments.has("--if-version") {
        throw arguments.usage("--if-version is about an object; \(from.text) is a source")
      }
    default: throw arguments.usage("FROM and TO are both objects or both sources")
    }
    let isMove = invocation.verb == "move"
    return try StateCommit(invocation, guarded: guarded).run { (access) throws(ToolFailure) in
      let found = try invocation.attempt(state: { () throws(StateError) in
        try changes(from, to, access)
      })
      guard let changes = found.changes else {
        throw ToolFailure(
          .notFound, "there is no state at \(from.text)", next: invocation.command("list"))
      }
      if found.replaces, !arguments.has("--force") {
        throw ToolFailure(
          .refused, "there is state at \(to.text) already", next: invocation.command(adding: "-f"))
      }
      guard isMove else { return changes }
      switch from {
      case .object(let address): return changes + [.remove(address)]
      case .source(let source): return changes + [.removeSource(source)]
      }
    }
  }

  /// What makes TO what FROM is; nothing when there is nothing at FROM.
  private static func changes(
    _ from: StateSelection, _ to: StateSelection, _ access: StateAccess
  ) throws(StateError) -> (changes: [StateChange]?, replaces: Bool) {
    switch (from, to) {
    case (.object(let old), .object(let new)):
      let found = try access.versioned(old)
      if found.version == .absent { return (nil, false) }
      return ([.update(new, found.object)], try access.versioned(new).version != .absent)
    default:
      let (old, new) = (try access.state(of: from.source), try access.state(of: to.source))
      if old.isEmpty { return (nil, false) }
      return (old.changes(from: new, of: to.source), !new.isEmpty)
    }
  }
}
