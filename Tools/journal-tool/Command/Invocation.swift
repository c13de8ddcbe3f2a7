import FileIO
import StateJournal

/// What a verb was asked to do, and where its output goes.
struct Invocation {
  var arguments: Arguments
  var console: Console
  var verb: String
  /// What was typed behind the verb.
  var words: [String] = []
  private let opening: StepBar
  private let walking: StepBar

  init(arguments: Arguments, console: Console, verb: String, words: [String]) {
    self.arguments = arguments
    self.console = console
    self.verb = verb
    self.words = words
    opening = StepBar("open", on: console)
    walking = StepBar(verb, on: console)
  }

  var directory: String { arguments.directory }
  var isJSON: Bool { arguments.has("--json") }
  var isDryRun: Bool { arguments.has("--dry-run") }

  /// Called while a log is read to find the state.
  var onOpeningProgress: @Sendable (InspectionProgress) -> Void {
    { [opening] in opening.update($0) }
  }

  /// Called while a state is walked through.
  var onStateProgress: @Sendable (InspectionProgress) -> Void {
    { [walking] in walking.update($0) }
  }

  /// The store that the verb is about.
  var inspector: JournalInspector { inspector(of: directory) }

  /// Any store, with a bar while its log is read and its state is walked through.
  func inspector(of path: String) -> JournalInspector {
    var inspector = JournalInspector(path)
    inspector.onOpeningProgress = onOpeningProgress
    inspector.onStateProgress = onStateProgress
    return inspector
  }

  /// A rescue of the store that the verb is about.
  var rescue: JournalRescue {
    var rescue = JournalRescue(directory)
    rescue.onOpeningProgress = onOpeningProgress
    return rescue
  }

  /// A backup in a directory.
  func backup(in path: String) -> JournalBackup {
    var backup = JournalBackup(path)
    backup.onOpeningProgress = onOpeningProgress
    backup.onStateProgress = onStateProgress
    return backup
  }

  /// What `body` gives; an error of the journal becomes a failure of this verb.
  func attempt<Result>(_ body: () throws(JournalError) -> Result) throws(ToolFailure) -> Result {
    do {
      return try body()
    } catch {
      throw ToolFailure(error, verb: verb, directory: directory)
    }
  }

  /// The same command with something added, as a shell reads it.
  func command(adding options: String...) -> String {
    var words = words
    words.insert(contentsOf: options, at: words.firstIndex(of: "--") ?? words.endIndex)
    return (["journal-tool", verb] + words.map(Shell.quoted)).joined(separator: " ")
  }

  /// The same command with a value for an option that takes one, whatever it was given.
  func command(with option: String, _ value: String) -> String {
    var invocation = self
    if let given = arguments.value(option) {
      let starts = words.indices.filter { words[$0...].starts(with: [option, given]) }
      if let start = starts.last {
        invocation.words.removeSubrange(start...(start + 1))
      } else {
        invocation.words.removeAll { $0 == "\(option)=\(given)" }
      }
    }
    return invocation.command(adding: option, value)
  }

  /// A command about the same directory.
  func command(_ verb: String, _ options: String...) -> String { command(verb, options) }

  func command(_ verb: String, _ options: [String]) -> String {
    (["journal-tool", verb] + ([directory] + options).map(Shell.quoted)).joined(separator: " ")
  }
}

/// The last step between a plan and what it does.
extension Invocation {
  /// Whether to go on with a plan that has just been shown: never under `--dry-run`, always under
  /// `--yes`, and otherwise when somebody at a terminal says so.
  ///
  /// - Parameters:
  ///   - question: what is about to be done, with a question mark.
  ///   - input: what has been read already.
  /// - Throws: a refusal (8) that names the command with `-y`, when nobody is there to be asked or
  ///   the answer is not yes.
  func isAgreed(_ question: String, after input: Input? = nil) throws(ToolFailure) -> Bool {
    if isDryRun { return false }
    if arguments.has("--yes") { return true }
    let message: String
    if !console.canAsk {
      message = "\(verb) writes, and there is no terminal to ask at"
    } else if console.ask(question) {
      return true
    } else {
      message = "nothing was changed"
    }
    let again = again(after: input)
    throw ToolFailure(
      .refused, message + again.remark, next: again.invocation.command(adding: "-y"))
  }

  /// What to run once more, and what has to be said with it: what came through standard input is used
  /// up, and a dash in its place would hide that.
  func again(after input: Input?) -> (invocation: Invocation, remark: String) {
    guard input?.isStandardInput ?? false else { return (self, "") }
    var again = self
    let dash = words.indices.last { index in
      words[index] == "-"
        && (index == 0 || !arguments.values(words[index - 1]).contains("-"))
    }
    if let dash { again.words.remove(at: dash) }
    return (again, "; give what was read from standard input again")
  }
}

/// Moments on the command line.
extension Invocation {
  /// The moment that a word stands for.
  ///
  /// - Parameter place: the option or operand, for the message.
  func moment(_ text: String, as place: String) throws(ToolFailure) -> JournalMoment {
    let now = WallClock.now
    guard let moment = JournalMoment(text, now: now) else {
      if JournalMoment.isOutOfRange(text, now: now) {
        throw arguments.usage(
          "\(place) is out of range: \"\(text)\" does not lie between 1677-09-22 and 2262-04-11")
      }
      throw arguments.usage("\(place) takes \(JournalMoment.forms), not \"\(text)\"")
    }
    return moment
  }

  /// The moment that an option asks for, where it was given.
  func moment(_ option: String) throws(ToolFailure) -> JournalMoment? {
    guard let text = arguments.value(option) else { return nil }
    return try moment(text, as: option)
  }

  /// The commit that an option asks for, where it was given.
  func sequence(
    _ option: String, in inspector: JournalInspector
  ) throws(ToolFailure) -> LogSequenceNumber? {
    guard let moment = try moment(option) else { return nil }
    return try attempt { () throws(JournalError) in try inspector.sequence(at: moment) }
  }

  /// The first commit that an option asks for: one that it names, or the first one at or after a time.
  /// Zero where it was not given, or where the log begins later.
  func firstSequence(
    _ option: String, in inspector: JournalInspector
  ) throws(ToolFailure) -> LogSequenceNumber {
    guard let moment = try moment(option) else { return .zero }
    return try attempt { () throws(JournalError) in
      guard case .time(let nanoseconds) = moment else { return try inspector.sequence(at: moment) }
      do throws(JournalError) {
        let before = JournalMoment.time(nanoseconds: max(nanoseconds, .min + 1) - 1)
        return try inspector.sequence(at: before).next
      } catch {
        if error.reason == .unreachable { return .zero }
        throw error
      }
    }
  }

  /// The commits that `--from` and `--to` ask for; all where they were not given.
  func range(
    in inspector: JournalInspector
  ) throws(ToolFailure) -> ClosedRange<LogSequenceNumber> {
    let from = try firstSequence("--from", in: inspector)
    let through = try sequence("--to", in: inspector) ?? LogSequenceNumber(.max)
    guard from <= through else {
      throw arguments.usage("--from \(from) lies behind --to \(through)")
    }
    return from...through
  }

  /// Where a store ends, for whoever asked for what lies behind it.
  func lastCommitText(_ inspector: JournalInspector) throws(ToolFailure) -> String {
    let status = try attempt { () throws(JournalError) in try inspector.status(isExact: false) }
    guard let last = status.recovery?.lastSequence else {
      return "where the store ends is not known: \(command("verify"))"
    }
    guard last > .zero else { return "there is no commit yet" }
    return "the last commit is \(last)"
  }

  /// The name that a word stands for: as it stands in an address, which is how `list` prints it, or, where
  /// it cannot stand there, as it is.
  static func name(_ word: String) -> String {
    (try? AddressText.decoded(word[...], in: word)) ?? word
  }

  /// The name that an option gives, where it was given.
  func name(_ option: String) -> String? { arguments.value(option).map(Self.name) }

  /// The source or object that a word stands for.
  func selection(_ text: String) throws(ToolFailure) -> StateSelection {
    do {
      return try StateSelection(text: text)
    } catch {
      throw arguments.usage(error.message)
    }
  }

  /// The object that a word stands for.
  func address(_ text: String) throws(ToolFailure) -> StateAddress {
    do {
      return try StateAddress(text: text)
    } catch {
      throw arguments.usage(error.message)
    }
  }
}
