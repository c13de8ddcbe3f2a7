import StateJournal
import ToolSupport

/// `cost`: what an update costs at different numbers of streams, beside bare loops. The rounds of all
/// cells are interleaved, so that a noisy machine disturbs them alike.
struct CostBench {
  private static let streamCounts = [10, 10_000, 1_000_000]

  private let parent: String
  private let roundCount: Int
  private let seconds: Double
  private let isJSON: Bool

  init(_ options: BenchOptions) throws {
    parent = options.text("--dir") ?? "."
    roundCount = try options.number("--rounds", default: 5, in: 1...1000)
    seconds = try options.seconds("--seconds", default: 0.5)
    isJSON = options.has("--json")
  }

  func run() throws {
    let workplace = try Workplace(in: parent)
    var result = CostResult(roundCount: roundCount, seconds: seconds)
    for isSynced in [true, false] {
      result.durabilities.append(try measure(isSynced: isSynced, in: workplace))
    }
    try workplace.remove()
    try StandardStream.output.write(isJSON ? try result.json : result.text)
  }

  private func measure(
    isSynced: Bool, in workplace: Workplace
  ) throws -> CostResult.Durability {
    let name = isSynced ? "synced" : "buffered"
    var cells: [(shape: LoadShape, directory: String, store: EngineStore)] = []
    for streamCount in Self.streamCounts {
      StandardStream.note("\(name): filling \(streamCount) streams", by: "journal-bench")
      var shape = LoadShape()
      shape.isSynced = isSynced
      shape.streamCount = streamCount
      let directory = try workplace.directory("\(name)-\(streamCount)")
      let store = try EngineStore(opening: directory, shape: shape)
      try store.fill(streamCount: streamCount)
      try store.compact()
      cells.append((shape, directory, store))
    }
    let raw = try RawWriting(in: workplace.directory("\(name)-raw"), syncs: isSynced)
    var rates = [Rounds](repeating: Rounds(), count: cells.count)
    var phases = cells.map { [[UpdateNumber.filler: $0.shape.streamCount]] }
    var limit = Rounds()
    for round in 1...roundCount {
      StandardStream.note("\(name): round \(round) of \(roundCount)", by: "journal-bench")
      var recordByteCount = 0
      for (index, cell) in cells.enumerated() {
        var run = UpdateRun(streamCount: cell.shape.streamCount)
        run.seconds = seconds
        run.firstWriter = UInt64(round)
        let before = cell.store.written
        let result = try run.run(on: cell.store)
        let after = cell.store.written
        recordByteCount =
          (after.byteCount - before.byteCount) / max(after.commitCount - before.commitCount, 1)
        rates[index].add(result.updatesPerSecond)
        phases[index].append(result.counts)
      }
      limit.add(try raw.run(recordByteCount: recordByteCount, seconds: seconds))
    }
    try workplace.remove("\(name)-raw")
    for (index, cell) in cells.enumerated() {
      try cell.store.close()
      let reopened = try EngineStore(opening: cell.directory, shape: cell.shape)
      try Verification.check(
        reopened, streamCount: cell.shape.streamCount, phases: phases[index])
      try reopened.close()
      try workplace.remove("\(name)-\(cell.shape.streamCount)")
    }
    return CostResult.Durability(
      name: name, streamCounts: Self.streamCounts, rates: rates, limit: limit)
  }
}
