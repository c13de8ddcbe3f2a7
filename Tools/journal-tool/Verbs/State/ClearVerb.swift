import StateJournal

/// `journal-tool clear DIR ADDRESS...`
enum ClearVerb {
  static let verb = Verb(
    name: "clear", group: .state, writes: true,
    summary: "removes objects or whole sources, so that a job begins anew",
    details: """
      Shows what goes and asks; without a terminal it needs -y. All of it is one commit. What is
      removed stays readable as of earlier commits for as long as the files reach back, and revert
      brings it back. What is not there is exit code 3, and nothing is removed.
      """,
    operands: [
      .init("ADDRESS", .oneOrMore, help: "SOURCE/STREAM, SOURCE/others/KEY or SOURCE")
    ],
    options: [StateCommit.versionOption] + StateCommit.options,
    examples: [
      ("journal-tool clear state orders/lines", "load this stream from its beginning next time"),
      ("journal-tool clear state orders customers -y --reason 'full reload'", "two sources"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    var selections: [StateSelection] = []
    for word in arguments.operands("ADDRESS") {
      selections.append(try invocation.selection(word))
    }
    var guarded: StateAddress?
    if arguments.has("--if-version") {
      guard selections.count == 1, case .object(let address)? = selections.first else {
        throw arguments.usage("--if-version is about one object")
      }
      guarded = address
    }
    let commit = StateCommit(invocation, question: "Remove it?", guarded: guarded)
    return try commit.run { (access) throws(ToolFailure) in
      var changes: [StateChange] = []
      for selection in selections {
        let isThere = try invocation.attempt(state: { () throws(StateError) in
          switch selection {
          case .object(let address):
            changes.append(.remove(address))
            return try access.versioned(address).version != .absent
          case .source(let source):
            changes.append(.removeSource(source))
            return try !access.state(of: source).isEmpty
          }
        })
        if !isThere {
          throw ToolFailure(
            .notFound, "there is no state at \(selection.text); nothing was removed",
            next: invocation.command("list"))
        }
      }
      return changes
    }
  }
}
