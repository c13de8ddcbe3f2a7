import StateJournal
import ToolSupport

/// `open`: what opening costs behind many streams, compacted and with as many updates again in the
/// log.
struct OpenBench {
  private let parent: String
  private let roundCount: Int
  private let streamCount: Int
  private let isJSON: Bool

  init(_ options: BenchOptions) throws {
    parent = options.text("--dir") ?? "."
    roundCount = try options.number("--rounds", default: 7, in: 1...1000)
    streamCount = try options.number("--streams", default: 1_000_000, in: 1...99_999_999)
    isJSON = options.has("--json")
  }

  func run() throws {
    let workplace = try Workplace(in: parent)
    let directory = try workplace.directory("store")
    let load = [
      "--dir": directory, "--engine": "subject:nosync", "--streams": "\(streamCount)",
      "--op": "load", "--nocp": "1",
    ]
    note("loading \(streamCount) streams and compacting them")
    let compacted = try ChildOutput(load.merging(["--distinct": "1", "--compact": "1"]) { $1 })
    var result = OpenResult(streamCount: streamCount, roundCount: roundCount)
    result.cases.append(
      try measure("compacted", compacted, in: directory, size: compacted.number("after_mb")))
    note("updating \(streamCount) times more, then a kill")
    let updated = try ChildOutput(
      load.merging(["--updates": "\(streamCount)", "--kill": "1"]) { $1 })
    result.cases.append(
      try measure("updates in the log", updated, in: directory, size: updated.number("before_mb")))
    try verify(directory)
    try workplace.remove("store")
    try workplace.remove()
    try StandardStream.output.write(isJSON ? try result.json : result.text)
  }

  private func measure(
    _ name: String, _ load: ChildOutput, in directory: String, size: Double
  ) throws -> OpenResult.Case {
    var found = OpenResult.Case(name: name, megabytes: size)
    for round in 1...roundCount {
      note("\(name): opening \(round) of \(roundCount)")
      let opened = try ChildOutput([
        "--dir": directory, "--engine": "subject:nosync", "--op": "recover", "--nocp": "1",
        "--key": load.text("last_key"), "--seq": load.text("last_seq"),
      ])
      found.startToRead.add((try opened.number("t_read_ns") - Double(opened.start)) / 1e6)
      found.opening.add(try opened.number("open_ms"))
      found.resident.add(try opened.number("rss_mb"))
    }
    return found
  }

  private func verify(_ directory: String) throws {
    var shape = LoadShape()
    shape.isSynced = false
    shape.streamCount = streamCount
    shape.compactsByItself = false
    let store = try EngineStore(opening: directory, shape: shape)
    try Verification.check(
      store, streamCount: streamCount,
      phases: [[UpdateNumber.visitor: streamCount], [1: streamCount]])
    try store.close()
  }

  private func note(_ text: String) { StandardStream.note(text, by: "journal-bench") }
}
