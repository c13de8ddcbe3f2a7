/// `cost`: what an update costs at different numbers of streams, most of them in a snapshot.
struct CostCell: BenchCell {
  private let settings: BenchSettings
  private let streamCounts: [Int]

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    streamCounts = settings.streamCounts(default: [10, 10_000, 1_000_000])
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try measure(isSynced: true, in: workplace) + measure(isSynced: false, in: workplace)
  }

  private func measure(isSynced: Bool, in workplace: Workplace) throws -> [Figure] {
    let name = isSynced ? "synced" : "buffered"
    var race = settings.race("cost, \(name)", rounds: 5, seconds: 0.5)
    var shape = LoadShape(settings)
    shape.isSynced = isSynced
    let numbers = try streamCounts.map { count in
      shape.streamCount = count
      return race.add(
        try StoreContender(EngineStore.self, shape, in: workplace, compacts: true))
    }
    let limit =
      isSynced
      ? try SyncedLimit(in: &race, recordByteCount: shape.recordByteCount, workplace) : nil
    let write =
      isSynced
      ? nil
      : race.add(
        try WriteLoop(.write, recordByteCount: shape.recordByteCount, in: workplace))
    let found = try race.run()
    let least = streamCounts.min() ?? 0
    let few = zip(streamCounts, numbers).first { $0.0 == least }.flatMap { found[$0.1] }
    return zip(streamCounts, numbers).compactMap { count, number in
      guard let lane = found[number] else { return nil }
      var rate = Figure(
        "\(name), \(TextTable.grouped(Double(count))) streams", .perSecond, lane.perSecond)
      if count > least {
        rate.compare(
          to: "\(TextTable.grouped(Double(least))) streams", few?.perSecond,
          goal: count == 1_000_000 ? .atLeast(isSynced ? 0.95 : 0.5, target: 5) : nil)
      }
      if let best = limit?.best(found) {
        rate.compare(to: "\(best.name) loop", best.lane.perSecond)
      }
      if let write = found[write] { rate.compare(to: "write loop", write.perSecond) }
      return rate
    }
  }
}
