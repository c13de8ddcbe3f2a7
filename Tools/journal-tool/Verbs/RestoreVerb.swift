import StateJournal

/// `journal-tool restore BACKUP DEST`
enum RestoreVerb {
  static let verb = Verb(
    name: "restore", group: .copy, product: .always,
    summary: "writes a backup, or an earlier state in it, to a new store",
    details: """
      DIR is the backup, which is not changed. Without --at, DEST is a copy of its files, history
      included. With --at, DEST begins anew with the state after that commit, without labels, and
      its log goes on behind the last commit of the backup, so that no number is used twice. A
      directory that holds a store is refused (8). When this says done, DEST is durable and a job
      may open it.
      """,
    operands: [.init("DEST", help: "an empty directory, made when it is missing")],
    options: [Verb.Option("--at", value: "MOMENT", help: "a commit, time or label to go back to")],
    examples: [
      ("journal-tool restore /backup/state state", "after the disk was lost"),
      (
        "journal-tool restore /backup/state before --at 2024-05-17T08:00:00Z",
        "the state of that morning, beside the live one"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let destination = invocation.arguments.operand("DEST") ?? ""
    try invocation.refuseInside(destination)
    let sequence = try invocation.sequence("--at", in: invocation.inspector)
    // A copy of the files has them, and what they name.
    let labels =
      sequence == nil
      ? []
      : try invocation.attempt { () throws(JournalError) in
        try invocation.inspector.labels().map(\.name)
      }
    var bar = ProgressBar("restore", on: invocation.console)
    let (last, undecidable): (LogSequenceNumber, InspectionFinding?)
    do {
      (last, undecidable) = try invocation.backup(in: invocation.directory).write(
        to: destination, at: sequence
      ) { bar.update($0) }
      bar.clear()
    } catch {
      bar.clear()
      var failure = ToolFailure(
        error, verb: "restore",
        directory: error.file.hasPrefix(destination) ? destination : invocation.directory)
      // What it is that is in the way, and not how to be rid of it.
      if error.reason == .refused { failure.nextCommand = NextCommand.lookAt(destination) }
      throw failure
    }
    let output = invocation.console.output
    if invocation.isJSON {
      var line = Summary.start("restore", .success)
      line.add("at_lsn", sequence ?? last)
      line.add("lsn", last)
      line.add("undecidable", undecidable != nil)
      line.add(droppedLabels: labels)
      output.write(line.line)
    } else {
      output.write(
        invocation.console.outputStyle.green("restored") + ": the state after commit "
          + "\(sequence ?? last) in \(Printable.text(destination)); the next commit is "
          + "\(last.next)\n" + DroppedLabels.line(labels))
    }
    output.flush()
    Warnings.tell(leftOut: undecidable, to: invocation)
    return .success
  }
}
