import StateJournal

/// `journal-tool compact DIR`
enum CompactVerb {
  static let verb = Verb(
    name: "compact", group: .maintain, writes: true,
    summary: "turns log and snapshots into one snapshot",
    details: """
      Shows what it is about to do and asks; without a terminal it needs -y. A running writer goes
      on and does not wait, and a job may start meanwhile. At every instant, killed or failed anywhere, the state can be
      recovered: old files go after the new one is durable, and what --keep and labels ask for
      stays. A job compacts by its own settings, which may keep less.
      """,
    options: [
      KeepOption.option,
      Verb.Option("--rewrite", help: "write the snapshot anew even if nothing changed since"),
    ],
    examples: [
      ("journal-tool compact state", "show the plan, ask, compact"),
      ("journal-tool compact state -y -q", "from cron"),
    ],
    run: { (invocation) throws(ToolFailure) in
      try run(invocation, keep: try KeepOption(invocation.arguments))
    })

  /// - Parameter keep: the past to keep; `nil` removes nothing.
  static func run(_ invocation: Invocation, keep: KeepOption?) throws(ToolFailure) -> ExitCode {
    let inspector = invocation.inspector
    let isRewriting = invocation.arguments.has("--rewrite")
    let begin = ContinuousClock.now
    let plan = try invocation.attempt { () throws(JournalError) in try inspector.compactionPlan() }
    let planning = begin.duration(to: .now)
    let isNeeded = plan.isNeeded || isRewriting && plan.mergedSnapshotCount > 0
    tell(plan, isNeeded: isNeeded, keep: keep, invocation)
    guard isNeeded, try invocation.isAgreed("Compact?") else {
      finish(nil, invocation)
      return .success
    }
    var bar = ProgressBar("compact", on: invocation.console)
    defer { bar.clear() }
    var report = try invocation.attempt { () throws(JournalError) in
      try inspector.compact(
        retainedGenerationCount: keep?.generationCount ?? .max, retainedHistory: keep?.history,
        rewriting: isRewriting
      ) { bar.update($0) }
    }
    bar.clear()
    // The plan reads the store as well; what is left out is only how long somebody took to answer.
    report?.duration += planning
    finish(report, invocation)
    return .success
  }

  private static func tell(
    _ plan: CompactionPlan, isNeeded: Bool, keep: KeepOption?, _ invocation: Invocation
  ) {
    let output = invocation.console.output
    if invocation.isJSON {
      var line = JSONLine("plan", verb: invocation.verb)
      line.add("needed", isNeeded)
      line.add("snapshots", plan.mergedSnapshotCount)
      line.add("log_commits", plan.logCommitCount)
      line.add("input_bytes", plan.inputByteCount)
      line.add("estimated_bytes", plan.estimatedByteCount)
      line.add("available_bytes", plan.availableByteCount)
      line.add("beside_writer", plan.status.writer != nil)
      line.add("torn_tail", plan.tornTail.map(StatusJSON.tail))
      keep?.add(to: &line)
      output.write(line.line)
      return
    }
    guard isNeeded else {
      output.write(
        plan.mergedSnapshotCount == 0
          ? "nothing to do: there is no commit yet\n"
          : "nothing to do: the state is one snapshot already, and the log adds nothing\n")
      return
    }
    let style = invocation.console.outputStyle
    output.write(
      """
      \(style.bold("merge"))   \(Units.count(plan.mergedSnapshotCount, "snapshot")) and \
      \(Units.count(plan.logCommitCount, "commit")) of log, \(Units.bytes(plan.inputByteCount))
      \(style.bold("write"))   one snapshot of at most \(Units.bytes(plan.estimatedByteCount)); \
      \(Units.bytes(plan.availableByteCount)) are free
      \(style.bold("remove"))  \(keep.map { "what it supersedes, but for \($0.text)" } ?? "nothing")
      \(style.bold("writer"))  \(writer(plan.status))

      """)
    if let tail = plan.tornTail {
      output.write(
        Printable.text(
          "The torn tail (\(Units.bytes(tail.byteCount)) at offset \(tail.offset) of \(tail.file)"
            + (tail.isUndecidable ? ", undecidable" : "") + ") goes to quarantine/ first.") + "\n")
    }
  }

  private static func writer(_ status: JournalStatus) -> String {
    guard let writer = status.writer else { return "none; the store is opened for writing" }
    return Printable.text(writer.owner?.description ?? "a process that left no name")
      + ", goes on meanwhile"
  }

  private static func finish(_ report: CompactionReport?, _ invocation: Invocation) {
    let output = invocation.console.output
    for damage in report?.damagedSnapshots ?? [] { Warnings.tell(damage, to: invocation) }
    if invocation.isJSON {
      var line = Summary.start(invocation.verb, .success)
      line.add("compacted", report != nil)
      line.add("file", report?.file)
      line.add("through_lsn", report?.through)
      line.add("entries", report?.entryCount)
      line.add("bytes", report?.byteCount)
      line.add("removed_files", report?.removedFiles.count)
      line.add("milliseconds", report?.duration.milliseconds)
      if let report {
        line.add("damaged_snapshots", report.damagedSnapshots.map(StatusJSON.error))
      }
      output.write(line.line)
      return
    }
    guard let report else { return }
    output.write(
      "\(invocation.console.outputStyle.green("compacted")): \(report.file), "
        + "\(Units.count(report.entryCount, "entry", "entries")), \(Units.bytes(report.byteCount)), in "
        + "\(report.duration.formattedSeconds); \(Units.count(report.removedFiles.count, "file"))"
        + " removed\n")
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }

  /// "0.123 s".
  fileprivate var formattedSeconds: String {
    let fraction = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count)
      + fraction + " s"
  }
}

extension CompactionPlan {
  /// What would be cut off the log first. Beside a writer it is a commit that is being written.
  fileprivate var tornTail: RecoveryReport.TornTail? {
    status.writer == nil ? status.recovery?.tornTail : nil
  }
}
