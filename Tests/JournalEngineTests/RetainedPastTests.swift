import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@Suite("The past that stays within reach")
struct RetainedPastTests {
  /// Keys that begin with "pin/" name the commit that their value says.
  static let pins = CommitPins(prefix: Array("pin/".utf8)) { entry in
    UInt64(String(decoding: entry.value, as: UTF8.self)).map { LogSequenceNumber($0) }
  }

  private static var options: JournalOptions {
    var options = JournalOptions.small(300)
    options.pins = pins
    return options
  }

  private static func state(
    _ system: SimulatedFileSystem, at number: UInt64
  ) throws(JournalError) -> StoreState {
    try JournalReader(storePath, in: system, at: LogSequenceNumber(number)).view.state()
  }

  /// The states after every commit that can still be read.
  private static func reach(_ system: SimulatedFileSystem, _ last: UInt64) -> [UInt64] {
    (1...last).filter { (try? state(system, at: $0)) != nil }
  }

  @Test(
    "However often it is compacted, by the writer or beside it, a pinned commit can be read",
    arguments: [false, true], [0, 1])
  func pinned(isBeside: Bool, generations: Int) throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = Self.options
    options.retainedGenerationCount = generations
    let journal = try system.open(options)
    var past: [UInt64: StoreState] = [:]
    func compact(_ round: Int) throws {
      if isBeside {
        _ = try LiveCompaction.compact(
          storePath, in: system, retainedGenerationCount: generations, pins: Self.pins)
      } else {
        try journal.compact(isFull: round % 2 == 0)
      }
    }
    for round in 0..<12 {
      for number in 0..<5 { try journal.commit([.put("k\(number)", "\(round)")]) }
      if round % 3 == 1 {
        let last = journal.lastSequence.rawValue
        past[last] = try Self.state(system, at: last)
        try journal.commit([.put("pin/\(round)", "\(last)")])
      }
      try compact(round)
      for (number, state) in past { #expect(try Self.state(system, at: number) == state) }
    }
    #expect(past.count == 4)
    #expect(try system.verify().findings.isEmpty)
    let namesBefore = system.storeNames.count
    for round in [1, 4, 7, 10] { try journal.commit([.remove("pin/\(round)")]) }
    for round in 0..<3 {
      try journal.commit([.put("k0", "later \(round)")])
      try compact(0)
    }
    #expect(system.storeNames.count < namesBefore)
    #expect(
      past.keys.allSatisfy { (try? Self.state(system, at: $0)) == nil },
      "what nothing pins any more has gone")
    #expect(try system.verify().findings.isEmpty)
  }

  @Test(
    "P6: a snapshot that cannot be opened this time is no reason to remove the past that rests on it",
    arguments: [RetainedHistory.duration(.seconds(300)), .bytes(1 << 20)])
  func passingFailure(history: RetainedHistory) throws {
    let original = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    func write(_ rounds: Range<Int>, _ options: JournalOptions) throws -> UInt64 {
      let journal = try original.open(options)
      for round in rounds {
        for number in 0..<5 { try journal.commit([.put("k\(number)", "\(round)")]) }
        try journal.compact(isFull: true)
      }
      try journal.close()
      return journal.lastSequence.rawValue
    }
    // The log that the oldest base was made of has gone, so what is retained rests on it.
    options.retainedGenerationCount = 0
    _ = try write(0..<3, options)
    options.retainedHistory = history
    options.retainedGenerationCount = 1
    let last = try write(3..<6, options)
    let before = Self.reach(original, last)
    #expect(before.count > 10)
    for name in original.snapshotNames {
      let system = original.afterProcessKill()
      let isArmed = Shared(false)
      let files = InterposedFileSystem(system) { operation, path throws(IOFailure) in
        guard operation == .open, path.hasSuffix(name), isArmed.withLock({ $0 }) else { return }
        throw IOFailure(.open, path: path, code: 24)
      }
      let journal = try Journal.open(storePath, in: files, options: options)
      try journal.commit([.put("k0", "more")])
      isArmed.withLock { $0 = true }
      _ = try? journal.compact(isFull: true)
      isArmed.withLock { $0 = false }
      try journal.close()
      #expect(Self.reach(system, last) == before, "without \(name) for once")
    }
  }

  @Test("Pins that are acknowledged after the durable part of the log count beside the writer")
  func pinNotKnownDurable() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = Self.options
    options.retainedGenerationCount = 0
    let journal = try system.open(options)
    for number in 0..<10 { try journal.commit([.put("k", "\(number)")]) }
    let state = try Self.state(system, at: 5)
    // The last commit: no record behind it says that it is durable.
    try journal.commit([.put("pin/a", "5")])
    _ = try LiveCompaction.compact(
      storePath, in: system, retainedGenerationCount: 0, pins: Self.pins)
    #expect(try Self.state(system, at: 5) == state)
    // And its removal counts when that is durable.
    try journal.commit([.remove("pin/a")])
    _ = try LiveCompaction.compact(
      storePath, in: system, retainedGenerationCount: 0, pins: Self.pins)
    #expect(try Self.state(system, at: 5) == state)
    try journal.commit([.put("k", "x")])
    try journal.commit([.put("k", "y")])
    _ = try LiveCompaction.compact(
      storePath, in: system, retainedGenerationCount: 0, pins: Self.pins)
    #expect((try? Self.state(system, at: 5)) == nil)
  }

  @Test("Power lost at any operation of a compaction leaves every pinned commit")
  func crash() throws {
    func prepare() throws -> (SimulatedFileSystem, Journal) {
      let system = SimulatedFileSystem(seed: 2)
      var options = Self.options
      options.retainedGenerationCount = 0
      let journal = try system.open(options)
      for number in 0..<8 { try journal.commit([.put("k\(number % 3)", "\(number)")]) }
      try journal.commit([.put("pin/a", "6")])
      for number in 0..<8 { try journal.commit([.put("k\(number % 3)", "x\(number)")]) }
      return (system, journal)
    }
    let (whole, first) = try prepare()
    let state = try Self.state(whole, at: 6)
    let before = whole.operations.count
    try first.compact(isFull: true)
    let count = whole.operations.count - before
    #expect(count > 20)
    for stop in 0..<count {
      let (system, journal) = try prepare()
      let left = Mutex(stop)
      let mortal = InterposedFileSystem(system) { operation, path throws(IOFailure) in
        let isAlive = left.withLock { left in
          left -= 1
          return left >= 0
        }
        if !isAlive { throw IOFailure(operation, path: path, code: 5) }
      }
      _ = try? LiveCompaction.compact(
        storePath, in: mortal, retainedGenerationCount: 0, pins: Self.pins)
      for pattern in [LossPattern.allLost, .namesLost, .random(seed: UInt64(stop))] {
        let found = try Self.state(system.afterPowerLoss(pattern), at: 6)
        #expect(found == state, "after \(stop) operations, \(pattern)")
      }
      withExtendedLifetime(journal) {}
    }
  }

  @Test("Power lost behind a compaction never brings back a pin whose files it has removed")
  func removalOfPin() throws {
    let system = SimulatedFileSystem(seed: 1)
    let files = HookedFileSystem(system)
    var options = Self.options
    options.retainedGenerationCount = 0
    options.durability = .buffered(interval: .seconds(36_000))
    let journal = try Journal.open(storePath, in: files, options: options)
    for number in 0..<12 { try journal.commit([.put("k\(number % 3)", "\(number)")]) }
    try journal.commit([.put("pin/a", "6")])
    try journal.sync()
    #expect(try Self.state(system, at: 6).count == 3)
    // When a snapshot is written, the log before has been set aside and is durable; nothing but the
    // page cache has what comes then.
    files.duringNextSnapshot { _ = try? journal.commit([.remove("pin/a")]) }
    try journal.compact(isFull: true)
    #expect(throws: JournalError.self) { try Self.state(system, at: 6) }
    for pattern in LossPattern.fixed {
      let after = system.afterPowerLoss(pattern)
      for (key, value) in try after.readState().state where key.hasPrefix("pin/") {
        let commit = try #require(UInt64(value))
        #expect(throws: Never.self, "\(pattern)") { try Self.state(after, at: commit) }
      }
    }
  }

  @Test("A retained duration keeps every state since then, and lets go what is older")
  func duration() throws {
    let system = SimulatedFileSystem(seed: 1)
    let time = Atomic(Int64(1_000_000_000_000))
    var options = JournalOptions.small(300)
    options.clock = { time.load(ordering: .relaxed) }
    options.retainedHistory = .duration(.seconds(60))
    let journal = try system.open(options)
    var madeAt: [UInt64: Int64] = [:]
    for number in 1...60 {
      time.add(5_000_000_000, ordering: .relaxed)
      try journal.commit([.put("k\(number % 4)", "\(number)")])
      madeAt[journal.lastSequence.rawValue] = time.load(ordering: .relaxed)
      if number % 5 == 0 { try journal.compact(isFull: true) }
    }
    let last = journal.lastSequence.rawValue
    let reach = Set(Self.reach(system, last))
    let young = madeAt.filter { $0.value >= time.load(ordering: .relaxed) - 60_000_000_000 }.keys
    #expect(young.count == 13)
    #expect(reach.isSuperset(of: young))
    // The state at the limit itself is that of a commit before it.
    let limit = try #require(young.min())
    #expect(reach.contains(limit - 1))
    #expect((1...(last / 2)).allSatisfy { !reach.contains($0) }, "\(reach.sorted())")
    #expect(try system.verify().findings.isEmpty)
  }

  @Test("Retained bytes keep the newest past that fits", arguments: [0, 1_500, 1 << 30] as [Int64])
  func bytes(limit: Int64) throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.retainedGenerationCount = 0
    options.retainedHistory = .bytes(limit)
    let journal = try system.open(options)
    for number in 1...60 {
      try journal.commit([.put("k\(number % 4)", "\(number)")])
      if number % 10 == 0 { try journal.compact(isFull: true) }
    }
    let status = try StatusReader.read(
      JournalReader.openDirectory(storePath, in: system))
    let last = journal.lastSequence.rawValue
    let reach = Self.reach(system, last)
    // No gap: it is the newest past.
    #expect(reach == Array((last - UInt64(reach.count) + 1)...last))
    switch limit {
    case 0: #expect(status.supersededByteCount == 0)
    case 1 << 30: #expect(reach.count == Int(last))
    default:
      #expect(1...limit ~= status.supersededByteCount, "\(status.supersededByteCount)")
      #expect(reach.count > 5 && reach.count < Int(last))
    }
  }

  @Test("Pruning removes what a compaction would, and the plan says what")
  func prune() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = Self.options
    options.retainedGenerationCount = .max
    let journal = try system.open(options)
    for number in 1...30 {
      try journal.commit([.put("k\(number % 4)", "\(number)")])
      if number == 10 { try journal.commit([.put("pin/a", "7")]) }
      if number % 10 == 0 { try journal.compact(isFull: true) }
    }
    let pinned = try Self.state(system, at: 7)
    let directory = try JournalReader.openDirectory(storePath, in: system)
    options.retainedGenerationCount = 1
    let before = Set(system.storeNames)
    let plan = try Pruning.plan(directory, options: options)
    #expect(Set(system.storeNames) == before)
    #expect(plan.count > 2 && plan.allSatisfy { $0.byteCount > 0 })
    #expect(try Pruning.run(directory, options: options) == plan.map(\.name))
    #expect(Set(system.storeNames) == before.subtracting(plan.map(\.name)))
    #expect(try Pruning.run(directory, options: options).isEmpty)
    #expect(try Self.state(system, at: 7) == pinned)
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    #expect {
      try Pruning.run(directory, options: options)
    } throws: { error in
      if case .locked = (error as? JournalError)?.reason { true } else { false }
    }
    lock.release()
    withExtendedLifetime(journal) {}
  }
}
