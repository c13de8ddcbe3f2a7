/// `tasks`: synced writers with a Swift task each, beside what one sync per round of all writers
/// and what suspending and resuming them allow.
struct TasksCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try settings.writerCounts(default: [1, 64, 256, 1024]).flatMap {
      try measure($0, in: workplace)
    }
  }

  private func measure(_ writerCount: Int, in workplace: Workplace) throws -> [Figure] {
    let name = writerCount == 1 ? "1 task" : "\(writerCount) tasks"
    var race = settings.race(name, rounds: 9, seconds: 0.25)
    let engine = race.add(
      try StoreContender(
        EngineStore.self, shape, in: workplace, writerCount: writerCount, usesTasks: true))
    let limit = try SyncedLimit(
      in: &race, recordByteCount: shape.recordByteCount, writerCount: writerCount, workplace)
    let suspending = race.add(SuspendLoop(taskCount: writerCount))
    let state = race.add(
      try StoreContender(
        StateStore.self, shape, in: workplace, writerCount: writerCount, usesTasks: true))
    let batches = race.add(
      try SQLiteBatches.contender(
        shape, in: workplace, writerCount: writerCount, usesTasks: true))
    let found = try race.run()

    guard let lane = found[engine], let best = limit.best(found)?.lane else { return [] }
    let wanted = [64: 0.6, 256: 0.4][writerCount]
    var rate = Figure(
      name, .perSecond, lane.perSecond,
      goal: writerCount == 1024 ? .atLeast(800_000, target: 3) : nil)
    rate.compare(
      to: "one sync per round of all", best.perSecond,
      goal: wanted.map { .atLeast($0, target: 3) })
    rate.compare(to: "suspending and resuming, nothing else", found[suspending]?.perSecond)
    rate.compare(
      to: "SQLite, commits grouped in front", found[batches]?.perSecond,
      goal: writerCount == 256 ? .atLeast(4, target: 3) : nil)
    let p99 = Figure("\(name), 99th percentile", .microseconds, lane.p99Microseconds)
    let cpu = Figure(
      "\(name), processor per update", .microseconds, lane.cpuMicroseconds)
    guard let state = found[state] else { return [rate, p99, cpu] }
    var upper = Figure("\(name), state level", .perSecond, state.perSecond)
    upper.compare(to: "one sync per round of all", best.perSecond)
    return [rate, p99, cpu, upper]
  }
}
