/// `iterate`: all entries in key order, from memory, from a snapshot, from several; beside a bare
/// sequential read of as many bytes and SQLite.
struct IterateCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings, isSynced: false, compactsByItself: false, streams: 1_000_000)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    var race = settings.race("iterate", rounds: 5, seconds: 0.3)
    let recent = try EngineStore(opening: workplace.newDirectory(), shape: shape)
    try recent.fill(streamCount: shape.streamCount)
    let snapshot = try EngineStore(opening: workplace.newDirectory(), shape: shape)
    try snapshot.fill(streamCount: shape.streamCount)
    try snapshot.compact()
    let layered = try LayeredStore.make(workplace.newDirectory(), shape)
    let stores = [
      ("from memory", recent), ("from a snapshot", snapshot),
      ("with \(LayeredStore.runCount) runs on top", layered),
    ]
    let numbers = stores.map { name, store in
      (name, race.add(WorkContender({ try checked(store.walk()) }, finally: store.close)))
    }
    let read = race.add(try SequentialRead(in: workplace))
    var sqlite: Int?
    if SQLiteStore.version != nil {
      let store = try SQLiteStore(opening: workplace.newDirectory(), shape: shape)
      try store.fill(streamCount: shape.streamCount)
      try store.compact()
      sqlite = race.add(WorkContender { try checked(store.walk()) })
    }
    let found = try race.run()
    return numbers.flatMap { name, number -> [Figure] in
      guard let lane = found[number] else { return [] }
      let bytes = lane.perSecond.scaled(by: 1e-6)
      var speed = Figure(
        "\(TextTable.grouped(Double(shape.streamCount))) streams, \(name)", .megabytesPerSecond,
        bytes)
      speed.compare(to: "sequential read", found[read]?.perSecond.scaled(by: 1e-6))
      speed.compare(to: "SQLite", found[sqlite]?.perSecond.scaled(by: 1e-6))
      let entryByteCount = Double(StreamKey.byteCount + shape.valueByteCount)
      return [
        speed,
        Figure("\(name), entries", .perSecond, lane.perSecond.scaled(by: 1 / entryByteCount)),
      ]
    }
  }

  private func checked(_ found: (count: Int, byteCount: Int)) throws -> Int {
    let entryByteCount = StreamKey.byteCount + shape.valueByteCount
    guard found.count == shape.streamCount, found.byteCount == found.count * entryByteCount else {
      throw BenchFailure("a walk found \(found.count) entries instead of \(shape.streamCount)")
    }
    return found.byteCount
  }
}
