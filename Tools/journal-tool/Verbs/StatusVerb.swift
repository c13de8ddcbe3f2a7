import StateJournal

/// `journal-tool status DIR`
enum StatusVerb {
  static let verb = Verb(
    name: "status", summary: "shows what a store holds and whether it opens",
    details: """
      Shows the last commit, how far the log is durable, who is writing, what opening would replay,
      the snapshots, labels, and every file with its size and commits. It looks at the log and at
      the edges of snapshots; verify checks every byte. Of a log of more than 64 MiB it reads the
      headers and the last segment, unless --exact has it read everything, as opening does.
      """,
    options: [
      Verb.Option("--exact", help: "read a long log too: find labels, and damage in it"),
      Verb.Option("--watch", help: "show it again every 2 seconds until interrupted"),
      Verb.Option("--prometheus", help: "metrics in the text format of Prometheus"),
    ],
    examples: [
      ("journal-tool status state", "the state of the store in ./state"),
      (
        "journal-tool status state --prometheus > /var/lib/node_exporter/state.prom",
        "metrics for a monitor, from cron"
      ),
    ],
    run: run)

  private static let watchInterval = Duration.seconds(2)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    if invocation.isJSON, invocation.arguments.has("--prometheus") {
      throw invocation.arguments.usage("--prometheus is a format of its own, and so is --json")
    }
    guard invocation.arguments.has("--watch") else { return try show(invocation) }
    if invocation.arguments.has("--prometheus") {
      throw invocation.arguments.usage("--prometheus is read now and then, and needs no --watch")
    }
    Interruption.isTheEnd()
    let output = invocation.console.output
    while true {
      if !invocation.isJSON {
        output.write(invocation.console.clearsScreen ? "\u{1B}[H\u{1B}[2J" : "")
      }
      let code = try show(invocation)
      if output.isBroken { return code }
      Pause.take(watchInterval)
      if !invocation.isJSON, !invocation.console.clearsScreen { output.write("\n") }
    }
  }

  private static func show(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let inspector = invocation.inspector
    let status: JournalStatus
    do {
      status = try inspector.status(isExact: invocation.arguments.has("--exact"))
    } catch {
      if invocation.arguments.has("--prometheus") {
        invocation.console.output.write(
          StatusMetrics.unreachable(directory: invocation.directory))
      }
      throw ToolFailure(error, verb: "status", directory: invocation.directory)
    }
    // A store that does not open has none that could be read, and to find them means to open it.
    let labels =
      status.failure == nil && status.isExact ? (try? inspector.labels()) ?? [] : []
    let code = status.failure.map { ExitCode($0) } ?? .success
    let output = invocation.console.output
    if invocation.arguments.has("--prometheus") {
      output.write(StatusMetrics.text(of: status, directory: invocation.directory))
    } else if invocation.isJSON {
      StatusJSON.write(status, labels: labels, code, to: output)
    } else {
      StatusText(status, labels: labels, style: invocation.console.outputStyle).write(to: output)
    }
    output.flush()
    if let failure = status.failure {
      invocation.console.failure(
        ToolFailure(failure, verb: "status", directory: invocation.directory))
    }
    Warnings.tell(status.recovery, to: invocation)
    return code
  }
}

/// What reading a store met on the way and could deal with.
enum Warnings {
  static func tell(_ report: RecoveryReport?, to invocation: Invocation) {
    guard let report else { return }
    tell(report.damagedSnapshots, to: invocation)
    if let tail = report.tornTail, tail.isUndecidable {
      tell(
        undecidable: tail.sequence, in: tail.file, at: tail.offset, "it is left out here",
        next: verify(invocation), to: invocation)
    }
  }

  static func tell(_ damagedSnapshots: [JournalError], to invocation: Invocation) {
    for damage in damagedSnapshots {
      invocation.console.warning(
        "\(damage.file) is damaged and the previous generation stands in for it; next: "
          + verify(invocation))
    }
  }

  /// The end of the source's log that a copy does not have.
  static func tell(leftOut finding: InspectionFinding?, to invocation: Invocation) {
    guard let finding else { return }
    tell(
      undecidable: finding.sequence ?? .zero, in: finding.file, at: finding.offset ?? 0,
      "it is not in the copy, which is whole without it", next: verify(invocation),
      to: invocation)
  }

  /// The end of the log that an opening has cut.
  static func tell(cut tail: RecoveryReport.TornTail, to invocation: Invocation) {
    let place = tail.quarantinedAs.map { " as \(invocation.directory)/\($0)" } ?? ""
    guard tail.isUndecidable else {
      invocation.console.note(
        "a commit that was begun and never acknowledged (\(Units.bytes(tail.byteCount)) at offset"
          + " \(tail.offset) of \(tail.file)) was set aside\(place)")
      return
    }
    tell(
      undecidable: tail.sequence, in: tail.file, at: tail.offset,
      "it was set aside\(place), and its number is given anew; compare the last positions in the"
        + " target with the state",
      next: invocation.command("replay"), to: invocation)
  }

  private static func tell(
    undecidable sequence: LogSequenceNumber, in file: String, at offset: Int64, _ fate: String,
    next: String, to invocation: Invocation
  ) {
    invocation.console.warning(
      "the last commit (\(sequence)) in \(file) at offset \(offset) is damaged, and nothing tells"
        + " whether it was acknowledged; \(fate); next: \(next)")
  }

  private static func verify(_ invocation: Invocation) -> String {
    "journal-tool verify \(Shell.quoted(invocation.directory))"
  }

  /// A snapshot turned out damaged, or could not be read, before files went.
  static func tell(_ damage: JournalError, to invocation: Invocation) {
    var what = "is damaged"
    if case .io(let failure) = damage.reason { what = "cannot be read (\(failure))" }
    invocation.console.warning(
      "\(damage.file) \(what): what may be needed in its place stays; next:"
        + " journal-tool verify \(Shell.quoted(invocation.directory))")
  }
}
