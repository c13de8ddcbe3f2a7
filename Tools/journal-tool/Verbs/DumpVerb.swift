import JournalEngine
import StateJournal

/// `journal-tool dump DIR`
enum DumpVerb {
  static let verb = Verb(
    name: "dump", summary: "prints the commits in the log: number, time, session, changes",
    details: """
      One line for each commit, oldest first. Commits that a compaction has turned into a snapshot
      are not in the log any more; what came of them is in the state (journal-tool replay). What
      is damaged is reported at its place, and the dump goes on behind it and exits with 5.
      """,
    options: [
      Verb.Option("--from", value: "MOMENT", help: "the first commit to print, or a time or label"),
      Verb.Option("--to", value: "MOMENT", help: "the last commit to print, or a time or label"),
      Verb.Option("--source", value: "NAME", help: "only what concerns this source"),
      Verb.Option("--stream", value: "NAME", help: "only this stream (needs --source)"),
      Verb.Option("--full", help: "do not cut long values short"),
    ],
    examples: [
      ("journal-tool dump state --from 1200", "what was committed from 1200 on"),
      (
        "journal-tool dump state --source orders --stream 2024 --json",
        "the history of one stream, as NDJSON"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let console = invocation.console
    let inspector = JournalInspector(invocation.directory)
    let from = try invocation.firstSequence("--from", in: inspector)
    let through = try invocation.sequence("--to", in: inspector) ?? LogSequenceNumber(.max)
    guard from <= through else {
      throw invocation.arguments.usage("--from \(from) lies behind --to \(through)")
    }
    let source = invocation.arguments.value("--source")
    let stream = invocation.arguments.value("--stream")
    if stream != nil, source == nil {
      throw invocation.arguments.usage("--stream needs --source NAME: streams belong to sources")
    }
    let filter = RecordFilter(source: source, stream: stream)
    let isJSON = invocation.isJSON
    var json = RecordJSON()
    var text = RecordText(
      style: console.outputStyle, isFull: invocation.arguments.has("--full"))
    var shownCount = 0
    let result: RecordWalkSummary
    do {
      result = try inspector.forEachRecordInPlace(in: from...through) { item, bytes in
        switch item {
        case .record(let record):
          let isShown = console.output.write { output in
            isJSON
              ? json.append(record, in: bytes, filter: filter, to: &output)
              : text.append(record, in: bytes, filter: filter, to: &output)
          }
          if isShown { shownCount += 1 }
        case .finding(let finding) where finding.severity == .note:
          break
        case .finding(let finding):
          if isJSON {
            console.output.write(FindingOutput.json(finding, verb: "dump").line)
          } else {
            console.output.flush()
            console.message(FindingOutput.text(finding, style: console.messageStyle))
          }
        }
        return !console.output.isBroken
      }
    } catch {
      throw ToolFailure(error, verb: "dump", directory: invocation.directory)
    }
    let code = ExitCode(result.worst, isStrict: false)
    if isJSON {
      console.output.write(summary(result, shownCount: shownCount, code))
    } else if let compacted = result.compactedThrough, compacted > .zero, from <= compacted {
      console.output.flush()
      console.warning(
        "commits up to \(compacted) left the log for snapshots; what came of them: "
          + "journal-tool replay \(Shell.quoted(invocation.directory)) --at \(compacted)")
    }
    return code
  }

  private static func summary(
    _ result: RecordWalkSummary, shownCount: Int, _ code: ExitCode
  ) -> [UInt8] {
    var line = Summary.start("dump", code)
    line.add("records", shownCount)
    line.add("first_lsn", result.first)
    line.add("last_lsn", result.last)
    line.add("compacted_through_lsn", result.compactedThrough)
    line.add("bytes", result.byteCount)
    line.add("worst", result.worst?.rawValue)
    return line.line
  }
}
