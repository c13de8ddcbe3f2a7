import JournalEngine
import StateJournal

/// `journal-tool doctor DIR`
enum DoctorVerb {
  static let verb = Verb(
    name: "doctor", group: .help,
    summary: "examines a place for state: disk, syncs, room, access",
    details: """
      For a store, or a directory that is to hold one: file system and mount, syncs, space,
      limits, clock, access, and what was left behind. To see what a sync really costs, it
      writes, syncs and removes one small file of its own, .journal-tool-doctor-….tmp, for at most
      two seconds; --no-write leaves that out. Exits with 1 when there is a problem to solve.
      """,
    options: [Verb.Option("--no-write", help: "do not measure syncs; nothing is written then")],
    examples: [
      ("journal-tool doctor state", "is this a good place for state?"),
      ("journal-tool doctor /mnt/data/state --no-write --json", "a read-only look, for a monitor"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let path = invocation.directory
    var inspector = invocation.inspector
    inspector.onUnfinishedFile = { Interruption.sweeps($0) }
    do {
      return write(
        try inspector.examinePlace(
          measuringSyncs: !invocation.arguments.has("--no-write")), invocation)
    } catch {
      guard error.reason == .notFound else {
        throw ToolFailure(error, verb: "doctor", directory: path)
      }
      throw ToolFailure(
        .notFound, "there is no directory \(path) that could be examined",
        next: NextCommand.making(path))
    }
  }

  private static func write(
    _ examination: PlaceExamination, _ invocation: Invocation
  ) -> ExitCode {
    let output = invocation.console.output
    let style = invocation.console.outputStyle
    let worst = examination.verdict
    let code: ExitCode = worst == .problem ? .failed : .success
    for check in examination.checks {
      if invocation.isJSON {
        var line = JSONLine("check", verb: "doctor")
        line.add("name", check.subject)
        line.add("verdict", check.verdict.rawValue)
        line.add("finding", check.finding)
        line.add("advice", check.advice)
        output.write(line.line)
        continue
      }
      let verdict = check.verdict.rawValue
      let padded = verdict + String(repeating: " ", count: 9 - verdict.count)
      let shown =
        switch check.verdict {
        case .fine: style.green(padded)
        case .note: style.dim(padded)
        case .warning: style.yellow(padded)
        case .problem: style.red(padded)
        }
      let label =
        check.subject + String(repeating: " ", count: max(1, 15 - check.subject.count))
      output.write(shown + label + Printable.text(check.finding) + "\n")
      if let advice = check.advice {
        output.write(String(repeating: " ", count: 24) + "→ " + Printable.text(advice) + "\n")
      }
    }
    if invocation.isJSON {
      var line = Summary.start("doctor", code)
      line.add("verdict", worst.rawValue)
      line.add("checks", examination.checks.count)
      output.write(line.line)
    } else {
      output.write("\n\(verdictText(worst))\n")
    }
    return code
  }

  private static func verdictText(_ worst: PlaceCheck.Verdict) -> String {
    switch worst {
    case .fine, .note: "verdict: a good place for state"
    case .warning: "verdict: it works, and there is something to look at"
    case .problem: "verdict: there is a problem to solve before state is safe here"
    }
  }
}
