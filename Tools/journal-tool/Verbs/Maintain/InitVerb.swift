import JournalEngine
import StateJournal

/// `journal-tool init DIR`
enum InitVerb {
  static let verb = Verb(
    name: "init", group: .maintain, writes: true, summary: "creates an empty store",
    details: """
      Makes the directory (its parent must exist) and an empty store in it, both private to you
      (0700 and 0600). A store that is there already stays as it is. A directory that holds anything
      else is refused: state and other files do not mix. Jobs create their store by themselves.
      """,
    options: [],
    examples: [
      ("journal-tool init state", "a store for shell jobs to set and get state in"),
      ("journal-tool init /srv/jobs/orders/state --json", "the same in a script"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let isThere = try isStore(invocation)
    if !isThere, !invocation.isDryRun {
      try invocation.attempt { () throws(JournalError) in
        var options = JournalOptions()
        // Nothing is about to be committed, and the room for that may not be there yet.
        options.preallocationByteCount = 0
        try JournalStateStorage.open(invocation.directory, options: options).close()
      }
    }
    let output = invocation.console.output
    if invocation.isJSON {
      var line = Summary.start("init", .success)
      line.add("created", !isThere && !invocation.isDryRun)
      output.write(line.line)
    } else if isThere {
      output.write("there is a store already; it stays as it is\n")
    } else {
      output.write(
        invocation.isDryRun
          ? "would create an empty store\n"
          : "\(invocation.console.outputStyle.green("created")): an empty store\n")
    }
    return .success
  }

  /// Whether a store is there; a refusal where something else is.
  private static func isStore(_ invocation: Invocation) throws(ToolFailure) -> Bool {
    let inspector = invocation.inspector
    let occupancy = try invocation.attempt { () throws(JournalError) in
      let occupancy = try inspector.occupancy()
      if occupancy == .store { _ = try inspector.checkFormat() }
      return occupancy
    }
    switch occupancy {
    case .store: return true
    case .vacant:
      try refuseInsideStore(invocation)
      return false
    case .other(let name):
      throw ToolFailure(
        .refused,
        "\(invocation.directory) holds something else (\(name)); a store has a directory of its own",
        next: "ls -la \(Shell.quoted(invocation.directory))")
    }
  }

  /// A store in a store is a foreign directory to whoever looks into the outer one.
  private static func refuseInsideStore(_ invocation: Invocation) throws(ToolFailure) {
    let path = invocation.directory
    let outer = PathText.parent(of: Link.resolved(path) ?? Link.end(of: path))
    guard (try? JournalInspector(outer).occupancy()) == .store else { return }
    throw ToolFailure(
      .refused, "\(path) would lie inside of the store \(outer); a store needs a place beside it",
      next: "journal-tool status \(Shell.quoted(outer))")
  }
}
