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
}
