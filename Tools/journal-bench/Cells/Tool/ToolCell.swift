import StateJournal
import ToolSupport

/// `tool`: how long journal-tool takes to start, beside a Swift program of one line that was built the
/// same way, how fast it goes through a store, and whether it finds there what was written.
struct ToolCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape
  private let updateCount: Int

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings, isSynced: false, compactsByItself: false, streams: 1_000_000)
    updateCount = settings.updateCount(default: 1_000_000)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    guard let tool = Sibling.path("journal-tool") else {
      throw BenchFailure("journal-tool is not beside this program: swift build -c release")
    }
    return try start(tool) + throughput(tool, in: workplace)
  }

  private func start(_ tool: String) throws -> [Figure] {
    let oneLine = Sibling.path("one-line")
    var (ours, least) = (Rounds(), Rounds())
    for _ in 0..<(settings.roundCount(default: 5) * 8) {
      ours.add(try ProgramRun(tool, ["--version"]).milliseconds)
      if let oneLine { least.add(try ProgramRun(oneLine, []).milliseconds) }
    }
    var figure = Figure("journal-tool --version, start to end", .milliseconds, ours)
    figure.compare(
      to: "a program of one line", oneLine == nil ? nil : least, goal: .atMost(1.5, target: 11))
    return [figure]
  }

  private func throughput(_ tool: String, in workplace: Workplace) throws -> [Figure] {
    let directory = try workplace.newDirectory()
    let load = try ChildOutput([
      "--dir": directory, "--engine": "subject:nosync", "--op": "load", "--nocp": "1",
      "--level": "state", "--streams": "\(shape.streamCount)", "--updates": "\(updateCount)",
      "--value": "\(shape.valueByteCount)",
    ])
    let megabytes = try load.number("before_mb")
    let verbs: [(name: String, arguments: [String], goal: Goal?)] = [
      ("verify, a log", ["verify", directory], .atLeast(1000, target: 11)),
      ("dump --json, a log", ["dump", directory, "--json"], .atLeast(200, target: 11)),
      ("replay --json, a log", ["replay", directory, "--json"], nil),
    ]
    let read = try SequentialRead(in: workplace)
    var speeds = [Rounds](repeating: Rounds(), count: verbs.count)
    var limit = Rounds()
    for round in 1...settings.roundCount(default: 5) {
      StandardStream.note("tool: round \(round)", by: "journal-bench")
      for (index, verb) in verbs.enumerated() {
        let run = try ProgramRun(tool, verb.arguments, isHeard: false)
        speeds[index].add(megabytes * 1000 / run.milliseconds)
      }
      limit.add(try read.run(round: round, seconds: 0.1).perSecond / 1e6)
    }
    try read.finish()
    var answers = ToolAnswers(streamCount: shape.streamCount, updateCount: updateCount)
    try answers.checkLog(tool, directory)
    var figures = zip(verbs, speeds).map { verb, speed in
      var figure = Figure(verb.name, .megabytesPerSecond, speed, goal: verb.goal)
      figure.compare(to: "sequential read", limit)
      return figure
    }
    let store = try StateStore(opening: directory, shape: shape)
    try Verification.check(store, streamCount: shape.streamCount, phases: answers.phases)
    try store.compact()
    try store.close()
    let snapshot =
      Double(
        try StoreDirectory.byteCount(directory) {
          if case .snapshot = $0 { true } else { false }
        }) / 1e6
    var speed = Rounds()
    for _ in 0..<settings.roundCount(default: 5) {
      let run = try ProgramRun(tool, ["replay", directory, "--json"], isHeard: false)
      speed.add(snapshot * 1000 / run.milliseconds)
    }
    figures.append(Figure("replay --json, a snapshot", .megabytesPerSecond, speed))
    try answers.checkState(tool, directory)
    try workplace.remove(directory)
    return figures
  }
}
