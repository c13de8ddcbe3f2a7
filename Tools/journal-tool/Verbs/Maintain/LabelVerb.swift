import StateJournal

/// `journal-tool label DIR [NAME [MOMENT]]`
enum LabelVerb {
  static let verb = Verb(
    name: "label", group: .maintain, writes: true,
    summary: "names a commit, lists the names, or takes one away",
    details: """
      A label is a savepoint: compactions keep what the state as of its commit needs, for as long as
      the label is there. It stands wherever a moment does: replay --at, diff, revert --to. Without
      NAME the labels are listed, without a lock. Beside a running job a label cannot be set (7);
      --wait gives the job time to end.
      """,
    operands: [
      .init("NAME", .optional, help: "no blanks, no slashes, not beginning with a digit"),
      .init("MOMENT", .optional, help: "a commit, a time, or another label (default: now)"),
    ],
    options: [
      Verb.Option("--remove", help: "take the label away"),
      Verb.Option("--force", "-f", help: "move a label that is there already"),
    ] + StateCommit.options,
    examples: [
      ("journal-tool label state before-deploy", "name the last commit"),
      (
        "journal-tool label state good '2026-11-25 22:00' --wait 3600",
        "name an earlier one, as soon as the job that runs now has ended"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    let inspector = invocation.inspector
    let labels = try invocation.attempt { () throws(JournalError) in try inspector.labels() }
    guard let name = arguments.operand("NAME") else {
      if arguments.has("--remove") { throw arguments.usage("--remove needs the name of a label") }
      return list(labels, invocation)
    }
    let old = labels.first { $0.name.utf8.elementsEqual(name.utf8) }
    if arguments.has("--remove") {
      guard let old else {
        throw ToolFailure(
          .notFound, "there is no label \(Printable.text(name))", next: invocation.command("label"))
      }
      return try remove(old, invocation)
    }
    guard JournalLabel.isName(name) else {
      throw arguments.usage(
        "\(JSONLine.quoted(name)) cannot be a label: 1 to \(JournalLabel.maximumNameByteCount)"
          + " bytes without blanks and slashes that do not begin like a number, time or option")
    }
    var sequence: LogSequenceNumber?
    if let text = arguments.operand("MOMENT") {
      let moment = try invocation.moment(text, as: "MOMENT")
      sequence = try invocation.attempt { () throws(JournalError) in
        try inspector.sequence(at: moment)
      }
    }
    if let old, !arguments.has("--force") {
      throw ToolFailure(
        .refused, "\(name) names commit \(old.sequence) already",
        next: invocation.command(adding: "-f"))
    }
    return try set(name, at: sequence, invocation)
  }

  private static func set(
    _ name: String, at sequence: LogSequenceNumber?, _ invocation: Invocation
  ) throws(ToolFailure) -> ExitCode {
    if sequence == nil {
      let last = try invocation.attempt { () throws(JournalError) in
        try invocation.inspector.sequence(at: .last)
      }
      if last == .zero {
        throw ToolFailure(
          .notFound, "there is no commit yet that \(name) could name",
          next: invocation.command("status"))
      }
    }
    if invocation.isDryRun {
      let commit = sequence.map { "commit \($0)" } ?? "the last commit"
      return finish("would name \(commit)", invocation)
    }
    let session = try invocation.openForWriting()
    Interruption.comesWithCommit(nextCommand: invocation.command("label"))
    let label = try invocation.attempt(state: { () throws(StateError) in
      try session.storage.label(
        name, at: sequence, reason: invocation.arguments.value("--reason"))
    })
    let done = "\(name) names commit \(label.sequence)"
    return finish(done, invocation, label, try session.close(after: done))
  }

  private static func remove(
    _ label: JournalLabel, _ invocation: Invocation
  ) throws(ToolFailure) -> ExitCode {
    if invocation.isDryRun {
      return finish("would remove \(label.name), which names commit \(label.sequence)", invocation)
    }
    let session = try invocation.openForWriting()
    Interruption.comesWithCommit(nextCommand: invocation.command("label"))
    _ = try invocation.attempt(state: { () throws(StateError) in
      try session.storage.removeLabel(
        label.name, reason: invocation.arguments.value("--reason"))
    })
    let done = "\(label.name) does not name commit \(label.sequence) any more"
    return finish(done, invocation, nil, try session.close(after: done))
  }

  private static func list(_ labels: [JournalLabel], _ invocation: Invocation) -> ExitCode {
    let output = invocation.console.output
    for label in labels {
      if invocation.isJSON {
        var line = JSONLine("label", verb: "label")
        line.add(label)
        output.write(line.line)
      } else {
        output.write(
          "\(Units.time(nanoseconds: label.time))  commit \(label.sequence)  "
            + "\(invocation.console.outputStyle.bold(Printable.text(label.name)))\n")
      }
    }
    if invocation.isJSON {
      var line = Summary.start("label", .success)
      line.add("labels", labels.count)
      output.write(line.line)
    } else if labels.isEmpty {
      output.write("no labels\n")
    }
    return .success
  }

  private static func finish(
    _ text: String, _ invocation: Invocation, _ label: JournalLabel? = nil,
    _ end: WriterSession.End? = nil
  ) -> ExitCode {
    if invocation.isJSON {
      var line = Summary.start("label", .success)
      if let label { line.add(label) }
      end?.add(to: &line)
      invocation.console.output.write(line.line)
    } else {
      invocation.console.output.write(Printable.text(text) + "\n")
    }
    end?.tell(to: invocation.console)
    return .success
  }
}

extension JSONLine {
  /// Adds the parts of a label.
  fileprivate mutating func add(_ label: JournalLabel) {
    add("name", label.name)
    add("lsn", label.sequence)
    add("labelled_at", Units.time(nanoseconds: label.time))
    add("labelled_at_ns", label.time)
  }
}
