import StateJournal
import StorageSimulator
import Testing

@Suite("Generations of snapshots keep the past within reach")
struct GenerationTests {
  @Test(
    "Each generation more keeps one compaction more within reach, and none is kept for longer",
    arguments: [0, 1, 3])
  func generations(count: Int) async throws {
    let address = StateAddress.stream("s", of: "orders")
    var options = JournalOptions.watched
    options.retainedGenerationCount = count
    let storage = try await JournalStateStorage.open(
      "state", options: options, in: SimulatedFileSystem(seed: 76))
    var moments: [LogSequenceNumber] = []
    for round in 1...6 {
      for _ in 0..<10 { try await storage.update(address, to: ["round": .int(Int64(round))]) }
      moments.append(storage.lastSequence)
      try await storage.compact(full: true)
    }
    var reachable: [Int64] = []
    for moment in moments {
      guard let past = try? await storage.snapshot(at: .sequence(moment)) else { continue }
      reachable.append(try #require(try past.read(address)["round"]?.int))
    }
    #expect(reachable == Array(Int64(6 - count)...6))
  }
}
