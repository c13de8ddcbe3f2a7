import JournalFormat
import StateJournal

/// `space`: bytes on disk per byte of keys and values, in the log and after compaction.
struct SpaceCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape
  private let streamCounts: [Int]

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings, isSynced: false, compactsByItself: false)
    streamCounts = settings.streamCounts(default: [10_000, 1_000_000])
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try streamCounts.flatMap { try measure($0, in: workplace) }
  }

  private func measure(_ streamCount: Int, in workplace: Workplace) throws -> [Figure] {
    let updateCount = settings.updateCount(default: max(streamCount, 200_000))
    var shape = shape
    shape.streamCount = streamCount
    let directory = try workplace.newDirectory()
    var store = try EngineStore(opening: directory, shape: shape)
    var access = store.access()
    // Each stream once, then at random.
    let visitCount = min(updateCount, streamCount)
    var phases: [Verification.Phase] = [
      [UpdateNumber.visitor: visitCount], [1: updateCount - visitCount],
    ]
    for (writer, count) in phases.joined() {
      for index in 0..<UInt64(count) {
        let number = UpdateNumber(writer: writer, index: index)
        try access.update(number.stream(of: streamCount), to: number)
      }
    }
    // Closing gives back the space that was taken ahead of need.
    try store.close()
    let entryByteCount = Double(StreamKey.byteCount + shape.valueByteCount)
    let liveByteCount = entryByteCount * Double(min(streamCount, updateCount))
    let name = "\(TextTable.grouped(Double(streamCount))) streams"
    let log = try StoreDirectory.byteCount(directory) {
      if case .segment = $0 { true } else { false }
    }
    store = try EngineStore(opening: directory, shape: shape)
    try Verification.check(store, streamCount: streamCount, phases: phases)
    let before = try store.walk()
    try store.compact()
    let snapshot = try StoreDirectory.byteCount(directory) {
      if case .snapshot = $0 { true } else { false }
    }
    let retained = try StoreDirectory.byteCount(directory) { _ in true }
    guard try store.walk() == before, before.byteCount == Int(liveByteCount) else {
      throw BenchFailure("a compaction changed the state")
    }
    // What a compaction supersedes goes with the next one.
    for round in 0..<2 as Range<UInt64> {
      let number = UpdateNumber(writer: 2, index: round)
      try store.put([(number.stream(of: streamCount), number)])
      try store.compact()
    }
    let twoGenerations = try StoreDirectory.byteCount(directory) { _ in true }
    try store.close()
    phases.append([2: 2])
    store = try EngineStore(opening: directory, shape: shape)
    try Verification.check(store, streamCount: streamCount, phases: phases)
    try store.close()
    try workplace.remove(directory)
    return [
      Figure(
        "\(name), log per byte of \(TextTable.grouped(Double(updateCount))) updates", .ratio,
        Rounds([Double(log) / (entryByteCount * Double(updateCount))]),
        goal: .atMost(1.35, target: 10)),
      Figure(
        "\(name), snapshot per live byte", .ratio, Rounds([Double(snapshot) / liveByteCount]),
        goal: .atMost(1.15, target: 10)),
      Figure(
        "\(name), directory after that, per live byte", .ratio,
        Rounds([Double(retained) / liveByteCount])),
      Figure(
        "\(name), directory with two generations of snapshots", .ratio,
        Rounds([Double(twoGenerations) / liveByteCount])),
    ]
  }
}
