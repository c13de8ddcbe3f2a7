/// `threads`: synced writers with a thread each, beside group commit in C and what one sync per round
/// of all writers allows.
struct ThreadsCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try settings.writerCounts(default: [2, 8, 64, 256]).flatMap { try measure($0, in: workplace) }
  }

  private func measure(_ writerCount: Int, in workplace: Workplace) throws -> [Figure] {
    var race = settings.race("\(writerCount) threads", rounds: 9, seconds: 0.25)
    let engine = race.add(
      try StoreContender(EngineStore.self, shape, in: workplace, writerCount: writerCount))
    let reference = race.add(
      try StoreContender(ReferenceStore.self, shape, in: workplace, writerCount: writerCount))
    let limit = try SyncedLimit(
      in: &race, recordByteCount: shape.recordByteCount, writerCount: writerCount, workplace)
    let sqlite = race.add(
      try SQLiteStore.contender(shape, in: workplace, writerCount: writerCount))
    let batches = race.add(
      try SQLiteBatches.contender(shape, in: workplace, writerCount: writerCount))
    let single =
      writerCount == 2
      ? race.add(try StoreContender(EngineStore.self, shape, in: workplace)) : nil
    let found = try race.run()

    guard let lane = found[engine] else { return [] }
    var rate = Figure("\(writerCount) threads", .perSecond, lane.perSecond)
    rate.compare(
      to: "C reference", found[reference]?.perSecond, goal: .atLeast(1, target: 2))
    rate.compare(
      to: "one sync per round of all", limit.best(found)?.lane.perSecond)
    rate.compare(
      to: "SQLite WAL, FULL", found[sqlite]?.perSecond, goal: .atLeast(1.5, target: 2))
    rate.compare(
      to: "SQLite, commits grouped in front", found[batches]?.perSecond,
      goal: .atLeast(1.5, target: 2))
    if let single = found[single] {
      rate.compare(to: "1 thread", single.perSecond, goal: .atLeast(1.3, target: 2))
    }
    var median = Figure("\(writerCount) threads, median", .microseconds, lane.medianMicroseconds)
    median.compare(to: "C reference", found[reference]?.medianMicroseconds)
    var p99 = Figure("\(writerCount) threads, 99th percentile", .microseconds, lane.p99Microseconds)
    p99.compare(to: "C reference", found[reference]?.p99Microseconds)
    var cpu = Figure(
      "\(writerCount) threads, processor per update", .microseconds,
      lane.cpuMicroseconds)
    cpu.compare(to: "C reference", found[reference]?.cpuMicroseconds)
    return [rate, median, p99, cpu]
  }
}
