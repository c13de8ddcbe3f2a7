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
    let recent = try make(in: workplace, EngineStore.self)
    let snapshot = try make(in: workplace, EngineStore.self, compacts: true)
    let layered = try LayeredStore.few(workplace.newDirectory(), shape)
    let stores = [
      ("from memory", recent, UpdateNumber.filling),
      ("from a snapshot", snapshot, UpdateNumber.filling),
      (
        "with \(layered.runCount) runs on top", (layered.store, layered.directory),
        layered.expected
      ),
    ]
    let numbers = stores.map { name, place, expected in
      let (store, directory) = place
      func end() throws {
        try store.checkWalk(streamCount: shape.streamCount, expecting: expected)
        try store.close()
        let reopened = try EngineStore(opening: directory, shape: shape)
        try reopened.checkWalk(streamCount: shape.streamCount, expecting: expected)
        try reopened.close()
      }
      return (name, race.add(WorkContender({ try checked(store.walk()) }, finally: end)))
    }
    let read = race.add(try SequentialRead(in: workplace))
    var sqlite: Int?
    if SQLiteStore.version != nil {
      let (store, directory) = try make(in: workplace, SQLiteStore.self, compacts: true)
      func end() throws {
        let reopened = try SQLiteStore(opening: directory, shape: shape)
        try Verification.check(
          reopened, streams: 0..<shape.streamCount, expecting: UpdateNumber.filling)
      }
      sqlite = race.add(WorkContender({ try checked(store.walk()) }, finally: end))
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

  /// A new store with all streams, and where it is.
  private func make<Store: BenchStore>(
    in workplace: Workplace, _: Store.Type, compacts: Bool = false
  ) throws -> (Store, String) {
    let directory = try workplace.newDirectory()
    let store = try Store(opening: directory, shape: shape)
    try store.fill(streamCount: shape.streamCount)
    if compacts { try store.compact() }
    return (store, directory)
  }

  private func checked(_ found: (count: Int, byteCount: Int)) throws -> Int {
    let entryByteCount = StreamKey.byteCount + shape.valueByteCount
    guard found.count == shape.streamCount, found.byteCount == found.count * entryByteCount else {
      throw BenchFailure("a walk found \(found.count) entries instead of \(shape.streamCount)")
    }
    return found.byteCount
  }
}
