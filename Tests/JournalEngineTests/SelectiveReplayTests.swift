import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Who asks for some keys is answered as if the changes of all had been kept")
struct SelectiveReplayTests {
  /// Nearly every commit becomes a run of its own.
  private static let nothing = ReplayMemory.bounded(byteCount: 1)
  private static let memories = [ReplayMemory.unbounded, nothing]
  private static let prefixes = ["", "a", "a1", "a12", "none"]
  private static let keys = ["a1", "a12", "b27"]

  /// One to three changes over few keys, which begin alike; what is removed by prefix is shorter than,
  /// the same as, or longer than what is asked for.
  private func changes(
    _ number: Int, using generator: inout SeededGenerator
  ) -> [StoreChange] {
    (0...Int.random(in: 0...2, using: &generator)).map { _ in
      let letter = ["a", "b"].randomElement(using: &generator) ?? "a"
      let name = letter + String(Int.random(in: 0..<130, using: &generator) % 37 * 7 / 2)
      return switch Int.random(in: 0..<12, using: &generator) {
      case 0: .removePrefix(String(name.prefix(Int.random(in: 1...4, using: &generator))))
      case 1, 2: .remove(name)
      default: .put(name, "\(number)")
      }
    }
  }

  private func entries(_ view: JournalView, _ prefix: String) throws -> [Entry] {
    let cursor = view.cursor(prefix: Array(prefix.utf8))
    var entries: [Entry] = []
    var entry = Entry()
    while try cursor.next(into: &entry) { entries.append(entry) }
    return entries
  }

  /// Compares what is read of parts, in every kind of memory, with what is read of the whole.
  private func compare(
    _ system: SimulatedFileSystem, at sequence: LogSequenceNumber? = nil, _ place: String
  ) throws {
    let whole = try JournalReader(storePath, in: system, at: sequence, within: .unbounded)
    for memory in Self.memories {
      func part(_ keys: KeySelection) throws -> JournalView {
        let reader = try JournalReader(
          storePath, in: system, at: sequence, keeping: keys, within: memory)
        #expect("\(reader.report)" == "\(whole.report)", "\(place), \(keys), \(memory)")
        return reader.view
      }
      for prefix in Self.prefixes {
        let view = try part(.prefix(Array(prefix.utf8)))
        for longer in [prefix, prefix + "1"] {
          #expect(
            try entries(view, longer) == entries(whole.view, longer),
            "\(place), \(prefix), \(longer), \(memory)")
        }
        let key = Array((prefix + "2").utf8)
        let (found, expected) = (try view.get(key.span), try whole.view.get(key.span))
        #expect(found?.value == expected?.value && found?.sequence == expected?.sequence)
      }
      for key in Self.keys.map({ Array($0.utf8) }) {
        let found = try part(.key(key)).get(key.span)
        let expected = try whole.view.get(key.span)
        #expect(
          found?.value == expected?.value && found?.sequence == expected?.sequence,
          "\(place), \(String(decoding: key, as: UTF8.self)), \(memory)")
      }
    }
    let judged = try JournalReader(storePath, in: system, at: sequence, keeping: .nothing)
    #expect("\(judged.report)" == "\(whole.report)", "\(place)")
  }

  @Test(
    "At every commit, whatever was put, removed, removed by prefix, compacted or spilled",
    arguments: 0..<6 as Range<UInt64>)
  func everyState(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let system = SimulatedFileSystem(seed: seed)
    var options = JournalOptions.small(2000)
    options.retainedGenerationCount = 1000
    let journal = try system.open(options)
    var last = LogSequenceNumber.zero
    for number in 0..<120 {
      last = try #require(try journal.commit(changes(number, using: &generator)))
      if !seed.isMultiple(of: 2), number % 37 == 36 {
        try journal.compact(isFull: number > 70)
      }
    }
    #expect(last > LogSequenceNumber(120))
    for number in stride(from: 7, through: last.rawValue, by: 13) {
      try compare(system, at: LogSequenceNumber(number), "seed \(seed), commit \(number)")
    }
    try compare(system, "seed \(seed)")
  }

  @Test("Where snapshots stand in for log that is lost", arguments: 0..<3 as Range<UInt64>)
  func bridges(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let original = SimulatedFileSystem(seed: seed)
    var options = JournalOptions.small(300)
    options.maximumRunCount = 2
    let journal = try original.open(options)
    // Bases so large that what comes later is written as runs on top of them.
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    var bridgeCount = 0
    for round in 0..<9 {
      for number in 0..<8 { try journal.commit(changes(number, using: &generator)) }
      try journal.compact(isFull: round == 0 || round == 6)
      try journal.commit(changes(round, using: &generator))
      for name in original.snapshotNames {
        let system = original.afterProcessKill()
        try system.replace(name) { $0[20] ^= 0x40 }
        try compare(system, "seed \(seed), round \(round), \(name)")
        let directory = try system.openDirectory(storePath, creating: false)
        let log = try LogLoader.load(directory, for: .reader, within: Self.nothing)
        // Ranges of the store among those of scratch files: snapshots that were taken for runs.
        let listed = try DirectoryListing.read(directory).snapshots
        bridgeCount += log?.spilled.ranges.filter(listed.contains).count ?? 0
      }
    }
    #expect(bridgeCount > 0)
  }

  @Test("What is not asked for takes neither memory nor scratch files")
  func nothingElse() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(1 << 20))
    for number in 0..<40 {
      try journal.commit([
        .put("a\(number)", String(repeating: "x", count: 64 << 10)), .removePrefix("c\(number)"),
      ])
    }
    for number in 0..<3 { try journal.commit([.put("b\(number)", "x"), .remove("b0")]) }
    let directory = try system.openDirectory(storePath, creating: false)
    func load(_ keys: KeySelection) throws -> RecoveredLog {
      try #require(
        try LogLoader.load(
          directory, for: .reader, keeping: keys, within: .bounded(byteCount: 1 << 20)))
    }
    for (keys, count) in [
      (KeySelection.prefix(Array("b".utf8)), 3), (.key(Array("b1".utf8)), 1), (.nothing, 0),
    ] {
      let part = try load(keys)
      #expect(part.spilled.readers.isEmpty && part.table.count == count, "\(keys)")
      #expect(part.table.removedPrefixes.isEmpty, "\(keys)")
    }
    #expect(try !load(.everything).spilled.readers.isEmpty)
  }

  /// Of a store with one key, what is kept of it.
  private static func view(_ keys: KeySelection) throws -> JournalView {
    let system = SimulatedFileSystem(seed: 1)
    try system.open().commit([.put("a1", "x")])
    return try JournalReader(storePath, in: system, keeping: keys).view
  }

  private func expectTrap(_ error: [UInt8]?) {
    let text = String(decoding: error ?? [], as: UTF8.self)
    #expect(text.contains("the view was not made for"), "\(text)")
  }

  @Test("To ask a part of the state for what is not in it is a mistake of the program and traps")
  func outside() async {
    let get = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try SelectiveReplayTests.view(.prefix([0x61])).get([0x62].span)
    }
    expectTrap(get?.standardErrorContent)
    let longer = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try SelectiveReplayTests.view(.key([0x61])).get([0x61, 0x31].span)
    }
    expectTrap(longer?.standardErrorContent)
    let whole = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try SelectiveReplayTests.view(.prefix([0x61])).cursor()
    }
    expectTrap(whole?.standardErrorContent)
    let shorter = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try SelectiveReplayTests.view(.prefix([0x61, 0x31])).cursor(prefix: [0x61])
    }
    expectTrap(shorter?.standardErrorContent)
    let nothing = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try SelectiveReplayTests.view(.nothing).cursor(prefix: [0x61])
    }
    expectTrap(nothing?.standardErrorContent)
  }
}
