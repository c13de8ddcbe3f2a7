import StateJournal

/// `journal-tool merge DIR ADDRESS [FILE]`
enum MergeVerb {
  static let verb = Verb(
    name: "merge", group: .state, writes: true,
    summary: "changes members that a JSON merge patch names (RFC 7396)",
    details: """
      Members of the patch replace those of the same name, objects are merged member by member, and
      null removes a member. What the patch does not name stays. An object that is not there counts
      as empty. It reads and writes as one step, and does not ask.
      """,
    operands: [
      .init("ADDRESS", help: "SOURCE/STREAM or SOURCE/others/KEY"),
      .init("FILE", .optional, help: "the patch; - is standard input, and the default"),
    ],
    options: [StateCommit.versionOption] + StateCommit.options,
    examples: [
      (
        "echo '{\"last_id\": 43, \"retry\": null}' | journal-tool merge state orders/lines",
        "set one member, remove another"
      ),
      ("journal-tool merge state orders/lines patch.json -n", "show what would come of it"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let address = try invocation.address(invocation.arguments.operand("ADDRESS") ?? "")
    let input = Input(invocation.arguments.operand("FILE"))
    let patch = try invocation.object(try invocation.json(from: input, of: .object(address)))
    let commit = StateCommit(invocation, guarded: address, input: input)
    return try commit.run { (access) throws(ToolFailure) in
      try invocation.attempt(state: { () throws(StateError) in
        let old = try access.versioned(address)
        let new = old.object.merged(with: patch)
        return new == old.object && old.version != .absent ? [] : [.update(address, new)]
      })
    }
  }
}
