import StateJournal

/// Finds the verb that was asked for, runs it, and turns its end into messages and an exit code.
enum Tool {
  static let verbs = [
    StatusVerb.verb, VerifyVerb.verb, DumpVerb.verb, ReplayVerb.verb, CompactVerb.verb,
  ]

  static func run(_ commandLine: [String]) -> ExitCode {
    let words = commandLine.dropFirst()
    switch words.first {
    case nil:
      Console(color: nil, isQuiet: false).message(Help.overview(verbs))
      return .usage
    case "--version", "-V":
      return print(Help.version + "\n")
    case "--help", "-h", "help":
      guard let name = words.dropFirst().first else { return print(Help.overview(verbs)) }
      return withVerb(name) { print(Help.text(of: $0)) }
    case let name?:
      return withVerb(name) { run($0, words.dropFirst()) }
    }
  }

  private static func print(_ text: String) -> ExitCode {
    let output = StandardOutput()
    output.write(text)
    return output.finish() ? .success : .failed
  }

  private static func withVerb(_ name: String, _ body: (Verb) -> ExitCode) -> ExitCode {
    if let verb = verbs.first(where: { $0.name == name }) { return body(verb) }
    let nearest = Suggestion.nearest(to: name, among: verbs.map(\.name))
    Console(color: nil, isQuiet: false).failure(
      ToolFailure(
        .usage,
        "there is no verb \"\(name)\"" + (nearest.map { "; did you mean \($0)?" } ?? ""),
        next: nearest.map { "journal-tool help \($0)" } ?? "journal-tool --help"))
    return .usage
  }

  private static func run(_ verb: Verb, _ words: ArraySlice<String>) -> ExitCode {
    let arguments: Arguments
    let console: Console
    do {
      arguments = try Arguments(words, for: verb)
      if arguments.has("--help") { return print(Help.text(of: verb)) }
      console = Console(
        color: try colorChoice(arguments), isQuiet: arguments.has("--quiet"))
    } catch {
      Console(color: nil, isQuiet: false).failure(error)
      return error.code
    }
    let invocation = Invocation(arguments: arguments, console: console, verb: verb.name)
    var code: ExitCode
    do {
      code = try verb.run(invocation)
    } catch {
      if invocation.isJSON { console.output.write(Summary.line(of: error, verb: verb.name)) }
      // What came before the failure stands before it where both go to one place.
      console.output.flush()
      console.failure(error)
      code = error.code
    }
    if !console.output.finish() {
      let failure = ToolFailure(
        console.output.isOutOfSpace ? .diskFull : .failed,
        "standard output could not be written: \(console.output.failure)", next: "df -h")
      console.failure(failure)
      if code == .success { code = failure.code }
    }
    return code
  }

  private static func colorChoice(_ arguments: Arguments) throws(ToolFailure) -> Bool? {
    switch arguments.value("--color") {
    case nil, "auto": nil
    case "always": true
    case "never": false
    case let other?:
      throw arguments.usage("--color takes auto, always or never, not \"\(other)\"")
    }
  }
}
