/// `buffered`: writers that wait for no sync, beside a bare loop of `write`, a copy into a mapping,
/// and SQLite.
struct BufferedCell: BenchCell {
  private let settings: BenchSettings
  private let shapes: [LoadShape]

  init(_ settings: BenchSettings) throws {
    let valueByteCounts =
      settings.valueByteCount == 100 ? [100, 1000] : [settings.valueByteCount]
    shapes = valueByteCounts.map { byteCount in
      var shape = LoadShape(settings, isSynced: false)
      shape.valueByteCount = byteCount
      return shape
    }
    self.settings = settings
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try shapes.flatMap { shape in
      var figures = try measure(shape, in: workplace)
      for count in settings.writerCounts(default: [1, 2, 8]) where count > 1 {
        figures += try measure(shape, writerCount: count, in: workplace)
      }
      return figures
    }
  }

  private func measure(_ shape: LoadShape, in workplace: Workplace) throws -> [Figure] {
    let name = "\(shape.valueByteCount) bytes"
    var race = settings.race("buffered, \(name)", rounds: 7, seconds: 0.4)
    let record = shape.recordByteCount
    let engine = race.add(try StoreContender(EngineStore.self, shape, in: workplace))
    let state = race.add(try StoreContender(StateStore.self, shape, in: workplace))
    let write = race.add(try WriteLoop(.write, recordByteCount: record, in: workplace))
    let copy = race.add(try MappedCopy(recordByteCount: record, in: workplace))
    let empty = race.add(EmptyLoop(shape))
    let reference = race.add(try StoreContender(ReferenceStore.self, shape, in: workplace))
    let sqlite = race.add(try SQLiteStore.contender(shape, in: workplace))
    let found = try race.run()

    guard let engine = found[engine], let state = found[state] else { return [] }
    let isUsual = shape.valueByteCount == 100
    var rate = Figure(
      "engine, \(name)", .perSecond, engine.perSecond,
      goal: isUsual ? .atLeast(2_500_000, target: 4) : nil)
    rate.compare(
      to: "write loop", found[write]?.perSecond, goal: isUsual ? .atLeast(3, target: 4) : nil)
    rate.compare(to: "copy + CRC-32C into a mapping", found[copy]?.perSecond)
    rate.compare(to: "the measuring loop itself", found[empty]?.perSecond)
    rate.compare(to: "C reference", found[reference]?.perSecond)
    rate.compare(
      to: "SQLite WAL, NORMAL", found[sqlite]?.perSecond,
      goal: isUsual ? .atLeast(4, target: 4) : nil)
    let payload = Figure(
      "engine, \(name), keys and values", .megabytesPerSecond,
      engine.perSecond.scaled(by: Double(StreamKey.byteCount + shape.valueByteCount) / 1e6),
      goal: shape.valueByteCount == 1000 ? .atLeast(1000, target: 4) : nil)
    let p99 = Figure("engine, \(name), 99th percentile", .microseconds, engine.p99Microseconds)
    // On a machine that others use as well, this ratio is the steadier one.
    var cpu = Figure(
      "engine, \(name), processor per update", .microseconds, engine.cpuMicroseconds)
    cpu.compare(to: "write loop", found[write]?.cpuMicroseconds)
    cpu.compare(to: "SQLite WAL, NORMAL", found[sqlite]?.cpuMicroseconds)
    var upper = Figure(
      "state, \(name), 4 members", .perSecond, state.perSecond,
      goal: isUsual ? .atLeast(1_000_000, target: 4) : nil)
    upper.compare(to: "write loop", found[write]?.perSecond)
    upper.compare(to: "SQLite WAL, NORMAL", found[sqlite]?.perSecond)
    return [rate, payload, p99, cpu, upper]
  }

  private func measure(
    _ shape: LoadShape, writerCount: Int, in workplace: Workplace
  ) throws -> [Figure] {
    let name = "\(writerCount) threads, \(shape.valueByteCount) bytes"
    var race = settings.race("buffered, \(name)", rounds: 7, seconds: 0.4)
    let engine = race.add(
      try StoreContender(EngineStore.self, shape, in: workplace, writerCount: writerCount))
    let reference = race.add(
      try StoreContender(ReferenceStore.self, shape, in: workplace, writerCount: writerCount))
    let single = race.add(try StoreContender(EngineStore.self, shape, in: workplace))
    let found = try race.run()
    guard let lane = found[engine] else { return [] }
    var rate = Figure("engine, \(name)", .perSecond, lane.perSecond)
    rate.compare(to: "1 thread", found[single]?.perSecond)
    rate.compare(to: "C reference", found[reference]?.perSecond)
    return [rate]
  }
}
