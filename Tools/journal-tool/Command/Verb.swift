/// One verb of the tool: what it is called, what it takes, and what it does.
struct Verb: Sendable {
  /// What somebody wants of a verb; the overview lists them by this.
  enum Group: String, Sendable, CaseIterable {
    case inspect = "Inspect"
    case state = "State"
    case maintain = "Maintain"
    case rescue = "Rescue"
    case copy = "Copy"
    case help = "Help"

    /// What goes without saying for the verbs of the group.
    var summary: String {
      switch self {
      case .inspect: "no lock, no write; beside a writer and on a read-only disk too"
      case .state: "reads and changes what jobs remember"
      case .maintain: "keeps a store small and in order"
      case .rescue: "goes past damage, with a plan and with what is needed to undo it"
      case .copy: "consistent copies, while a job goes on"
      case .help: "about this machine and this tool"
      }
    }
  }

  /// A word behind the directory.
  struct Operand: Sendable {
    enum Count: Sendable {
      case one
      case optional
      /// One or more; the last operand only.
      case oneOrMore
      /// Any number; the last operand only.
      case any
    }

    /// In capitals.
    var name: String
    var count: Count
    /// The words that it may be; `nil` where it is free.
    var choices: Choices?
    var help: String

    init(_ name: String, _ count: Count = .one, help: String) {
      self.name = name
      self.count = count
      self.help = help
    }

    /// One of a few words.
    init(_ name: String, of choices: Choices) {
      self.init(name, help: choices.text)
      self.choices = choices
    }

    /// How a usage line shows it.
    var usage: String {
      switch count {
      case .one: name
      case .optional: "[\(name)]"
      case .oneOrMore: "\(name)..."
      case .any: "[\(name)...]"
      }
    }

    /// Whether it names a file or a directory.
    var isPath: Bool { ["DEST", "FILE", "SOURCE"].contains(name) }

    var isNeeded: Bool {
      switch count {
      case .one, .oneOrMore: true
      case .optional, .any: false
      }
    }

    var isRepeated: Bool {
      switch count {
      case .one, .optional: false
      case .oneOrMore, .any: true
      }
    }
  }

  /// A flag, or an option with a value.
  struct Option: Sendable {
    /// With both dashes.
    var name: String
    /// With one dash.
    var short: String?
    /// What stands for the value in the help; `nil` for a flag.
    var value: String?
    /// The numbers that the value may be; `nil` where it is none.
    var range: ClosedRange<UInt64>?
    /// The words that the value may be; `nil` where it is free.
    var choices: Choices?
    var help: String

    /// Whether the value names a file or a directory.
    var isPath: Bool { value.map { ["BUNDLE", "FILE", "NEWDIR"].contains($0) } ?? false }

    init(
      _ name: String, _ short: String? = nil, value: String? = nil,
      in range: ClosedRange<UInt64>? = nil, help: String
    ) {
      self.name = name
      self.short = short
      self.value = value
      self.range = range
      self.help = help
    }

    /// An option that takes one of a few words.
    ///
    /// - Parameter help: what is said of it, around the words.
    init(
      _ name: String, _ short: String? = nil, value: String, of choices: Choices,
      help: (String) -> String = { $0 }
    ) {
      self.init(name, short, value: value, help: help(choices.text))
      self.choices = choices
    }
  }

  /// What a verb leaves behind besides its output: done, whatever becomes of the words about it.
  enum Product: Sendable {
    case none
    /// A file or directory that was named.
    case always
    /// The same under an option that names it; `-` is standard output.
    case option(String)
  }

  /// One word, or two for the verb of a family ("snapshot list").
  var name: String
  var group = Group.inspect
  /// Whether it can change a store. It then takes ``writingOptions`` as well.
  var writes = false
  /// What it makes outside of the store.
  var product = Product.none
  /// One line for the list of verbs.
  var summary: String
  /// What somebody should know before using it, a few lines.
  var details: String
  /// Whether the first word behind the verb is the directory of a store.
  var takesDirectory = true
  /// What stands behind the directory.
  var operands: [Operand] = []
  var options: [Option]
  /// Command lines, with what each does.
  var examples: [(command: String, meaning: String)]
  var run: @Sendable (Invocation) throws(ToolFailure) -> ExitCode

  /// What every verb takes that changes something.
  static let writingOptions = [
    Option("--yes", "-y", help: "do not ask, as in a cron job"),
    Option("--dry-run", "-n", help: "show the plan and stop"),
  ]

  /// What every verb takes.
  static let commonOptions = [
    Option("--json", help: "one JSON object per line; the last one is a summary"),
    Option("--color", value: "WHEN", of: Choices(ColorChoice.self, default: .auto)) {
      "\($0); NO_COLOR is heeded"
    },
    Option("--quiet", "-q", help: "no progress and no warnings on standard error"),
    Option("--help", "-h", help: "this text"),
  ]

  /// Whether a run of the verb that came to its end has done something that is not to be done again.
  func leavesSomething(_ invocation: Invocation) -> Bool {
    if invocation.isDryRun { return false }
    return switch product {
    case .none: writes
    case .always: true
    case .option(let name): invocation.arguments.value(name).map { $0 != "-" } ?? false
    }
  }

  var allOptions: [Option] {
    options + (writes ? Self.writingOptions : []) + Self.commonOptions
  }

  /// The option of a name, with both dashes or one.
  func option(_ name: String) -> Option? {
    allOptions.first { $0.name == name || $0.short == name }
  }

  /// "journal-tool diff DIR A [B]"
  var usage: String {
    let words = [takesDirectory ? "DIR" : nil] + operands.map(\.usage)
    return (["journal-tool", name] + words.compactMap(\.self)).joined(separator: " ")
  }
}
