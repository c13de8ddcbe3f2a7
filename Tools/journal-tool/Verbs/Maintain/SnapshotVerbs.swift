import FileIO
import StateJournal

/// `journal-tool snapshot list|create|verify|prune DIR`
enum SnapshotVerbs {
  static let list = Verb(
    name: "snapshot list", group: .maintain, summary: "lists snapshots, in use and superseded",
    details: """
      A base holds the whole state after a commit, a run what changed in a range of commits. Those
      in use make up the state below the log; superseded ones are kept as long as retention and
      labels say.
      """,
    options: [],
    examples: [
      ("journal-tool snapshot list state", "what there is, and since when"),
      ("journal-tool snapshot list state --json", "the same for a monitor"),
    ],
    run: { (invocation) throws(ToolFailure) in
      let files = try invocation.attempt { () throws(JournalError) in
        try invocation.inspector.snapshots()
      }
      return SnapshotOutput(invocation).write(files, code: .success)
    })

  static let create = Verb(
    name: "snapshot create", group: .maintain, writes: true,
    summary: "writes one snapshot of the whole state and removes nothing",
    details: """
      Like compact, beside a writer or not, but everything that was there stays: superseded files
      go with the next compaction or with snapshot prune. Shows the plan and asks, or takes -y.
      """,
    options: [],
    examples: [
      ("journal-tool snapshot create state -y", "before something risky"),
      ("journal-tool snapshot create state -n", "what it would take"),
    ],
    run: { (invocation) throws(ToolFailure) in
      try CompactVerb.run(invocation, keep: nil)
    })

  static let verify = Verb(
    name: "snapshot verify", group: .maintain, summary: "checks every byte of every snapshot",
    details: """
      Superseded snapshots as well: they are what stands in when the newest one is damaged. Exits
      with 5 for damage. verify checks the log too and says what damage means.
      """,
    options: [],
    examples: [
      ("journal-tool snapshot verify state", "are they sound?"),
      ("journal-tool snapshot verify /backup/state -q", "in a script, by the exit code"),
    ],
    run: { (invocation) throws(ToolFailure) in
      var bar = ProgressBar("verify", on: invocation.console)
      defer { bar.clear() }
      let files = try invocation.attempt { () throws(JournalError) in
        try invocation.inspector.verifySnapshots { bar.update($0) }
      }
      bar.clear()
      let damagedCount = files.count { !$0.failures.isEmpty }
      let code = SnapshotOutput(invocation).write(
        files, code: damagedCount == 0 ? .success : .damaged)
      if damagedCount > 0 {
        invocation.console.output.flush()
        invocation.console.failure(
          ToolFailure(
            .damaged, "\(Units.count(damagedCount, "snapshot")) of \(files.count) damaged",
            next: invocation.command("verify")))
      }
      return code
    })

  static let prune = Verb(
    name: "snapshot prune", group: .maintain, writes: true,
    summary: "removes superseded files beyond what --keep asks for",
    details: """
      Removes superseded snapshots and segments without writing a new snapshot, beside a writer or
      not. What the state needs stays, and what the state as of a label needs; if a snapshot that
      they rest on is damaged, so does what may lead there, and so all of it is read first. A job
      compacts by its own settings, which may keep less. Shows the files and asks, or takes -y.
      """,
    options: [KeepOption.option],
    examples: [
      ("journal-tool snapshot prune state --keep 7d", "no history older than a week"),
      ("journal-tool snapshot prune state --keep 0 -y", "nothing but what the state needs"),
    ],
    run: runPrune)

  private static func runPrune(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let keep = try KeepOption(invocation.arguments)
    let inspector = invocation.inspector
    let output = invocation.console.output
    var damaged: [JournalError] = []
    // Planning and removing meet the same, unless something goes bad in between.
    func note(_ damage: JournalError) {
      guard !damaged.contains(damage) else { return }
      damaged.append(damage)
      Warnings.tell(damage, to: invocation)
    }
    let files = try invocation.attempt { () throws(JournalError) in
      try inspector.prunableFiles(
        retainedGenerationCount: keep.generationCount, retainedHistory: keep.history,
        onDamage: note)
    }
    let byteCount = files.clampedSum(of: \.byteCount)
    for file in files {
      if invocation.isJSON {
        var line = JSONLine("planned_removal", verb: invocation.verb)
        line.add("name", file.name)
        line.add("bytes", file.byteCount)
        output.write(line.line)
      } else {
        output.write("  \(file.name)  \(Units.bytes(file.byteCount))\n")
      }
    }
    var removed: [String] = []
    if !files.isEmpty,
      try invocation.isAgreed(
        "Remove \(Units.count(files.count, "file")), \(Units.bytes(byteCount))?")
    {
      removed = try invocation.attempt { () throws(JournalError) in
        try inspector.prune(
          retainedGenerationCount: keep.generationCount, retainedHistory: keep.history,
          onDamage: note)
      }
    }
    if invocation.isJSON {
      var line = Summary.start(invocation.verb, .success)
      line.add("removable_files", files.count)
      line.add("removable_bytes", byteCount)
      line.add("removed_files", removed.count)
      line.add("damaged_snapshots", damaged.map(StatusJSON.error))
      keep.add(to: &line)
      output.write(line.line)
    } else if files.isEmpty {
      output.write("nothing to remove beyond \(keep.text) and labels\n")
    } else if !removed.isEmpty {
      output.write("removed \(Units.count(removed.count, "file"))\n")
    }
    return .success
  }
}

/// Snapshots for people and for programs.
private struct SnapshotOutput {
  private let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func write(_ files: [SnapshotFile], code: ExitCode) -> ExitCode {
    let output = invocation.console.output
    for file in files {
      output.write(invocation.isJSON ? line(file) : Array(text(file).utf8))
    }
    if invocation.isJSON {
      var line = Summary.start(invocation.verb, code)
      line.add("snapshots", files.count)
      line.add("in_use", files.count { $0.isInUse })
      line.add("damaged", files.count { !$0.failures.isEmpty })
      line.add("bytes", files.clampedSum { $0.byteCount ?? 0 })
      output.write(line.line)
    } else if files.isEmpty {
      output.write("no snapshots; the state is in the log alone\n")
    }
    return code
  }

  private func text(_ file: SnapshotFile) -> String {
    let style = invocation.console.outputStyle
    let kind = file.after == .zero ? "base" : "run "
    var text = "\(kind)  commits \(file.after.next) to \(file.through)"
    if let time = file.createdAt { text += "  \(Units.time(nanoseconds: time))" }
    if let bytes = file.byteCount { text += "  \(Units.bytes(bytes))" }
    if let count = file.entryCount { text += "  \(Units.count(count, "entry", "entries"))" }
    text = file.isInUse ? text : style.dim(text + "  superseded")
    text += "\n"
    for failure in file.failures {
      text += "  " + style.red(Printable.text(failure.description)) + "\n"
    }
    return text
  }

  private func line(_ file: SnapshotFile) -> [UInt8] {
    var line = JSONLine("snapshot", verb: invocation.verb)
    line.add("name", file.name)
    line.add("kind", file.after == .zero ? "base" : "run")
    line.add("after_lsn", file.after)
    line.add("through_lsn", file.through)
    line.add("created_ns", file.createdAt)
    line.add("bytes", file.byteCount)
    line.add("entries", file.entryCount)
    line.add("in_use", file.isInUse)
    if !file.failures.isEmpty { line.add("errors", file.failures.map(StatusJSON.error)) }
    return line.line
  }
}
