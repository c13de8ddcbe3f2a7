/// `syncs`: how one record can get to the disk, beside a synced writer of the engine, which does it in
/// one of these ways.
struct SyncsCell: BenchCell {
  private static let ringDepths = [1, 4, 16]

  private let settings: BenchSettings
  private let shape: LoadShape

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    var race = settings.race("syncs", rounds: 9, seconds: 0.3)
    let record = shape.recordByteCount
    let engine = race.add(try StoreContender(EngineStore.self, shape, in: workplace))
    let loops = try SyncedLimit(
      WriteLoop.Kind.synced, in: &race, recordByteCount: record, workplace)
    let rings = try Self.ringDepths.map { depth in
      let number = try race.addIfAvailable {
        try RingLoop(depth: depth, recordByteCount: record, in: workplace)
      }
      return (name: "io_uring, write + fdatasync, \(depth) on their way", number: number)
    }
    let found = try race.run()

    guard let lane = found[engine] else { return [] }
    var rate = Figure("one writer, records of \(record) bytes", .perSecond, lane.perSecond)
    // Where other work keeps the processors busy, it is the steadiest of the three.
    var median = Figure("one writer, median", .microseconds, lane.medianMicroseconds)
    var p99 = Figure("one writer, 99th percentile", .microseconds, lane.p99Microseconds)
    let others =
      loops.all(found) + rings.compactMap { ring in found[ring.number].map { (ring.name, $0) } }
    for (name, other) in others {
      rate.compare(to: name, other.perSecond)
      median.compare(to: name, other.medianMicroseconds)
      p99.compare(to: name, other.p99Microseconds)
    }
    return [rate, median, p99]
  }
}
