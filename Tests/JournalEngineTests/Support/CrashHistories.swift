import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Scripted histories. Together they hold every structural event of a store: the first opening,
/// rotation, runs, merges and bases, compaction by the writer and by another process, deletion of
/// what is superseded, clean closing and reopening, and recovery of each kind.
extension CrashScript {
  static let later = JournalOptions.Durability.buffered(interval: .seconds(36_000))

  static func options(
    _ segmentByteCount: Int, durability: JournalOptions.Durability = .synced,
    generations: Int = 1, runs: Int = 2, preallocation: Int = 0
  ) -> JournalOptions {
    var options = JournalOptions.small(segmentByteCount)
    options.durability = durability
    options.retainedGenerationCount = generations
    options.maximumRunCount = runs
    options.preallocationByteCount = preallocation
    return options
  }

  /// Creation, rotation, runs, merges, a base, deletion of what is superseded, removals, a clean
  /// close and another session.
  static let everything = CrashScript(steps: [
    .open(options(400)),
    .put("a/1"), .put("a/2"), .put("b/1"), .put("b/2"), .put("a/3"),
    .compact(isFull: false),
    .commit([.remove("a/1"), .remove("a/2"), .put("b/3", "")], .synced), .put("a/1"), .put("c/1"),
    .compact(isFull: false),
    .commit([.removePrefix("a/"), .put("a/4", "")], .synced), .put("b/1"),
    .compact(isFull: true),
    .put("a/5"), .commit([.removePrefix("b/")], .synced), .put("b/4"),
    .close,
    .open(options(400)),
    .put("c/2"), .compact(isFull: true), .put("c/3"), .close,
  ])

  /// Acknowledged before it is durable, with syncs now and then.
  static let buffered = CrashScript(steps: [
    .open(options(500, durability: later)),
    .put("a/1", later), .put("a/2", later), .sync, .put("b/1", later),
    .put("b/2", later), .put("b/3", later), .put("b/4", later), .put("b/5", .synced),
    .put("a/1", later), .put("a/2", later), .compact(isFull: false), .put("a/3", later),
    .commit([.removePrefix("b/")], later), .put("b/6", later), .close,
    .open(options(500, durability: later)), .put("b/7", later), .put("b/8", later),
  ])

  /// Another process compacts beside the writer, which then compacts itself.
  static let beside = CrashScript(steps: [
    .open(options(400, generations: 0)),
    .put("a/1"), .put("a/2"), .put("b/1"), .put("b/2"), .put("a/3"), .put("a/4"),
    .compact(isFull: false),
    .put("c/1"), .put("c/2"), .compact(isFull: false),
    .compactFromOutside(generations: 0),
    .commit([.removePrefix("a/"), .put("a/9", "")], .synced), .put("b/2"), .put("b/3"),
    .compact(isFull: false),
    .put("d/1"), .put("d/2"), .put("d/3"), .put("d/4"),
    .compactFromOutside(generations: 1),
    .put("d/5"), .close,
    .compactFromOutside(generations: 0),
  ])

  /// Zeros ahead of the records, records of several sectors, and a process that dies.
  static let preallocated = CrashScript(steps: [
    .open(options(3000, preallocation: 16 << 10)),
    .put("a", String(repeating: "a", count: 700)), .put("b"), .put("c"),
    .put("d", String(repeating: "d", count: 1200)), .kill,
    .open(options(3000, preallocation: 16 << 10)),
    .put("e", String(repeating: "e", count: 600)), .put("f"), .put("g"),
    .put("h", String(repeating: "h", count: 900)), .put("i"), .close,
    .open(options(3000, preallocation: 16 << 10)), .put("j"), .close,
  ])

  /// Records copied into a mapped tail, among others that are written and synced, records that reach
  /// past its end, a rotation, and a process that dies.
  static let mapped = CrashScript(steps: [
    .open(options(3000, durability: later, preallocation: 16 << 10)),
    .put("a", later), .put("b", later), .sync, .put("c", later),
    .commit([.put("d", String(repeating: "d", count: 1500))], later), .put("e", .synced),
    .commit([.put("f", String(repeating: "f", count: 1400))], later), .put("g", later),
    .compact(isFull: false), .put("a", later), .put("b", later), .kill,
    .open(options(3000, durability: later, preallocation: 16 << 10)),
    .put("c", later), .commit([.removePrefix("d"), .put("h", "")], later), .put("a", later),
    .close,
  ])

  /// Recovery that cuts a torn tail, and a log that goes on where it was cut.
  static let torn = CrashScript(
    steps: [
      .open(options(400)), .put("a/1"), .put("b/3"), .put("c/1"), .compact(isFull: false),
      .put("c/2"), .kill,
      .open(options(400)), .put("c/3"), .close,
    ],
    start: {
      try prepared([
        .open(options(4000)), .put("a/1"), .put("b/1"), .put("b/2", later), .put("b/3", later),
      ]) {
        system in
        let tail = try #require(system.segmentNames.last)
        try system.replace(tail) { $0.removeLast(5) }
      }
    })

  /// Recovery that removes a segment which never got its header.
  static let headerless = CrashScript(
    steps: [.open(options(400)), .put("a/2"), .put("a/3"), .close],
    start: {
      try prepared([.open(options(4000)), .put("a/1"), .put("b/1")]) { system in
        let next = try system.readState().report.lastSequence.next
        try system.replaceContents(
          of: storePath + "/" + FileName.segment(first: next).text,
          with: Array(repeating: 0, count: 33))
      }
    })

  /// Recovery from the generation before, since the last snapshot is damaged.
  static let fallback = CrashScript(
    steps: [.open(options(400)), .put("a/2"), .compact(isFull: true), .put("a/3"), .close],
    start: {
      try prepared([
        .open(options(400)), .put("a/1"), .put("b/1"), .put("b/2"), .compact(isFull: true),
        .put("c/1"), .put("b/1"), .compact(isFull: true), .put("c/2"),
      ]) { system in
        let newest = try #require(system.snapshotNames.last)
        try system.replace(newest) { $0[$0.count - 20] ^= 0x10 }
      }
    })

  /// A disk on which a process wrote, died, and something happened since that nobody promised to
  /// prevent.
  private static func prepared(
    _ steps: [CrashStep], _ change: (SimulatedFileSystem) throws -> Void
  ) throws -> (SimulatedFileSystem, CrashOracle) {
    let system = SimulatedFileSystem(seed: 1)
    var oracle = CrashOracle()
    try CrashScript(steps: steps).run(on: system, &oracle)
    oracle.acknowledgedCount = oracle.durableCount
    let left = system.afterPowerLoss(.allKept)
    try change(left)
    return (left, oracle)
  }

  static let all: [(name: String, script: CrashScript)] = [
    ("everything", everything), ("buffered", buffered), ("beside", beside),
    ("preallocated", preallocated), ("mapped", mapped), ("torn", torn), ("headerless", headerless),
    ("fallback", fallback),
  ]

  /// The names of all histories, or the one that `JOURNAL_HISTORY` names.
  static let names: [String] = {
    let chosen = TestKnob.text("JOURNAL_HISTORY")
    return all.map(\.name).filter { chosen == nil || chosen == $0 }
  }()

  static func named(_ name: String) throws -> CrashScript {
    try #require(all.first { $0.name == name }?.script)
  }
}
