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
      let arePresent = try invocation.attempt(state: { () throws(StateError) in
        try access.arePresent(selections)
      })
      if let index = arePresent.firstIndex(of: false) {
        throw ToolFailure(
          .notFound, "there is no state at \(selections[index].text); nothing was removed",
          next: invocation.command("list"))
      }
      return selections.map { selection in
        switch selection {
        case .object(let address): .remove(address)
        case .source(let source): .removeSource(source)
        }
      }
    }
  }
}
