import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `journal-tool backup DIR DEST`
enum BackupVerb {
  static let verb = Verb(
    name: "backup", group: .copy, product: .always,
    summary: "copies a store, beside a running job, as a store itself",
    details: """
      Takes every commit that was acknowledged before, without a lock on DIR and without a write
      there. DEST opens at every moment, also after a crash, once a first backup is complete; until
      then the same command begins anew. It is durable when this says done.
      What is there is continued with --incremental, which copies only new bytes, and is never
      overwritten with another history: a source that was rewound or restored is refused (8).
      """,
    operands: [.init("DEST", help: "the directory of the backup, made when it is missing")],
    options: [
      Verb.Option("--incremental", "-i", help: "continue the backup that DEST holds"),
      Verb.Option("--follow", "-f", help: "go on copying what is new until interrupted"),
      Verb.Option(
        "--interval", value: "SECONDS", in: 1...86_400,
        help: "how long --follow waits between runs (default 1)"),
    ],
    examples: [
      ("journal-tool backup state /backup/state", "a first backup"),
      ("journal-tool backup state /backup/state -i -q", "from cron: what is new since"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let destination = invocation.arguments.operand("DEST") ?? ""
    let interval = invocation.arguments.number("--interval") ?? 1
    try invocation.refuseInside(destination)
    let backup = invocation.backup(in: destination)
    var isIncremental = invocation.arguments.has("--incremental")
    var told: InspectionFinding?
    while true {
      var bar = ProgressBar("backup", on: invocation.console)
      let report: BackupReport
      do {
        report = try backup.update(from: invocation.directory, isIncremental: isIncremental) {
          bar.update($0)
        }
        bar.clear()
      } catch {
        bar.clear()
        throw failure(error, invocation, destination)
      }
      let isFollowing = invocation.arguments.has("--follow")
      // An interrupted first run would have left no backup.
      if isFollowing { Interruption.isTheEnd() }
      tell(report, destination, isLast: !isFollowing, invocation)
      invocation.console.output.flush()
      if report.undecidable != told { Warnings.tell(leftOut: report.undecidable, to: invocation) }
      told = report.undecidable
      if !isFollowing { return .success }
      // What has been copied so far is a backup.
      if invocation.console.output.isBroken { return .success }
      isIncremental = true
      sleep(UInt32(interval))
    }
  }

  private static func failure(
    _ error: JournalError, _ invocation: Invocation, _ destination: String
  ) -> ToolFailure {
    var failure = ToolFailure(error, verb: "backup", directory: invocation.directory)
    // What is wrong with the backup is looked into there.
    if error.file.hasPrefix(destination) {
      failure = ToolFailure(error, verb: "backup", directory: destination)
    }
    if error.reason == .refused {
      let isThere = error.detail.contains("--incremental")
      failure.nextCommand =
        isThere
        ? invocation.command(adding: "--incremental")
        : NextCommand.lookAt(destination)
    }
    return failure
  }

  private static func tell(
    _ report: BackupReport, _ destination: String, isLast: Bool, _ invocation: Invocation
  ) {
    let console = invocation.console
    for omitted in report.omittedFiles {
      console.warning(
        "\(omitted.file) is damaged, not needed, and was left out; next: journal-tool verify "
          + Shell.quoted(invocation.directory))
    }
    if invocation.isJSON {
      var line = isLast ? Summary.start("backup", .success) : JSONLine("run", verb: "backup")
      line.add("store", report.store.description)
      line.add("previous_lsn", report.previous)
      line.add("lsn", report.through)
      line.add("copied_files", report.copiedFileCount)
      line.add("copied_bytes", report.copiedByteCount)
      line.add("bytes", report.byteCount)
      line.add("removed_files", report.removedFiles.count)
      line.add("undecidable", report.undecidable != nil)
      line.add("omitted", report.omittedFiles.map(StatusJSON.error))
      console.output.write(line.line)
      return
    }
    if report.isUnchanged {
      if isLast { console.output.write("nothing new: the backup is at commit \(report.through)\n") }
      return
    }
    console.output.write(
      console.outputStyle.green("backed up") + ": commit \(report.through) in "
        + Printable.text(destination) + ", "
        + "\(Units.bytes(report.copiedByteCount)) copied of \(Units.bytes(report.byteCount))"
        + (report.previous.map { ", it was at commit \($0)" } ?? "") + "\n")
  }
}
