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
    let later =
      reach.isKnown || code != .success
      ? nil : try firstStep(of: selection, behind: range.upperBound, invocation)
    if !reach.isKnown, later == nil, code == .success {
      throw ToolFailure(
        .notFound,
        "nothing is known of \(selection.text)"
          + (reach.first > LogSequenceNumber(1) ? " since commit \(reach.first.previous)" : ""),
        next: invocation.command("replay"))
    }
    if invocation.isJSON {
      console.output.write(summary(reach, code))
    } else if let later {
      console.note(
        "\(selection.text) was not there yet at commit \(range.upperBound); "
          + "the first commit known to put it is \(later)")
    } else if reach.stepCount == 0, code == .success {
      console.note(
        "no commit in that range changed \(selection.text); \(try invocation.lastCommitText(inspector))"
      )
    } else if reach.first > LogSequenceNumber(1) {
      console.note(
        "the log reaches back to commit \(reach.first); "
          + (reach.isStartKnown
            ? "of what was before, the values in force then are shown"
            : "what was before is out of reach"))
    }
    return code
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

/// A step for people.
private struct StepText {
  var style: Style
  var isFull: Bool

  func lines(of step: StateHistoryStep) -> String {
    var head = style.bold(Printable.address(step.address)) + "  commit \(step.sequence)"
    if let time = step.time {
      head += "  \(Units.time(nanoseconds: time))"
    } else {
      head += style.dim("  (before the log; from a snapshot)")
    }
    if let session = step.session { head += "  " + style.dim(SessionText.describe(session)) }
    if step.after == nil { head += "  " + style.red("removed") }
    head += "\n"
    if let reason = step.reason { head += "  because: \(Printable.text(reason))\n" }
    if step.before == .unknown, step.time != nil {
      head += style.dim("  what it was before is out of reach\n")
    }
    let changes = DifferenceText(style: style, isFull: isFull).lines(
      step.differences, indent: "  ")
    return head + (changes.isEmpty ? style.dim("  the same as before\n") : changes)
  }
}

enum SessionText {
  /// "session 4: ingest, process 4711 on worker-3", as far as it is known.
  static func describe(_ session: JournalRecord.Session) -> String {
    var text = "session \(session.number)"
    guard let processID = session.processID else { return text }
    text += ": "
    if let program = session.program, !program.isEmpty { text += program + ", " }
    text += "process \(processID)"
    if let host = session.host, !host.isEmpty { text += " on " + host }
    return Printable.text(text)
  }
}

private enum StepJSON {
  static func line(of step: StateHistoryStep) -> [UInt8] {
    var line = JSONLine("step", verb: "history")
    line.add(step.address)
    line.add("lsn", step.sequence)
    line.add("time", step.time.map { Units.time(nanoseconds: $0) })
    line.add("time_ns", step.time)
    line.add("session", StatusJSON.session(step.session))
    line.add("reason", step.reason)
    line.add("removed", step.after == nil)
    line.add("before_known", step.before != .unknown)
    if let value = step.after { line.add("value", value) }
    line.add("changes", DifferenceText.objects(step.differences))
    return line.line
  }
}
