/// One verb of the tool: what it is called, what it takes, and what it does.
struct Verb: Sendable {
  /// A flag, or an option with a value.
  struct Option: Sendable {
    /// With both dashes.
    var name: String
    /// With one dash.
    var short: String?
    /// What stands for the value in the help; `nil` for a flag.
    var value: String?
    var help: String

    init(_ name: String, _ short: String? = nil, value: String? = nil, help: String) {
      self.name = name
      self.short = short
      self.value = value
      self.help = help
    }
  }

  var name: String
  /// One line for the list of verbs.
  var summary: String
  /// What somebody should know before using it, a few lines.
  var details: String
  var options: [Option]
  /// Command lines, with what each does.
  var examples: [(command: String, meaning: String)]
  var run: @Sendable (Invocation) throws(ToolFailure) -> ExitCode

  /// What every verb takes.
  static let commonOptions = [
    Option("--json", help: "one JSON object per line; the last one is a summary"),
    Option(
      "--color", value: "WHEN", help: "auto (the default), always or never; NO_COLOR is heeded"),
    Option("--quiet", "-q", help: "no progress and no warnings on standard error"),
    Option("--help", "-h", help: "this text"),
  ]

  var allOptions: [Option] { options + Self.commonOptions }
}

/// What a verb was asked to do, and where its output goes.
struct Invocation {
  var arguments: Arguments
  var console: Console
  var verb: String

  var directory: String { arguments.directory }
  var isJSON: Bool { arguments.has("--json") }
}
