import JournalFormat

/// `limits`: what disk, kernel and processor allow.
struct LimitsCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    var race = settings.race("limits", rounds: 5, seconds: 0.2)
    let record = shape.recordByteCount
    let synced = try SyncedLimit(in: &race, recordByteCount: record, workplace)
    let write = race.add(try WriteLoop(.write, recordByteCount: record, in: workplace))
    let copy = race.add(try MappedCopy(recordByteCount: record, in: workplace))
    let read = race.add(try SequentialRead(in: workplace))
    let blocks = race.add(try BlockReads(in: workplace))
    let checksums = [160, 4096, 65_536].map { ($0, race.add(ChecksumLoop(byteCount: $0))) }
    let lookups = try settings.streamCounts(default: [10_000, 1_000_000]).map { count in
      (count, race.add(try TableLookups(streamCount: count, shape, in: workplace)))
    }
    let empty = race.add(EmptyLoop(shape))
    let found = try race.run()
    var figures = synced.all(found).flatMap { name, lane in
      [
        Figure("\(name), \(record) bytes, zero-filled", .perSecond, lane.perSecond),
        Figure("\(name): 99th percentile", .microseconds, lane.p99Microseconds),
      ]
    }
    func add(_ name: String, _ number: Int?, unit: Figure.Unit = .perSecond, scale: Double = 1) {
      guard let lane = found[number] else { return }
      figures.append(Figure(name, unit, lane.perSecond.scaled(by: scale)))
    }
    add("write, \(record) bytes", write)
    add("copy + CRC-32C into a mapping, \(record) bytes", copy)
    add("reading a block of \(SnapshotFormat.blockByteCount) bytes, CRC-32C", blocks)
    for (byteCount, number) in checksums {
      add("CRC-32C of \(byteCount) bytes", number, unit: .megabytesPerSecond, scale: 1e-6)
    }
    add("sequential read, page cache", read, unit: .megabytesPerSecond, scale: 1e-6)
    for (count, number) in lookups {
      add("look-ups in a hash table of \(TextTable.grouped(Double(count))) keys, C", number)
    }
    add("the measuring loop itself", empty)
    return figures
  }
}
