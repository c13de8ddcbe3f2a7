import StateJournal
import StorageSimulator
import Testing

/// The examples of `GuardingState.md`, word for word.
@Suite("The examples in the guide to guarding state")
struct GuardingExampleTests {
  private struct Sink {
    func flush() async throws {}
  }

  @Test("What is declared holds, and can be forced")
  func rules() async throws {
    var rules = StateRules()
    try rules.neverBackwards("last_id", in: .streams(of: "orders"))
    try rules.neverBackwards("updated_at")
    rules.limitSize(warningAt: 64 << 10, maximum: 1 << 20)

    var options = JournalOptions()
    options.onEvent = { event in
      if case .nearLimit(let what, let byteCount, let limit) = event {
        print("\(what) has \(byteCount) of \(limit) bytes")
      }
    }
    let files = SimulatedFileSystem(seed: 70)
    let storage = try await JournalStateStorage.open(
      "state", options: options, rules: rules, in: files)

    let stream = StateAddress.stream("2024", of: "orders")
    try await storage.update(stream, to: ["last_id": 42])
    do throws(StateError) {
      try await storage.update(stream, to: ["last_id": 7])
    } catch {
      guard case .goesBackwards(_, let from, let to) = error.reason else { throw error }
      print("kept \(from), refused \(to?.description ?? "nothing")")
    }
    #expect(try await storage.read(stream) == ["last_id": 42])

    try await storage.unguarded.update(stream, to: ["last_id": 7])
    #expect(try await storage.read(stream) == ["last_id": 7])
  }

  @Test("State follows the data, and does not run ahead of it")
  func staging() async throws {
    let storage = try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 71))
    let sink = Sink()
    let orders = storage.source("orders")
    let staged = try orders.stageStream("2024", ["last_id": 42])
    try await sink.flush()
    try await storage.commit(staged)
    #expect(try await orders.readStream("2024") == ["last_id": 42])
  }

  @Test("Of two that decide from what they read, one is told to decide anew")
  func comparing() async throws {
    let storage = try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 72))
    let lease = StateAddress.others("lease", of: "orders")
    let found = try await storage.readVersioned(lease)
    if found.version == .absent {
      try await storage.update(lease, to: ["owner": "worker 3"], ifVersion: found.version)
    }
    #expect(try await storage.read(lease) == ["owner": "worker 3"])
  }
}
