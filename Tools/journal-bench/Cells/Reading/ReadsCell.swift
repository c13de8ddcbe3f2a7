/// `reads`: point reads from memory and from snapshots, beside a hash table in C, bare reads
/// of blocks and SQLite.
struct ReadsCell: BenchCell {
  /// Keys beside each other whose blocks fit into the cache of a snapshot.
  private static let hotStreams = 1000..<6000

  private let settings: BenchSettings
  private let shape: LoadShape
  private let fewStreams: Int
  private let manyStreams: Int

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings, isSynced: false, compactsByItself: false)
    let counts = settings.streamCounts(default: [10_000, 1_000_000])
    (fewStreams, manyStreams) = (counts.min() ?? 0, max(counts.max() ?? 0, 10_000))
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try recent(fewStreams, goal: .atLeast(4_000_000, target: 8), in: workplace)
      + recent(manyStreams, goal: .atLeast(1_200_000, target: 8), in: workplace)
      + snapshots(in: workplace)
  }

  private func race(_ name: String) -> Race {
    settings.race("reads, \(name)", rounds: 7, seconds: 0.3)
  }

  private func sqlite(_ count: Int, in workplace: Workplace) throws -> ReadContender<SQLiteStore>? {
    guard SQLiteStore.version != nil else { return nil }
    let directory = try workplace.newDirectory()
    let store = try SQLiteStore(opening: directory, shape: shape)
    try store.fill(streamCount: count)
    try store.compact()
    // One transaction around all reads spares it the locks of each.
    try store.begin()
    return ReadContender(store, in: directory, shape, streams: 0..<count)
  }

  private func recent(_ count: Int, goal: Goal, in workplace: Workplace) throws -> [Figure] {
    let name = "recent, \(TextTable.grouped(Double(count))) streams"
    var race = race(name)
    let directory = try workplace.newDirectory()
    let store = try EngineStore(opening: directory, shape: shape)
    try store.fill(streamCount: count)
    let engine = race.add(ReadContender(store, in: directory, shape, streams: 0..<count))
    let table = race.add(try TableLookups(streamCount: count, shape, in: workplace))
    let sqlite = race.add(try sqlite(count, in: workplace))
    let found = try race.run()
    guard let lane = found[engine] else { return [] }
    var rate = Figure(name, .perSecond, lane.perSecond, goal: goal)
    rate.compare(to: "hash table, C", found[table]?.perSecond)
    rate.compare(to: "SQLite, one transaction", found[sqlite]?.perSecond)
    var cpu = Figure("\(name), processor per read", .microseconds, lane.cpuMicroseconds)
    cpu.compare(to: "hash table, C", found[table]?.cpuMicroseconds)
    cpu.compare(to: "SQLite, one transaction", found[sqlite]?.cpuMicroseconds)
    return [rate, cpu]
  }

  private func snapshots(in workplace: Workplace) throws -> [Figure] {
    var race = race("snapshots")
    let directory = try workplace.newDirectory()
    let store = try EngineStore(opening: directory, shape: shape)
    try store.fill(streamCount: manyStreams)
    try store.compact()
    var layeredShape = shape
    layeredShape.streamCount = manyStreams
    let layered = [
      try LayeredStore.few(workplace.newDirectory(), layeredShape),
      try LayeredStore.many(workplace.newDirectory(), layeredShape),
    ]
    let all = 0..<manyStreams
    let cached = race.add(
      ReadContender(store, in: directory, shape, streams: Self.hotStreams))
    let uncached = race.add(ReadContender(store, in: directory, shape, streams: all))
    let runs = layered.map { layered in
      race.add(
        ReadContender(
          layered.store, in: layered.directory, layeredShape, streams: all,
          expecting: layered.expected))
    }
    let blocks = race.add(try BlockReads(in: workplace))
    let sqlite = race.add(try sqlite(manyStreams, in: workplace))
    let found = try race.run()

    guard let cached = found[cached], let uncached = found[uncached] else { return [] }
    let name = "\(TextTable.grouped(Double(manyStreams))) streams in a snapshot"
    let hot = Figure(
      "\(name), cached blocks", .perSecond, cached.perSecond,
      goal: .atLeast(1_000_000, target: 8))
    var cold = Figure(
      "\(name), uncached blocks", .perSecond, uncached.perSecond,
      goal: .atLeast(200_000, target: 8))
    cold.compare(to: "reading a block, CRC-32C", found[blocks]?.perSecond)
    cold.compare(to: "SQLite, one transaction", found[sqlite]?.perSecond)
    let several = zip(layered, runs).compactMap { layered, runs -> Figure? in
      guard let lane = found[runs] else { return nil }
      var figure = Figure(
        "the same with \(layered.runCount) runs on top", .perSecond, lane.perSecond)
      figure.compare(to: "one snapshot", uncached.perSecond, goal: .atLeast(0.7, target: 8))
      return figure
    }
    return [hot, cold] + several
  }
}
