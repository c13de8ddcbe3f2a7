import CBench
import JournalEngine

/// `allocations`: blocks of memory asked for per update of an existing key.
struct AllocationsCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape
  private let updateCount: Int

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings, isSynced: false, compactsByItself: false)
    updateCount = settings.updateCount(default: 50_000)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    guard bench_allocations_available() == 1 else {
      return [Figure("engine, buffered, per update", .count, Rounds())]
    }
    return [
      Figure(
        "engine, buffered, per update", .count,
        try count(EngineStore.self, isSynced: false, in: workplace),
        goal: .atMost(1, target: 12)),
      Figure(
        "state, buffered, per update, 4 members", .count,
        try count(StateStore.self, isSynced: false, in: workplace)),
      Figure(
        "engine, synced, per update", .count,
        try count(EngineStore.self, isSynced: true, updates: min(updateCount, 2000), in: workplace)),
      try memoryPerStream(in: workplace),
    ]
  }

  /// Bytes held for each stream that changed since the last snapshot, beyond those of its key and value,
  /// once their order has been asked for.
  private func memoryPerStream(in workplace: Workplace) throws -> Figure {
    var shape = shape
    shape.streamCount = max(shape.streamCount, 100_000)
    let directory = try workplace.newDirectory()
    let store = try EngineStore(opening: directory, shape: shape)
    let before = store.statistics.changesMemoryByteCount
    var access = store.access()
    for index in 0..<UInt64(shape.streamCount) {
      let number = UpdateNumber(writer: UpdateNumber.visitor, index: index)
      try access.update(number.stream(of: shape.streamCount), to: number)
    }
    guard try store.walk().count == shape.streamCount else {
      throw BenchFailure("a walk missed a stream")
    }
    let held = Double(store.statistics.changesMemoryByteCount - before)
    try store.close()
    let reopened = try EngineStore(opening: directory, shape: shape)
    try Verification.check(
      reopened, streamCount: shape.streamCount,
      phases: [[UpdateNumber.visitor: shape.streamCount]])
    try reopened.close()
    try workplace.remove(directory)
    let entryByteCount = Double(StreamKey.byteCount + shape.valueByteCount)
    return Figure(
      "memory per changed stream beyond key and value, bytes", .count,
      Rounds([held / Double(shape.streamCount) - entryByteCount]), goal: .atMost(48))
  }

  private func count<Store: BenchStore>(
    _: Store.Type, isSynced: Bool, updates: Int? = nil, in workplace: Workplace
  ) throws -> Rounds {
    var shape = shape
    shape.isSynced = isSynced
    let updateCount = updates ?? updateCount
    let directory = try workplace.newDirectory()
    let store = try Store(opening: directory, shape: shape)
    try store.fill(streamCount: shape.streamCount)
    var access = store.access()
    var rounds = Rounds()
    var phases: [Verification.Phase] = [[UpdateNumber.filler: shape.streamCount]]
    // The first round grows buffers to the size that they keep.
    for round in 0...settings.roundCount(default: 3) {
      let writer = UInt64(round + 1)
      bench_allocations_begin()
      for index in 0..<UInt64(updateCount) {
        let number = UpdateNumber(writer: writer, index: index)
        try access.update(number.stream(of: shape.streamCount), to: number)
      }
      let count = Double(bench_allocations_end()) / Double(updateCount)
      if round > 0 { rounds.add(count) }
      phases.append([writer: updateCount])
    }
    try store.close()
    let reopened = try Store(opening: directory, shape: shape)
    try Verification.check(reopened, streamCount: shape.streamCount, phases: phases)
    try reopened.close()
    try workplace.remove(directory)
    return rounds
  }
}
