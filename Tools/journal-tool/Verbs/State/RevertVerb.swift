import StateJournal

/// `journal-tool revert DIR --to MOMENT`
enum RevertVerb {
  static let verb = Verb(
    name: "revert", group: .state, writes: true,
    summary: "brings back the state as of an earlier moment, by a commit",
    details: """
      Works out what differs, shows it and asks; without a terminal it needs -y. Nothing is lost:
      the commits in between stay in the history, and reverting the revert brings them back. Labels
      stay where they are. To undo damage to the files themselves, see rewind and repair.
      """,
    operands: [
      .init("ADDRESS", .optional, help: "only this object or source (default: everything)")
    ],
    options: [
      Verb.Option("--to", value: "MOMENT", help: "a commit (1234), a time, -2h, or a label"),
      StateCommit.versionOption,
    ] + StateCommit.options,
    examples: [
      (
        "journal-tool revert state --to before-deploy --reason 'bad deploy'",
        "everything as it was when the label was set"
      ),
      ("journal-tool revert state orders/lines --to -2h -n", "what one stream would go back to"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    guard arguments.has("--to") else {
      throw arguments.usage("revert needs to know where to: --to MOMENT")
    }
    var selection: StateSelection?
    if let word = arguments.operand("ADDRESS") { selection = try invocation.selection(word) }
    var guarded: StateAddress?
    if case .object(let address)? = selection { guarded = address }
    if guarded == nil, arguments.has("--if-version") {
      throw arguments.usage("--if-version is about one object: revert DIR ADDRESS --to MOMENT")
    }
    let inspector = invocation.inspector
    let sequence = try invocation.sequence("--to", in: inspector) ?? .zero
    let question = "Bring back the state after commit \(sequence)?"
    // While the store is open for it nobody else writes, so what is read without its lock is current.
    let commit = StateCommit(invocation, question: question, guarded: guarded)
    return try commit.run { (_) throws(ToolFailure) in
      let changes = try invocation.attempt(state: { () throws(StateError) in
        try inspector.reversal(of: selection, to: sequence).changes
      })
      if changes.isEmpty, let selection {
        let comparison = try invocation.attempt { () throws(JournalError) in
          try JournalInspector.compare(
            StateReference(inspector, at: sequence), with: StateReference(inspector),
            of: selection
          ) { _ in true }
        }
        try invocation.refuseNothing(comparison)
      }
      return changes
    }
  }
}
