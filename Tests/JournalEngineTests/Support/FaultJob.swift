import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator

/// A job that does not give up at an error, and writes down what it was told and what was wrong
/// with that.
struct FaultJob {
  let system: SimulatedFileSystem
  var oracle: CrashOracle
  private(set) var journal: Journal?
  /// The first error that only reopening clears.
  private(set) var poison: JournalError?
  /// Commits of which only recovery knows whether they happened; none follows.
  private var hasUnknownCommit = false
  private(set) var errors: [JournalError] = []
  private(set) var complaints: [String] = []

  init(system: SimulatedFileSystem, oracle: CrashOracle) {
    self.system = system
    self.oracle = oracle
  }

  mutating func run(_ step: CrashStep) {
    do throws(JournalError) {
      switch step {
      case .open(let options): try open(options)
      case .commit(let changes, let durability): try commit(changes, durability)
      case .sync:
        try journal?.sync()
        oracle.becomeDurable()
      case .compact(let isFull): try journal?.compact(isFull: isFull)
      case .compactFromOutside(let generations):
        _ = try LiveCompaction.compact(
          storePath, in: system, retainedGenerationCount: generations)
      case .close:
        let open = journal
        journal = nil
        try open?.close()
        if poison == nil { oracle.becomeDurable() }
      case .kill: journal = nil
      }
    } catch {
      note(error)
    }
  }

  /// One more commit, which must succeed unless a failed sync stands against it.
  mutating func expectToGoOn() {
    guard journal != nil else { return }
    let before = errors.count
    run(.put("z/last"))
    if poison == nil, errors.count > before {
      complaints.append("the same handle does not go on: \(errors[errors.count - 1])")
    }
  }

  private mutating func open(_ options: JournalOptions) throws(JournalError) {
    journal = nil
    do {
      journal = try system.open(options)
    } catch {
      // What fails once succeeds when it is tried again.
      note(error)
      journal = try system.open(options)
    }
    poison = nil
    guard let journal else { return }
    let state = try journal.state()
    guard let prefix = oracle.prefix(of: state, atLeast: oracle.durableCount) else {
      complaints.append("no prefix from \(oracle.durableCount) on: \(state)")
      return
    }
    let durableCount = min(oracle.durableCount, prefix)
    oracle.restart(from: prefix)
    hasUnknownCommit = false
    guard !options.durability.isSynced else { return }
    // What a buffered opening has found is promised only behind this.
    oracle.durableCount = durableCount
    try journal.sync()
    oracle.becomeDurable()
  }

  private mutating func commit(
    _ changes: [StoreChange], _ durability: JournalOptions.Durability
  ) throws(JournalError) {
    guard let journal else { return }
    if let poison {
      expectRefusal(of: changes, durability, because: poison)
      return
    }
    let stamped = oracle.begin(changes)
    do {
      try journal.commit(stamped, durability)
      oracle.acknowledge(isDurable: durability.isSynced)
    } catch {
      if case .poisoned = error.reason {} else { oracle.takeBack() }
      throw error
    }
  }

  /// After a failed sync nothing is acknowledged any more, and the reason stays the same.
  private mutating func expectRefusal(
    of changes: [StoreChange], _ durability: JournalOptions.Durability, because poison: JournalError
  ) {
    do throws(JournalError) {
      try journal?.commit(changes, durability)
      complaints.append("acknowledged after \(poison)")
    } catch {
      if error.reason != poison.reason { complaints.append("\(poison), and then \(error)") }
    }
  }

  private mutating func note(_ error: JournalError) {
    errors.append(error)
    if case .poisoned = error.reason { poison = poison ?? error }
    if case .damage = error.reason { complaints.append("\(error)") }
    if case .locked = error.reason { complaints.append("\(error)") }
    checkReads()
  }

  /// Reads go on whatever failed, and show what was acknowledged.
  mutating func checkReads() {
    guard let journal else { return }
    do throws(JournalError) {
      let state = try journal.state()
      let expected = oracle.states[oracle.acknowledgedCount]
      if state != expected { complaints.append("reads give \(state) instead of \(expected)") }
    } catch {
      complaints.append("reads fail: \(error)")
    }
  }
}
