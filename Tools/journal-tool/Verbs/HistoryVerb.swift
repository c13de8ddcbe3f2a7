import StateJournal

/// `journal-tool history DIR ADDRESS`
enum HistoryVerb {
  static let verb = Verb(
    name: "history", summary: "shows each value an object had: when, by whom, what changed",
    details: """
      Shows each commit that changed the object, or any object of the source, the oldest first, with
      the session and the reason where one was given, as far back as the files reach. What was in
      force before the log begins comes from snapshots, with the number of the commit that put it.
      A slash in a name is written %2F.
      """,
    operands: [
      Verb.Operand("ADDRESS", help: "SOURCE, SOURCE/STREAM or SOURCE/others/KEY")
    ],
    options: [
      Verb.Option("--from", value: "MOMENT", help: "the first commit to show, or a time or label"),
      Verb.Option("--to", value: "MOMENT", help: "the last commit to show, or a time or label"),
      Verb.Option("--full", help: "do not cut long values short"),
    ],
    examples: [
      ("journal-tool history state orders/2024", "how the position of one stream came about"),
      (
        "journal-tool history state orders --from -1d --json | jq -r .reason",
        "why anything of a source was changed since yesterday"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let console = invocation.console
    let word = invocation.arguments.operand("ADDRESS") ?? ""
    let selection = try invocation.selection(word)
    let inspector = invocation.inspector
    let range = try invocation.range(in: inspector)
    let text = StepText(style: console.outputStyle, isFull: invocation.arguments.has("--full"))
    var bar = ProgressBar("history", on: console)
    defer { bar.clear() }
    let reach = try invocation.attempt { () throws(JournalError) in
      try inspector.forEachStep(of: selection, in: range) {
        bar.update($0)
      } _: { item in
        switch item {
        case .step(let step):
          if invocation.isJSON {
            console.output.write(StepJSON.line(of: step))
          } else {
            console.output.write(text.lines(of: step))
          }
        case .finding(let finding):
          FindingOutput.write(finding, invocation)
        }
        return !console.output.isBroken
      }
    }
    let code = ExitCode(reach.worst, isStrict: false)
    // Damage has been told at its place, and keeps anything from being said of what is not there.
    let beginsLate = reach.first > LogSequenceNumber(1)
    let isSilent = reach.stepCount == 0 && code == .success
    if isSilent, !isWithin(reach, range) {
      throw ToolFailure(
        .notFound,
        "no commit in that range is known to have changed \(selection.text): \(outOfReach(reach))",
        next: invocation.command("status"))
    }
    let later =
      isSilent && !reach.isKnown
      ? try firstStep(of: selection, behind: range.upperBound, invocation) : nil
    if isSilent, !reach.isKnown, later == nil {
      throw ToolFailure(
        .notFound,
        "nothing is known of \(selection.text)"
          + (beginsLate ? " since commit \(reach.first.previous)" : ""),
        next: invocation.command("replay"))
    }
    if invocation.isJSON {
      console.output.write(summary(reach, code))
    } else if let later {
      console.note(
        "\(selection.text) was not there \(beginsLate ? "" : "yet ")at "
          + "commit \(range.upperBound); the next commit known to change it is \(later)")
    } else if isSilent {
      console.note(
        !beginsLate || range.lowerBound >= reach.first
          ? "no commit in that range changed \(selection.text); "
            + (try invocation.lastCommitText(inspector))
          : "no commit from \(reach.first) on in that range changed \(selection.text); "
            + outOfReach(reach))
    } else if beginsLate {
      console.note(
        reach.isStartKnown
          ? "the log reaches back to commit \(reach.first); of what was before, the values in force "
            + "then are shown"
          : outOfReach(reach))
    }
    return code
  }

  /// Whether something can be said of a range in which no step is known: that the object was not there
  /// at its end, or that the commits of it that are left in the log did not change it.
  private static func isWithin(
    _ reach: StateHistoryReach, _ range: ClosedRange<LogSequenceNumber>
  ) -> Bool {
    reach.isKnown
      ? range.upperBound >= reach.first
      : reach.isStartKnown && range.upperBound >= reach.first.previous
  }

  private static func outOfReach(_ reach: StateHistoryReach) -> String {
    "the log reaches back to commit \(reach.first); what was before is out of reach"
  }

  /// The first commit behind a range in which nothing was known of what was asked for.
  private static func firstStep(
    of selection: StateSelection, behind last: LogSequenceNumber, _ invocation: Invocation
  ) throws(ToolFailure) -> LogSequenceNumber? {
    guard last < LogSequenceNumber(.max) else { return nil }
    var bar = ProgressBar("history", on: invocation.console)
    defer { bar.clear() }
    var first: LogSequenceNumber?
    _ = try invocation.attempt { () throws(JournalError) in
      try invocation.inspector.forEachStep(of: selection, in: last.next...LogSequenceNumber(.max)) {
        bar.update($0)
      } _: { item in
        if case .step(let step) = item { first = step.sequence }
        return first == nil
      }
    }
    return first
  }

  private static func summary(_ reach: StateHistoryReach, _ code: ExitCode) -> [UInt8] {
    var line = Summary.start("history", code)
    line.add("steps", reach.stepCount)
    line.add("first_lsn", reach.first)
    line.add("start_known", reach.isStartKnown)
    line.add("last_lsn", reach.last)
    line.add("worst", reach.worst?.rawValue)
    return line.line
  }
}
