import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Buffered commits on the short way", .timeLimit(.minutes(30)))
struct AloneTests {
  /// Buffered, with a mapped tail.
  private func options(segment: Int = 1 << 20) -> JournalOptions {
    var options = JournalOptions.small(segment)
    options.durability = .buffered(interval: .seconds(36_000))
    options.preallocationByteCount = 16 << 10
    return options
  }

  private func kinds(_ system: SimulatedFileSystem, after count: Int) -> [IOFailure.Operation] {
    system.operations.dropFirst(count).map(\.kind)
  }

  @Test("A commit that nobody is before is one store and nothing else, and is there after a kill")
  func oneStore() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options())
    try journal.commit([.put("a", "1")])
    for number in 0..<10 {
      let before = system.operations.count
      let sequence = try journal.commit([.put("k\(number)", "\(number)"), .remove("a")])
      #expect(kinds(system, after: before) == [.store])
      #expect(sequence == journal.lastSequence)
      #expect(try journal.value("k\(number)") == "\(number)")
    }
    #expect(journal.statistics.commitCount == 11)
    let state = try journal.state()
    #expect(state.count == 10)
    #expect(try system.afterProcessKill().open().state() == state)
    #expect(try system.afterPowerLoss(.allLost).open().state().isEmpty)
    try journal.sync()
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
  }

  @Test("A key is found again after its table grew, and in the table that follows it")
  func placesOfKeys() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options(segment: 1 << 20))
    var expected: StoreState = [:]
    for round in 0..<3 {
      for number in 0..<300 {
        let key = "k\(number)"
        try journal.commit([.put(key, "\(round)")])
        expected[key] = "\(round)"
        // The one before it, so that what a place was looked up for is changed at once.
        try journal.commit([.put("k0", "\(round) \(number)")])
        expected["k0"] = "\(round) \(number)"
      }
      #expect(try journal.state() == expected)
      try journal.compact(isFull: round == 1)
    }
    #expect(try journal.state() == expected)
    #expect(try system.afterProcessKill().open().state() == expected)
  }

  @Test("The short way and the long one follow each other in one log")
  func bothWays() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options(segment: 3000))
    var expected: StoreState = [:]
    for number in 0..<200 {
      let (key, value) = ("k\(number % 17)", String(repeating: "v", count: number))
      expected[key] = value
      // Synced ones take the long way, and so does whatever comes to the end of a segment.
      try journal.commit([.put(key, value)], number % 5 == 0 ? .synced : nil)
      if number % 31 == 0 { try journal.compact() }
    }
    #expect(system.segmentNames.count > 1)
    #expect(try journal.state() == expected)
    #expect(try system.afterProcessKill().open().state() == expected)
    #expect(try system.verify().isStateIntact)
    try journal.close()
    #expect(throws: JournalError.self) { try journal.commit([.put("late", "")]) }
    #expect(try system.readState().state == expected)
  }

  @Test("Threads and tasks that come at once lose nothing of one another")
  func crowd() async throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options(segment: 40_000))
    let threads = try (0..<6).map { thread in
      try OwnedThread(name: "writer") {
        for number in 0..<100 { _ = try? journal.commit([.put("t\(thread)/\(number)", "")]) }
      }
    }
    await withTaskGroup { group in
      for task in 0..<6 {
        group.addTask {
          for number in 0..<100 {
            _ = try? await journal.commit { record in
              StoreChange.put("a\(task)/\(number)", "").append(to: &record)
              return true
            }
          }
        }
      }
    }
    for thread in threads { thread.join() }
    let state = try journal.state()
    #expect(state.count == 1200)
    #expect(try system.afterProcessKill().open().state() == state)
  }

  @Test("P5: a store that fails is believed by nobody, and nothing is acknowledged after it")
  func failedStore() throws {
    let system = SimulatedFileSystem(seed: 1)
    let poisonCount = Shared(0)
    var options = options()
    options.onEvent = { event in
      if case .poisoned = event { poisonCount.withLock { $0 += 1 } }
    }
    let journal = try system.open(options)
    try journal.commit([.put("a", "1")])
    system.inject(Fault(.error(5), of: .store))
    for _ in 0..<2 {
      let error = #expect(throws: JournalError.self) { try journal.commit([.put("b", "2")]) }
      guard case .poisoned = error?.reason else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(poisonCount.withLock { $0 } == 1)
    #expect(try journal.state() == ["a": "1"])
    #expect(try system.afterProcessKill().open().state() == ["a": "1"])
  }

  @Test("What is encoded to nothing, or given up, commits nothing")
  func unwanted() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options())
    try journal.commit([.put("a", "1")])
    let last = journal.lastSequence
    let empty = try journal.commit { _ in true }
    let givenUp = try journal.commit { record in
      RecordChange.appendRemove(key: [1].span, to: &record)
      return false
    }
    #expect(empty == nil && givenUp == nil)
    #expect(journal.lastSequence == last)
    #expect(try journal.commit([.put("b", "2")]) == last.next)
    #expect(try system.afterProcessKill().open().state() == ["a": "1", "b": "2"])
  }

  @Test("What changes nothing is refused like any commit where the journal is closed or has failed")
  func unwantedWhereRefused() throws {
    let system = SimulatedFileSystem(seed: 1)
    for isClosed in [true, false] {
      let journal = try system.open(options())
      try journal.commit([.put("a", "1")])
      system.inject(Fault(.error(5), of: .store))
      if isClosed {
        system.clearFaults()
        try journal.close()
      } else {
        #expect(throws: JournalError.self) { try journal.commit([.put("b", "2")]) }
      }
      for isWanted in [true, false] {
        let error = #expect(throws: JournalError.self) { try journal.commit { _ in isWanted } }
        switch error?.reason {
        case .closed where isClosed, .poisoned where !isClosed: break
        default: Issue.record("\(String(describing: error))")
        }
      }
    }
  }
}
