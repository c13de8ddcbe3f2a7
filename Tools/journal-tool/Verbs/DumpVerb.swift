import JournalEngine
import StateJournal

/// `journal-tool dump DIR`
enum DumpVerb {
  static let verb = Verb(
    name: "dump", summary: "prints commits in the log: number, time, session, changes",
    details: """
      One line for each commit, oldest first. What came of commits that a compaction took from the
      log, replay shows. Damage is reported at its place, with exit code 5 at the end.
      """,
    options: [
      Verb.Option("--from", value: "MOMENT", help: "the first commit to print, or a time or label"),
      Verb.Option("--to", value: "MOMENT", help: "the last commit to print, or a time or label"),
      Verb.Option(
        "--source", value: "NAME", help: "only this source: its name, or as list prints it"),
      Verb.Option("--stream", value: "NAME", help: "only this stream (needs --source)"),
      Verb.Option("--type", value: "TYPE", of: Choices(RecordFilter.ChangeType.self)) {
        "\($0); repeatable"
      },
      Verb.Option("--limit", value: "N", in: 1...(.max), help: "stop after so many commits"),
      Verb.Option("--follow", "-f", help: "go on with what is committed, until interrupted"),
      Verb.Option("--gaps-only", help: "only damage, gaps and torn tails"),
      Verb.Option("--raw", help: "the bytes of each record in hexadecimal"),
      Verb.Option("--full", help: "do not cut long values short"),
    ],
    examples: [
      ("journal-tool dump state --from -10m --follow", "the last ten minutes, and what comes"),
      (
        "journal-tool dump state --source orders --stream 2024 --json",
        "the history of one stream, as NDJSON"
      ),
    ],
    run: run)

  /// How long a follower waits before it looks again.
  private static let followInterval = Duration.milliseconds(500)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let inspector = invocation.inspector
    if invocation.arguments.has("--follow") { Interruption.isTheEnd() }
    var run = try DumpRun(invocation, in: inspector)
    let range = try invocation.range(in: inspector)
    var result = try run.pass(range, of: inspector)
    let compacted = result.compactedThrough
    if invocation.arguments.has("--follow") {
      while !run.isDone, range.upperBound > result.last ?? .zero {
        invocation.console.output.flush()
        Pause.take(Self.followInterval)
        // A torn tail is a commit that is being written, and what is damaged has been reported.
        run.reportsFindings = false
        var next = try run.pass(
          max(range.lowerBound, result.last?.next ?? .zero)...range.upperBound, of: inspector)
        next.include(result)
        result = next
      }
    }
    let code = ExitCode(result.worst, isStrict: false)
    if code == .success { try run.checkSource(in: inspector) }
    if invocation.isJSON {
      invocation.console.output.write(run.summary(result, compacted, code))
    } else if let compacted, compacted > .zero, range.lowerBound <= compacted {
      invocation.console.output.flush()
      invocation.console.warning(
        "commits up to \(compacted) left the log for snapshots; what came of them: "
          + invocation.command("replay", "--at", "\(compacted)"))
    } else if result.first == nil, code == .success {
      invocation.console.note(
        "no commit lies in that range; \(try invocation.lastCommitText(inspector))")
    } else if run.isOfSource, run.isEmpty, code == .success {
      invocation.console.note("no commit that was looked at is about what was asked for")
    }
    return code
  }
}

/// One walk, or several when it follows a writer.
private struct DumpRun {
  private let invocation: Invocation
  private let filter: RecordFilter
  private let limit: UInt64
  private let showsRecords: Bool
  private var json: RecordJSON
  private var text: RecordText
  private var shownCount: UInt64 = 0
  var reportsFindings = true

  init(_ invocation: Invocation, in inspector: JournalInspector) throws(ToolFailure) {
    let arguments = invocation.arguments
    let source = invocation.name("--source")
    let stream = invocation.name("--stream")
    if stream != nil, source == nil {
      throw arguments.usage("--stream needs --source NAME: streams belong to sources")
    }
    self.invocation = invocation
    filter = RecordFilter(
      source: source, stream: stream,
      types: Set(arguments.choices("--type", of: RecordFilter.ChangeType.self)))
    limit = arguments.number("--limit") ?? .max
    showsRecords = !arguments.has("--gaps-only")
    let isRaw = arguments.has("--raw")
    json = RecordJSON(isRaw: isRaw)
    text = RecordText(
      style: invocation.console.outputStyle, isFull: arguments.has("--full"), isRaw: isRaw)
  }

  /// Whether only what concerns a source is printed.
  var isOfSource: Bool { showsRecords && invocation.arguments.has("--source") }

  /// Whether nothing has been printed.
  var isEmpty: Bool { shownCount == 0 }

  /// Refuses (3) a source or stream of which the state has nothing, where no commit is about it either.
  func checkSource(in inspector: JournalInspector) throws(ToolFailure) {
    guard isOfSource, isEmpty, let source = invocation.name("--source") else { return }
    let stream = invocation.name("--stream")
    var isThere = false
    _ = try invocation.attempt { () throws(JournalError) in
      try inspector.forEachEntry(of: source) { entry in
        guard let stream else {
          isThere = true
          return false
        }
        if case .object(let address, _) = entry.content, address.scope == .stream {
          isThere = address.name.hasSameBytes(as: stream)
        }
        return !isThere
      }
    }
    if isThere { return }
    throw ToolFailure(
      .notFound,
      "no commit that was looked at is about "
        + (stream.map { "a stream \(Printable.name($0)) of " } ?? "")
        + "a source \(Printable.name(source)), and the state has none",
      next: invocation.command("list"))
  }

  /// Whether nothing more is to be printed, or can be.
  var isDone: Bool { shownCount >= limit || invocation.console.output.isBroken }

  mutating func pass(
    _ range: ClosedRange<LogSequenceNumber>, of inspector: JournalInspector
  ) throws(ToolFailure) -> RecordWalkSummary {
    let output = invocation.console.output
    let isJSON = invocation.isJSON
    var bar = ProgressBar("dump", on: invocation.console)
    defer { bar.clear() }
    do {
      return try inspector.forEachRecordInPlace(in: range) {
        bar.update($0)
      } _: { item, bytes in
        switch item {
        case .record(let record):
          guard showsRecords else { break }
          let isShown = output.write { output in
            isJSON
              ? json.append(record, in: bytes, filter: filter, to: &output)
              : text.append(record, in: bytes, filter: filter, to: &output)
          }
          if isShown { shownCount += 1 }
        case .finding(let finding):
          if finding.severity > .note, reportsFindings { FindingOutput.write(finding, invocation) }
        }
        return !isDone
      }
    } catch {
      throw ToolFailure(error, verb: "dump", directory: invocation.directory)
    }
  }

  func summary(
    _ result: RecordWalkSummary, _ compacted: LogSequenceNumber?, _ code: ExitCode
  ) -> [UInt8] {
    var line = Summary.start("dump", code)
    line.add("records", shownCount)
    line.add("first_lsn", result.first)
    line.add("last_lsn", result.last)
    line.add("compacted_through_lsn", compacted)
    line.add("bytes", result.byteCount)
    line.add("worst", result.worst?.rawValue)
    return line.line
  }
}
