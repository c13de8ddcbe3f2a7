/// `durable`: one writer whose every update is synced, beside the bare synced loops and SQLite.
struct DurableCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    var race = settings.race("durable", rounds: 15, seconds: 0.2)
    let engine = race.add(try StoreContender(EngineStore.self, shape, in: workplace))
    let limit = try SyncedLimit(
      in: &race, recordByteCount: shape.recordByteCount, workplace)
    let state = race.add(try StoreContender(StateStore.self, shape, in: workplace))
    let reference = race.add(try StoreContender(ReferenceStore.self, shape, in: workplace))
    let sqlite = race.add(try SQLiteStore.contender(shape, in: workplace))
    let found = try race.run()

    var figures: [Figure] = []
    if let lane = found[engine], let best = limit.best(found) {
      var rate = Figure("one writer", .perSecond, lane.perSecond)
      for (name, other) in limit.all(found) {
        let goal = name == best.name ? Goal.atLeast(0.95, target: 1) : nil
        rate.compare(to: "\(name) loop", other.perSecond, goal: goal)
      }
      rate.compare(to: "C reference", found[reference]?.perSecond)
      rate.compare(
        to: "SQLite WAL, FULL", found[sqlite]?.perSecond, goal: .atLeast(1.6, target: 1))
      var median = Figure("one writer, median", .microseconds, lane.medianMicroseconds)
      median.compare(to: "\(best.name) loop", best.lane.medianMicroseconds)
      var p99 = Figure("one writer, 99th percentile", .microseconds, lane.p99Microseconds)
      p99.compare(
        to: "\(best.name) loop", best.lane.p99Microseconds, goal: .atMost(1.2, target: 1))
      figures += [rate, median, p99]
    }
    if let lane = found[state], let best = limit.best(found) {
      var rate = Figure("one writer, state level", .perSecond, lane.perSecond)
      rate.compare(to: "\(best.name) loop", best.lane.perSecond)
      figures.append(rate)
    }
    return figures
  }
}

extension SQLiteStore {
  /// One for a race; nil where the system has no SQLite.
  static func contender(
    _ shape: LoadShape, in workplace: Workplace, writerCount: Int = 1
  ) throws -> StoreContender<SQLiteStore>? {
    guard version != nil else { return nil }
    return try StoreContender(
      SQLiteStore.self, shape, in: workplace, writerCount: writerCount)
  }
}
