import FileIO
import StateJournal

/// `journal-tool map DIR`
enum MapVerb {
  /// What the colours of a map stand for.
  enum Colouring: String, CaseIterable {
    case source
    case age
  }

  static let verb = Verb(
    name: "map", product: .option("--html"),
    summary: "draws the files: what lies where, whose, how old, in force",
    details: """
      Draws each segment and snapshot as a bar, to scale: how much of what stands there is still in
      force, what is torn or damaged, and in colours whose it is, or how old. --html writes one page
      that needs nothing else: the same map, growth, a timeline and the busiest streams, with
      details wherever the mouse points. It holds names of sources and streams, and no values.
      """,
    options: [
      Verb.Option("--by", value: "WHAT", of: Choices(Colouring.self, default: .source)) {
        "colour by \($0)"
      },
      Verb.Option("--html", value: "FILE", help: "write a page; - is standard output"),
      Verb.Option(
        "--width", value: "N", in: 20...1000, help: "columns, where the terminal's are not wanted"),
    ],
    examples: [
      ("journal-tool map state", "where the bytes are, in the terminal"),
      ("journal-tool map state --html map.html", "the same as a page, to look around in"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let arguments = invocation.arguments
    let colouring = arguments.choice("--by", of: Colouring.self)
    let width =
      arguments.number("--width").map { Int($0) } ?? TerminalSize.columns(of: .standardOutput)
    let page = arguments.value("--html")
    if page != nil, invocation.isJSON {
      throw arguments.usage("--html and --json are two kinds of output; take one")
    }
    if let page, page != "-" { try invocation.refuseInside(page) }
    let inspector = invocation.inspector
    var bar = ProgressBar("map", on: invocation.console)
    defer { bar.clear() }
    var cellCount = width - 2
    if page != nil {
      let status = try invocation.attempt { () throws(JournalError) in
        try inspector.status(isExact: false)
      }
      cellCount = MapPage.cellCount(
        forFileCount: status.files.count { $0.kind == .segment || $0.kind == .snapshot })
    }
    let map = try invocation.attempt { () throws(JournalError) in
      try inspector.map(cellCount: cellCount) { bar.update($0) }
    }
    var activity: StateActivity?
    if page != nil {
      activity = try invocation.attempt { () throws(JournalError) in
        try inspector.activity(top: 15) { bar.update($0) }
      }
    }
    bar.clear()
    let code = ExitCode(map.worst, isStrict: false)
    if let page, let activity {
      let text = MapPage(
        map, activity, directory: invocation.directory, now: WallClock.now
      ).text
      try OutputFile.write(text, to: page, invocation)
    } else if invocation.isJSON {
      MapJSON.write(map, code, to: invocation.console.output)
    } else {
      MapText(map, colouring: colouring, width: width, console: invocation.console).write()
    }
    if code != .success {
      invocation.console.warning(
        "damaged ranges are in the map; what they mean: \(invocation.command("verify"))")
    }
    return code
  }
}

/// A map for programs: a line for each file, with its cells.
enum MapJSON {
  static func write(_ map: StoreMap, _ code: ExitCode, to output: StandardOutput) {
    for file in map.files {
      var line = JSONLine("file", verb: "map")
      line.add("name", file.info.name)
      line.add("kind", file.info.kind.rawValue)
      line.add("bytes", file.info.byteCount)
      line.add("first_lsn", file.info.first)
      line.add("last_lsn", file.info.last)
      line.add("superseded", file.info.isSuperseded)
      line.add("created_ns", file.createdAt)
      line.add("entry_bytes", file.entryByteCount)
      line.add("live_bytes", file.liveByteCount)
      line.add("cells", file.cells.map(object))
      output.write(line.line)
    }
    for finding in map.findings {
      output.write(FindingOutput.json(finding, verb: "map").line)
    }
    var line = Summary.start("map", code)
    line.add("files", map.files.count)
    line.add("last_lsn", map.status.recovery?.lastSequence)
    line.add("worst", map.worst?.rawValue)
    output.write(line.line)
  }

  private static func object(_ cell: StoreMap.Cell) -> JSONLine {
    var object = JSONLine()
    object.add("offset", cell.offset)
    object.add("bytes", cell.byteCount)
    object.add("content", cell.content.rawValue)
    object.add("entry_bytes", cell.entryByteCount)
    object.add("live_bytes", cell.liveByteCount)
    object.add("commits", cell.commitCount)
    object.add("first_lsn", cell.first)
    object.add("last_lsn", cell.last)
    object.add("first_time_ns", cell.firstTime)
    object.add("last_time_ns", cell.lastTime)
    object.add("source", cell.source)
    return object
  }
}
