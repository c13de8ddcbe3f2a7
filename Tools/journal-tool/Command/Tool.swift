import StateJournal

/// Finds the verb that was asked for, runs it, and turns its end into messages and an exit code.
enum Tool {
  static let verbs = [
    StatusVerb.verb, VerifyVerb.verb, DumpVerb.verb, ReplayVerb.verb, HistoryVerb.verb,
    DiffVerb.verb, StatsVerb.verb, MapVerb.verb, ListVerb.verb, GetVerb.verb, SetVerb.verb,
    MergeVerb.verb, CopyVerb.copy, CopyVerb.move, ClearVerb.verb, EditVerb.verb, ExportVerb.verb,
    ImportVerb.verb, RevertVerb.verb, InitVerb.verb, CompactVerb.verb, SnapshotVerbs.list,
    SnapshotVerbs.create, SnapshotVerbs.verify, SnapshotVerbs.prune, LabelVerb.verb,
    UpgradeVerb.verb, LockVerb.verb, RepairVerb.verb, RewindVerb.verb, BundleVerb.verb,
    BackupVerb.verb, RestoreVerb.verb, VerifyBackupVerb.verb, DoctorVerb.verb,
    CompletionVerb.verb, VersionVerb.verb,
  ]

  static func run(_ commandLine: [String]) -> ExitCode {
    let words = commandLine.dropFirst()
    let isJSON = asksForJSON(words)
    switch words.first {
    case nil:
      Console(color: nil, isQuiet: false).message(Help.overview(verbs))
      return .usage
    case "--version", "-V":
      if isJSON { return withVerb(["version", "--json"]) { run($0, $1) } }
      return print(Help.version + "\n")
    case "--help", "-h", "help":
      let subject = words.dropFirst().filter { !["--json", "--help", "-h"].contains($0) }[...]
      if subject.isEmpty || subject.first == "help" {
        return print(Help.overview(verbs), asJSON: isJSON)
      }
      if let family = family(subject) { return print(Help.overview(family), asJSON: isJSON) }
      return withVerb(subject, asJSON: isJSON) { verb, _ in
        print(Help.text(of: verb), asJSON: isJSON)
      }
    default:
      if let second = words.dropFirst().first, second == "--help" || second == "-h",
        let family = family(words.prefix(1))
      {
        return print(Help.overview(family), asJSON: isJSON)
      }
      return withVerb(words, asJSON: isJSON) { run($0, $1) }
    }
  }

  /// Whether words ask for JSON, also where they cannot be taken apart.
  private static func asksForJSON(_ words: ArraySlice<String>) -> Bool {
    words.prefix { $0 != "--" }.contains("--json")
  }

  /// Says why words cannot be used at all.
  static func refuse(_ failure: ToolFailure, _ words: ArraySlice<String>) -> ExitCode {
    refuse(failure, verb: "help", asJSON: asksForJSON(words))
  }

  /// Says why nothing was begun.
  private static func refuse(
    _ failure: ToolFailure, verb: String, asJSON isJSON: Bool
  ) -> ExitCode {
    let console = Console(color: nil, isQuiet: false)
    if isJSON { console.output.write(Summary.line(of: failure, verb: verb)) }
    console.output.flush()
    console.failure(failure)
    return finish(console.output, failure.code, console)
  }

  /// The verbs of two words that begin with the one word that was given.
  private static func family(_ words: ArraySlice<String>) -> [Verb]? {
    guard words.count == 1, let first = words.first else { return nil }
    let family = verbs.filter { $0.name.hasPrefix(first + " ") }
    return family.isEmpty ? nil : family
  }

  private static func print(_ text: String, asJSON isJSON: Bool = false) -> ExitCode {
    let output = StandardOutput()
    if isJSON {
      var line = Summary.start("help", .success)
      line.add("text", text)
      output.write(line.line)
    } else {
      output.write(text)
    }
    return finish(output, .success, Console(color: nil, isQuiet: false))
  }

  /// Writes out what is left; where that fails, says so.
  ///
  /// - Parameters:
  ///   - isDone: whether what was asked for is done, whatever becomes of the words about it.
  ///   - command: what was typed.
  private static func finish(
    _ output: StandardOutput, _ code: ExitCode, _ console: Console, isDone: Bool = false,
    command: String = "journal-tool --help"
  ) -> ExitCode {
    if output.finish() { return code }
    let failure = ToolFailure(
      output.isOutOfSpace ? .diskFull : .failed,
      "standard output could not be written: \(output.failure)"
        + (isDone ? "; what was asked for is done" : ""),
      next: output.isTooLarge
        ? "ulimit -f"
        : !output.isClosed
          ? "df -h" : isDone ? "journal-tool --help" : command + " > /dev/null")
    console.failure(failure)
    return code == .success ? failure.code : code
  }

  /// Finds the verb that `words` begin with, and hands it over with what stands behind it.
  private static func withVerb(
    _ words: ArraySlice<String>, asJSON isJSON: Bool = false,
    _ body: (Verb, ArraySlice<String>) -> ExitCode
  ) -> ExitCode {
    switch VerbLookup(words, among: verbs) {
    case .found(let verb, let rest):
      return body(verb, rest)
    case .unknown(let failure):
      return refuse(failure, verb: "help", asJSON: isJSON)
    }
  }

  private static func run(_ verb: Verb, _ words: ArraySlice<String>) -> ExitCode {
    let arguments: Arguments
    let console: Console
    do {
      arguments = try Arguments(words, for: verb)
      if arguments.has("--help") {
        return print(Help.text(of: verb), asJSON: arguments.has("--json"))
      }
      console = Console(
        color: colorChoice(arguments), isQuiet: arguments.has("--quiet"))
    } catch {
      return refuse(error, verb: verb.name, asJSON: asksForJSON(words))
    }
    let invocation = Invocation(
      arguments: arguments, console: console, verb: verb.name, words: Array(words))
    if verb.leavesSomething(invocation) { Interruption.outlivesReaders() }
    let code: ExitCode
    do {
      code = try verb.run(invocation)
    } catch {
      console.barLine.clear()
      if invocation.isJSON { console.output.write(Summary.line(of: error, verb: verb.name)) }
      // What came before the failure stands before it where both go to one place.
      console.output.flush()
      console.failure(error)
      code = error.code
    }
    return finish(
      console.output, code, console,
      isDone: code == .success && verb.leavesSomething(invocation),
      command: invocation.command())
  }

  private static func colorChoice(_ arguments: Arguments) -> Bool? {
    switch arguments.choice("--color", of: ColorChoice.self) {
    case .auto: nil
    case .always: true
    case .never: false
    }
  }
}
