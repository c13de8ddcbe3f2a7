import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator

/// One thing that a job does with a store.
enum CrashStep: Sendable {
  case open(JournalOptions)
  /// One commit; acknowledged as durable, or as written.
  case commit([StoreChange], JournalOptions.Durability)
  case sync
  case compact(isFull: Bool)
  /// Another process compacts, beside this one or alone.
  case compactFromOutside(generations: Int)
  case close
  /// The process dies and the next one starts; nothing is lost.
  case kill
}

extension CrashStep {
  /// A commit of small changes under the next number.
  static func put(_ key: String, _ durability: JournalOptions.Durability = .synced) -> CrashStep {
    .commit([.put(key, "")], durability)
  }

  static func put(_ key: String, _ value: String) -> CrashStep {
    .commit([.put(key, value)], .synced)
  }
}

/// What a job has been told, to hold recovery to.
struct CrashOracle: Sendable {
  /// The states after each commit that was begun; the first is the state before all of them.
  var states: [StoreState] = [[:]]
  /// Commits that survive power loss.
  var durableCount = 0
  /// Commits that survive a kill.
  var acknowledgedCount = 0
  /// Tells values written after one crash from those written before.
  var life = 0

  /// The commit's changes as they are written: values name the commit, and a counter goes with
  /// them, so that no two states are equal.
  mutating func begin(_ changes: [StoreChange]) -> [StoreChange] {
    let number = states.count
    // The same length for all, so that a stale record can take the place of a new one.
    let stamp = "\(life + 10).\(number + 1000)"
    let stamped: [StoreChange] =
      changes.map { change in
        if case .put(let key, let value) = change { .put(key, stamp + value) } else { change }
      } + [.put("count", stamp)]
    var state = states[number - 1]
    state.apply(stamped)
    states.append(state)
    return stamped
  }

  /// A commit that was refused and must never be seen again.
  mutating func takeBack() { states.removeLast() }

  mutating func acknowledge(isDurable: Bool) {
    acknowledgedCount = states.count - 1
    if isDurable { durableCount = acknowledgedCount }
  }

  mutating func becomeDurable() { durableCount = acknowledgedCount }

  /// How many commits a recovered state holds; `nil` when it is the state after no prefix, or after
  /// one that is too short.
  func prefix(of state: StoreState, atLeast: Int) -> Int? {
    (atLeast..<states.count).last { states[$0] == state }
  }

  /// Goes on from what recovery found.
  mutating func restart(from count: Int) {
    states.removeLast(states.count - 1 - count)
    acknowledgedCount = count
    durableCount = count
    life += 1
  }
}

/// Carries out a script, with everything in this thread.
struct CrashScript: Sendable {
  var steps: [CrashStep]

  /// Runs on a machine until the end or the first error.
  func run(on system: SimulatedFileSystem, _ oracle: inout CrashOracle) throws(JournalError) {
    var journal: Journal?
    for step in steps {
      switch step {
      case .open(let options):
        journal = try system.open(options)
      case .commit(let changes, let durability):
        let stamped = oracle.begin(changes)
        try journal?.commit(stamped, durability)
        oracle.acknowledge(isDurable: durability.isSynced)
      case .sync:
        try journal?.sync()
        oracle.becomeDurable()
      case .compact(let isFull):
        try journal?.compact(isFull: isFull)
      case .compactFromOutside(let generations):
        _ = try LiveCompaction.compact(
          storePath, in: system, retainedGenerationCount: generations)
      case .close:
        try journal?.close()
        journal = nil
        oracle.becomeDurable()
      case .kill:
        // The journal goes away without closing, and with it its locks.
        journal = nil
      }
    }
  }
}

extension CrashScript {
  private static let later = JournalOptions.Durability.buffered(interval: .seconds(36_000))

  private static func options(
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
    .commit([.remove("a/1"), .put("b/3", "")], .synced), .put("a/1"), .put("c/1"),
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

  static let all: [(name: String, script: CrashScript)] = [
    ("everything", everything), ("buffered", buffered), ("beside", beside),
    ("preallocated", preallocated),
  ]
}
