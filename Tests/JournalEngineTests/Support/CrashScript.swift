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
  /// What lies on the disk before, and what had been promised about it.
  var start: @Sendable () throws -> (SimulatedFileSystem, CrashOracle) = {
    (SimulatedFileSystem(seed: 1), CrashOracle())
  }

  /// Runs on a machine until the end or the first error, telling of each change in what is promised.
  func run(
    on system: SimulatedFileSystem, _ oracle: inout CrashOracle,
    promise: (CrashOracle) -> Void = { _ in }
  ) throws(JournalError) {
    var journal: Journal?
    for step in steps {
      switch step {
      case .open(let options):
        journal = nil
        let opened = try system.open(options)
        journal = opened
        try oracle.settle(on: try opened.state())
        // What a buffered opening has found is promised only behind this.
        try opened.sync()
      case .commit(let changes, let durability):
        let stamped = oracle.begin(changes)
        promise(oracle)
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
      promise(oracle)
    }
  }

  /// The script in parts that each begin with an opening.
  var sessions: [[CrashStep]] {
    var sessions: [[CrashStep]] = []
    for step in steps {
      if case .open = step { sessions.append([]) }
      if sessions.isEmpty { sessions.append([]) }
      sessions[sessions.count - 1].append(step)
    }
    return sessions
  }
}

extension CrashOracle {
  /// Takes what an opening found for the truth from here on.
  mutating func settle(on state: StoreState) throws(JournalError) {
    guard let prefix = prefix(of: state, atLeast: acknowledgedCount) else {
      throw JournalError(
        .damage(.missingCommits), file: storePath,
        detail: "no prefix from \(acknowledgedCount) on: \(state)")
    }
    if prefix < states.count - 1 || acknowledgedCount < prefix { restart(from: prefix) }
    becomeDurable()
  }
}
