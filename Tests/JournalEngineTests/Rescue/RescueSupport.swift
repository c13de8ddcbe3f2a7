import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator

/// A store at rest, every state it ever had, and what each commit changed.
struct WoundedStore {
  let system: SimulatedFileSystem
  /// The state after each commit, by its number; sessions are commits that change nothing.
  private(set) var states: [StoreState] = [[:]]
  private(set) var changes: [[StoreChange]] = [[]]

  /// Writes a history: puts, removals, removals by prefix; compactions where `compactions` says.
  init(
    _ count: Int = 24, _ options: JournalOptions = .small(400), compactions: Set<Int> = [],
    closing: Bool = true
  ) throws {
    system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options)
    for number in 1...count {
      var changes: [StoreChange] = [.put("k\(number % 9)", "v\(number)"), .put("n\(number)", "1")]
      if number % 7 == 0 { changes.append(.remove("n\(number - 3)")) }
      if number % 11 == 0 { changes.append(.removePrefix("k1")) }
      let sequence = try journal.commit(changes)
      while states.count < Int(sequence?.rawValue ?? 0) {
        states.append(states[states.count - 1])
        self.changes.append([])
      }
      var state = states[states.count - 1]
      state.apply(changes)
      states.append(state)
      self.changes.append(changes)
      if compactions.contains(number) { try journal.compact(isFull: true) }
    }
    if closing {
      try journal.close()
      states.append(states[states.count - 1])
      self.changes.append([])
    }
  }

  /// The state if some commits had never happened.
  func state(without lost: Set<Int>) -> StoreState {
    var state: StoreState = [:]
    for (number, changes) in changes.enumerated() where !lost.contains(number) {
      state.apply(changes)
    }
    return state
  }

  /// Every value that a key ever had.
  func hadValue(_ value: String, for key: String) -> Bool {
    states.contains { $0[key] == value }
  }

  /// Where the record of a commit lies.
  func place(ofCommit number: UInt64) throws -> (file: String, range: Range<Int>) {
    for record in try system.walk().records where record.sequence.rawValue == number {
      return (record.file, Int(record.offset)..<(Int(record.offset) + record.byteCount))
    }
    throw Complaint("commit \(number) is not in the log")
  }

  /// Flips a bit of a commit's record.
  func damage(commit number: UInt64) throws {
    let (file, range) = try place(ofCommit: number)
    try system.replace(file) { $0[range.upperBound - 1] ^= 1 }
  }
}

extension SimulatedFileSystem {
  func plan(_ mode: RepairMode) throws(JournalError) -> RepairPlan {
    try Repair(
      JournalReader.openDirectory(storePath, in: self), mode: mode,
      clock: { 1_700_000_000_000_000_000 }
    ).plan
  }

  @discardableResult
  func repair(_ mode: RepairMode) throws(JournalError) -> RepairReport {
    try Repair.run(
      JournalReader.openDirectory(storePath, in: self), mode: mode,
      clock: { 1_700_000_000_000_000_000 })
  }

  @discardableResult
  func undo(_ bundle: String?) throws -> RepairReport {
    try RepairUndo.run(bundle ?? "", in: store, at: 1_700_000_100_000_000_000)
  }

  /// Nothing is wrong any more, and a session goes on behind the last commit.
  func expectSound(after through: LogSequenceNumber?) throws -> StoreState {
    let verification = try verify()
    if let worst = verification.worst, worst > .note {
      throw Complaint("\(verification.findings.filter { $0.severity > .note })")
    }
    let journal = try Journal.open(storePath, in: self, options: .small())
    let state = try journal.state()
    let sequence = try journal.commit([.put("after", "1")])
    if let through, sequence ?? .zero <= through {
      throw Complaint("commit \(through) is followed by \(String(describing: sequence))")
    }
    try journal.close()
    return state
  }
}
