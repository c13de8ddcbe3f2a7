import StateJournal

/// `journal-tool stats DIR`
enum StatsVerb {
  static let verb = Verb(
    name: "stats", summary: "counts updates and bytes in the log, by source and stream",
    details: """
      Shows how often and how fast sources and their streams were changed, how many bytes of keys
      and values that took, and since when, the busiest first, as far back as the log reaches.
      Memory stays bounded: beyond 100,000 streams the counts of the least busy are estimates.
      """,
    options: [
      Verb.Option(
        "--top", value: "N", in: 1...1_000_000,
        help: "how many sources and streams to show (default 10)"),
      Verb.Option(
        "--by", value: "WHAT", of: Choices(StateActivity.Measure.self, default: .updates)
      ) { "busiest by \($0)" },
      Verb.Option("--from", value: "MOMENT", help: "the first commit to count, or a time or label"),
      Verb.Option("--to", value: "MOMENT", help: "the last commit to count, or a time or label"),
    ],
    examples: [
      ("journal-tool stats state", "who writes most"),
      ("journal-tool stats state --by bytes --from -1h --top 3", "who wrote most in an hour"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let inspector = invocation.inspector
    let range = try invocation.range(in: inspector)
    let count = Int(invocation.arguments.number("--top") ?? 10)
    let measure = invocation.arguments.choice("--by", of: StateActivity.Measure.self)
    var bar = ProgressBar("stats", on: invocation.console)
    defer { bar.clear() }
    let activity = try invocation.attempt { () throws(JournalError) in
      try inspector.activity(in: range, top: count, by: measure) { bar.update($0) }
    }
    bar.clear()
    let code = ExitCode(activity.walk.worst, isStrict: false)
    if invocation.isJSON {
      StatsOutput.writeJSON(activity, measure, code, to: invocation.console.output)
    } else {
      StatsOutput.write(activity, measure, to: invocation.console)
    }
    if code != .success {
      invocation.console.warning(
        "damaged commits could not be counted; next: \(invocation.command("verify"))")
    }
    return code
  }
}

private enum StatsOutput {
  static func write(
    _ activity: StateActivity, _ measure: StateActivity.Measure, to console: Console
  ) {
    let style = console.outputStyle
    var text = style.bold("log") + "  \(Units.count(activity.commitCount, "commit"))"
    if let range = Units.commits(activity.walk.first, activity.walk.last) { text += " (\(range))" }
    text += ", \(Units.bytes(activity.walk.byteCount)), "
    text += "\(Units.count(activity.sessionCount, "session"))\n"
    text += row("all", activity.total) + "\n"
    for (title, rows) in [
      ("sources", activity.sources.map { (Printable.name($0.name), $0.tally) }),
      ("streams and keys", activity.objects.map { (Printable.address($0.address), $0.tally) }),
    ] where !rows.isEmpty {
      text += style.bold("busiest \(title), by \(measure.rawValue)") + "\n"
      text += style.dim(header) + "\n"
      for (name, tally) in rows { text += row(name, tally) }
      text += "\n"
    }
    console.output.write(text)
    if activity.uncertainty > 0 {
      console.note(
        "more streams than memory is kept for: a count may be too low by up to "
          + Units.count(activity.uncertainty))
    }
  }

  private static let header =
    "     updates   removals       bytes    per second  first                     last"

  private static func row(_ name: String, _ tally: StateActivity.Tally) -> String {
    [
      padded(Units.count(tally.updateCount), 12), padded(Units.count(tally.removalCount), 11),
      padded(Units.bytes(tally.byteCount), 12),
      padded(tally.updatesPerSecond.map(rate) ?? "", 14), "  ",
      tally.firstTime.map { Units.time(nanoseconds: $0) } ?? "", "  ",
      tally.lastTime.map { Units.time(nanoseconds: $0) } ?? "", "  ", name, "\n",
    ].joined()
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }

  /// With three digits that mean something; a rate may be far below one.
  private static func rate(_ value: Double) -> String {
    if value >= 100 { return Units.count(Int64(min(value, 1e15))) }
    let thousandths = Int64(value * 1000)
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  static func writeJSON(
    _ activity: StateActivity, _ measure: StateActivity.Measure, _ code: ExitCode,
    to output: StandardOutput
  ) {
    for source in activity.sources {
      var line = JSONLine("source", verb: "stats")
      line.add("source", source.name)
      add(source.tally, to: &line)
      output.write(line.line)
    }
    for object in activity.objects {
      var line = JSONLine("object", verb: "stats")
      line.add(object.address)
      add(object.tally, to: &line)
      output.write(line.line)
    }
    var line = Summary.start("stats", code)
    line.add("by", measure.rawValue)
    line.add("commits", activity.commitCount)
    line.add("sessions", activity.sessionCount)
    line.add("first_lsn", activity.walk.first)
    line.add("last_lsn", activity.walk.last)
    line.add("compacted_through_lsn", activity.walk.compactedThrough)
    line.add("log_bytes", activity.walk.byteCount)
    line.add("uncertainty", activity.uncertainty)
    line.add("worst", activity.walk.worst?.rawValue)
    add(activity.total, to: &line)
    output.write(line.line)
  }

  private static func add(_ tally: StateActivity.Tally, to line: inout JSONLine) {
    line.add("updates", tally.updateCount)
    line.add("removals", tally.removalCount)
    line.add("bytes", tally.byteCount)
    line.add("updates_per_second", json: tally.updatesPerSecond.map { "\($0)" })
    line.add("first_time_ns", tally.firstTime)
    line.add("last_time_ns", tally.lastTime)
    if tally.lastSequence > .zero { line.add("last_change_lsn", tally.lastSequence) }
  }
}
