import StateJournal
import StorageSimulator
import Synchronization
import Testing

@Suite("What a journal tells of itself")
struct StatisticsTests {
  private let address = StateAddress.stream("s", of: "orders")

  @Test("Commits, groups, bytes, syncs, compactions and the last commit are counted")
  func counts() async throws {
    let events = Mutex<[String]>([])
    var options = JournalOptions.watched
    options.onEvent = { event in
      switch event {
      case .opened(let report): events.withLock { $0.append("opened \(report.isNew)") }
      case .compacted(let report): events.withLock { $0.append("compacted \(report.through)") }
      case .closed(let statistics):
        events.withLock { $0.append("closed after \(statistics.commitCount)") }
      default: break
      }
    }
    let files = SimulatedFileSystem(seed: 75)
    let storage = try await JournalStateStorage.open("state", options: options, in: files)
    let before = storage.statistics
    #expect(before.commitCount == 0)
    #expect(before.averageGroupCommitCount == 0)
    for number in 1...10 {
      try await storage.update(address, to: ["n": .int(Int64(number))])
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask { try await storage.update(address, to: ["n": 0]) }
      }
      try await group.waitForAll()
    }
    let after = storage.statistics
    #expect(after.commitCount == 30)
    #expect((11...30).contains(after.groupCount))
    #expect((1...20).contains(after.largestGroupCommitCount))
    #expect(after.averageGroupCommitCount == 30 / Double(after.groupCount))
    #expect(after.syncCount >= 11)
    #expect(after.lastSequence == storage.lastSequence)
    #expect(after.durableSequence == storage.lastSequence)
    #expect(after.replayByteCount >= after.writtenByteCount)
    #expect(after.compactionCount == 0)
    let report = try #require(try await storage.compact(full: true))
    let compacted = storage.statistics
    #expect(compacted.compactionCount == 1)
    #expect(compacted.lastCompaction?.through == report.through)
    #expect(compacted.replayByteCount < after.replayByteCount)
    try await storage.close()
    try await storage.close()
    #expect(
      events.withLock { $0 } == ["opened true", "compacted \(report.through)", "closed after 30"])
  }

  @Test(
    "The time of the last commit is that of this session's last one, by the clock that stamps commits",
    arguments: [JournalOptions.Durability.synced, .buffered])
  func lastCommitTime(durability: JournalOptions.Durability) throws {
    let time = Mutex<Int64>(0)
    let files = SimulatedFileSystem(seed: 76)
    func open() throws -> JournalStateStorage {
      var options = JournalOptions.watched
      options.durability = durability
      // With room ahead, buffered commits are made on the spot.
      options.preallocationByteCount = 64 << 10
      options.segmentByteCount = 1 << 20
      options.clock = { time.withLock { $0 } }
      return try JournalStateStorage.open("state", options: options, in: files)
    }
    let storage = try open()
    #expect(storage.statistics.lastCommitTime == nil)
    for moment in [1_700_000_000_000_000_000, 1_700_000_000_000_000_001, 1_600_000_000_000_000_000]
      as [Int64]
    {
      time.withLock { $0 = moment }
      try storage.update(address, to: ["n": .int(moment)])
      time.withLock { $0 = moment + 5 }
      #expect(try storage.read(address) == ["n": .int(moment)])
      #expect(storage.statistics.lastCommitTime == moment)
    }
    try storage.close()
    let again = try open()
    #expect(again.statistics.lastCommitTime == nil)
    #expect(again.statistics.lastSequence > .zero)
    try again.close()
  }

  @Test("Each time that a full disk refuses commits is told, and nothing else is told as that")
  func fullDisk() throws {
    let refusals = Mutex<[JournalError]>([])
    var options = JournalOptions.watched
    options.preallocationByteCount = 0
    options.compactionByteCount = nil
    options.onEvent = { event in
      if case .outOfSpace(let error) = event { refusals.withLock { $0.append(error) } }
    }
    let files = SimulatedFileSystem(seed: 77, capacity: 20_000)
    let storage = try JournalStateStorage.open("state", options: options, in: files)
    try storage.update(address, to: ["n": 1])
    #expect(refusals.withLock { $0.isEmpty })
    for count in 1...2 {
      let error = try #require(
        #expect(throws: StateError.self) {
          try storage.update(address, to: ["n": .string(String(repeating: "x", count: 30_000))])
        })
      let told = refusals.withLock { $0 }
      #expect(told.count == count)
      #expect(error.description.contains("\(try #require(told.last))"), "\(error)")
    }
    try storage.update(address, to: ["n": 2])
    try storage.close()
    #expect(refusals.withLock { $0.count } == 2)
  }
}
