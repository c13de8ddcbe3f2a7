import FileIO
import StateJournal

/// `journal-tool status DIR`
enum StatusVerb {
  static let verb = Verb(
    name: "status", summary: "shows what a store holds and whether it opens",
    details: """
      Shows the last commit, who is writing, what opening would replay, the snapshots, and every
      file with its size and commits. It looks at the log and at the edges of snapshots; verify
      checks every byte.
      """,
    options: [],
    examples: [
      ("journal-tool status state", "the state of the store in ./state"),
      (
        "journal-tool status state --json | tail -1",
        "the same for a monitor: last commit, its age in time_ns, bytes to replay"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let status: JournalStatus
    do {
      status = try JournalInspector(invocation.directory).status()
    } catch {
      throw ToolFailure(error, verb: "status", directory: invocation.directory)
    }
    let code = status.failure.map { ExitCode($0) } ?? .success
    if invocation.isJSON {
      StatusJSON.write(status, code, to: invocation.console.output)
    } else {
      StatusText(status, style: invocation.console.outputStyle).write(
        to: invocation.console.output)
    }
    invocation.console.output.flush()
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
    let next = "journal-tool verify \(Shell.quoted(invocation.directory))"
    for damage in report.damagedSnapshots {
      invocation.console.warning(
        "\(damage.file) is damaged and the previous generation stands in for it; next: \(next)")
    }
    if let tail = report.tornTail, tail.isUndecidable {
      invocation.console.warning(
        "the last commit (\(tail.sequence)) in \(tail.file) at offset \(tail.offset) is damaged, and"
          + " nothing tells whether it was acknowledged; it is left out here; next: \(next)")
    }
  }
}
