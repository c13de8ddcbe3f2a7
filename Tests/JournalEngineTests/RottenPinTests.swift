import FileIO
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

/// A snapshot that a pinned commit needs has a rotten block, and whoever compacts next has not read it.
@Suite("Rot on the way to a pinned commit", .timeLimit(.minutes(30)))
struct RottenPinTests {
  /// In the first block of a snapshot.
  private static let block = 100

  private static var options: JournalOptions {
    var options = JournalOptions.small(300)
    options.pins = RetainedPastTests.pins
    return options
  }

  /// A store with a base, a log behind it, and a pinned commit: the one that the base ends with, or one
  /// in the log. The log before the base is there.
  private struct Store {
    let system = SimulatedFileSystem(seed: 1)
    let base: String
    let pinned: LogSequenceNumber
    let state: StoreState

    init(pinBehindBase: Bool) throws {
      let journal = try system.open(RottenPinTests.options)
      // So large that what comes later is written as runs on top of it, and that pins are looked for in
      // another block than the first.
      for key in "bcdefgh" {
        try journal.commit([.put("\(key)", String(repeating: key, count: 4000))])
      }
      for number in 0..<6 { try journal.commit([.put("a\(number)", "first")]) }
      try journal.compact(isFull: true)
      if pinBehindBase {
        for number in 0..<6 { try journal.commit([.put("a\(number)", "second")]) }
      }
      pinned = journal.lastSequence
      state = try journal.state()
      try journal.commit([.put("pin/a", "\(pinned)")])
      try journal.commit([.put("later", "1")])
      try journal.close()
      base = try #require(system.snapshotNames.first)
    }

    func rot() throws { try system.replace(base) { $0[RottenPinTests.block] ^= 0x40 } }

    func pastState() throws -> StoreState {
      try JournalReader.reading(storePath, in: system, at: pinned) {
        (reader) throws(JournalError) in try reader.view.state()
      }
    }
  }

  enum Compactor: CaseIterable, Sendable {
    case full, runs, outside, besideWriter, pruning

    /// Compacts as a process does that has met nothing yet.
    func compact(_ system: SimulatedFileSystem, round: Int) throws {
      let journal = try system.open(RottenPinTests.options)
      try journal.commit([.put("round", "\(round)"), .put("a1", "round \(round)")])
      switch self {
      case .full: try journal.compact(isFull: true)
      case .runs: try journal.compact()
      case .besideWriter: try outside(system)
      case .outside:
        try journal.close()
        return try outside(system)
      case .pruning:
        var options = RottenPinTests.options
        options.retainedGenerationCount = .max
        try journal.close()
        let keeping = try system.open(options)
        try keeping.compact(isFull: true)
        try keeping.close()
        options.retainedGenerationCount = 1
        let directory = try JournalReader.openDirectory(storePath, in: system)
        let plan = try Pruning.plan(directory, options: options)
        #expect(try Pruning.run(directory, options: options) == plan.map(\.name))
        return
      }
      try journal.close()
    }

    private func outside(_ system: SimulatedFileSystem) throws {
      _ = try LiveCompaction.compact(storePath, in: system, pins: RetainedPastTests.pins)
    }
  }

  @Test(
    "P6: however often and by whomever it is compacted, the state as of a pin can be read",
    arguments: Compactor.allCases, [false, true])
  func kept(by compactor: Compactor, pinBehindBase: Bool) throws {
    let store = try Store(pinBehindBase: pinBehindBase)
    try store.rot()
    for round in 0..<4 {
      try compactor.compact(store.system, round: round)
      #expect(try store.pastState() == store.state, "round \(round)")
    }
    let state = try store.system.readState().state
    #expect(state["round"] == "3" && state["a1"] == "round 3")
    // What was kept for the pin goes with it.
    let count = store.system.storeNames.count
    let journal = try store.system.open(Self.options)
    try journal.commit([.remove("pin/a")])
    for round in 0..<3 {
      try journal.commit([.put("round", "without \(round)")])
      try journal.compact(isFull: true)
    }
    try journal.close()
    #expect(store.system.storeNames.count < count)
    #expect(!store.system.snapshotNames.contains(store.base))
    #expect(throws: JournalError.self) { try store.pastState() }
  }

  @Test("The other way to a pin may lead through runs that hold what the log has lost")
  func bridged() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = Self.options
    options.retainedGenerationCount = 2
    var journal = try system.open(options)
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    try journal.compact(isFull: true)
    var past: [LogSequenceNumber: StoreState] = [:]
    for round in 0..<8 {
      for number in 0..<4 { try journal.commit([.put("a\(number)", "\(round)")]) }
      if round == 6 {
        past[journal.lastSequence] = try journal.state()
        try journal.commit([.put("pin/a", "\(journal.lastSequence)")])
      }
      try journal.compact(isFull: round == 3)
    }
    try journal.close()
    let (pinned, state) = try #require(past.first)
    let bases = system.snapshotNames.filter { $0.hasPrefix("00000000000000000000-") }
    let used = try #require(bases.max())
    try system.replace(used) { $0[Self.block] ^= 0x40 }
    func pastState() throws -> StoreState {
      try JournalReader.reading(storePath, in: system, at: pinned) {
        (reader) throws(JournalError) in try reader.view.state()
      }
    }
    #expect(try pastState() == state)
    options.retainedGenerationCount = 0
    for round in 0..<3 {
      journal = try system.open(options)
      try journal.commit([.put("b", "\(round)")])
      try journal.compact(isFull: true)
      try journal.close()
      #expect(try pastState() == state, "round \(round)")
    }
  }

  @Test(
    "What is found is told, and a damaged snapshot in use is replaced by the previous generation")
  func told() throws {
    let store = try Store(pinBehindBase: false)
    var options = Self.options
    options.retainedGenerationCount = 0
    let found = Mutex<[JournalError]>([])
    options.onEvent = { event in
      if case .snapshotDamaged(let error) = event { found.withLock { $0.append(error) } }
    }
    try store.rot()
    let journal = try store.system.open(options)
    try journal.commit([.put("more", "1")])
    let report = try #require(try journal.compact())
    #expect(report.after > .zero, "a run, which does not read the base")
    #expect(report.damagedSnapshots.map(\.reason) == [.damage(.snapshotBlock)])
    #expect(report.damagedSnapshots.first?.file == storePath + "/" + store.base)
    #expect(found.withLock { $0 } == report.damagedSnapshots)
    #expect(
      try journal.state()
        == store.state.merging(
          ["pin/a": "\(store.pinned)", "later": "1", "more": "1"]) { $1 })
    #expect(try store.pastState() == store.state)
    #expect(found.withLock { $0.count } == 1)
    try journal.close()
  }

  @Test("A snapshot on the way is read once in a process, and never without pins or for nothing")
  func readOnce() throws {
    let store = try Store(pinBehindBase: false)
    let readCount = Mutex(0)
    let files = InterposedFileSystem(store.system) { operation, path in
      if operation == .read, path.hasSuffix(store.base) { readCount.withLock { $0 += 1 } }
    }
    let directory = try JournalReader.openDirectory(storePath, in: files)
    let chain = try #require(try LogLoader.load(directory, for: .reader)).chain
    var options = Self.options
    options.retainedGenerationCount = 0
    func reads(_ pinned: PinnedCommits) throws -> (Int, [FileName]) {
      readCount.withLock { $0 = 0 }
      let names = try Retention.plan(
        directory, chain: chain, without: [], options: options, pinned: pinned
      ).names
      return (readCount.withLock { $0 }, names)
    }
    let (none, superseded) = try reads(PinnedCommits())
    #expect(none == 0 && superseded.count > 2)
    let pinned = PinnedCommits(commits: [store.pinned])
    let (first, names) = try reads(pinned)
    #expect(first > 1 && names == superseded)
    let (second, again) = try reads(pinned)
    // Opening it, to see that it is the same file.
    let opening = 4
    #expect(second <= opening && second < first && again == names)
    // A pin that nothing leads to which would go.
    let early = PinnedCommits(commits: [LogSequenceNumber(1)])
    #expect(try reads(early).0 == 0)
    options.retainedGenerationCount = 1
    #expect(try reads(PinnedCommits(commits: [store.pinned])) == (0, []))
  }

  @Test("Where time is short a snapshot is read in pieces, and until it has been everything stays")
  func inPieces() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = Self.options
    options.retainedGenerationCount = 0
    let journal = try system.open(options)
    for number in 0..<40 {
      try journal.commit([.put("k\(number)", String(repeating: "k", count: 100_000))])
    }
    options.retainedGenerationCount = 1
    _ = try LiveCompaction.compact(storePath, in: system)
    let directory = journal.directory
    let chain = try #require(try LogLoader.load(directory, for: .reader)).chain
    options.retainedGenerationCount = 0
    let removable = try Retention.plan(
      directory, chain: chain, without: [], options: options, pinned: PinnedCommits()
    ).names
    #expect(removable.count > 10)
    let pinned = PinnedCommits(commits: [chain.to], isEnough: { _ in true })
    var rounds = 0
    while rounds < 100 {
      rounds += 1
      let names = try Retention.plan(
        directory, chain: chain, without: [], options: options, pinned: pinned
      ).names
      if names == removable { break }
      #expect(names.isEmpty)
    }
    #expect((3...6).contains(rounds), "\(rounds)")
    // A file that cannot be read is not known to be right.
    let unreadable = InterposedFileSystem(system) { operation, path throws(IOFailure) in
      if operation == .read, path.hasSuffix(".snapshot") {
        throw IOFailure(operation, path: path, code: 5)
      }
    }
    let names = try Retention.plan(
      JournalReader.openDirectory(storePath, in: unreadable), chain: chain, without: [],
      options: options, pinned: PinnedCommits(commits: [chain.to])
    ).names
    #expect(names.isEmpty)
    try journal.close()
  }
}
