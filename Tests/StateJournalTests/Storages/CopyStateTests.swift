import StateJournal
import StateStorageConformance
import StorageSimulator
import Synchronization
import Testing

@Suite("Moving all state to another storage") struct CopyStateTests {
  /// Sources a, b and c.
  private func origin() async throws -> InMemoryStateStorage {
    let origin = InMemoryStateStorage()
    for (number, source) in ["a", "b", "c"].enumerated() {
      try await origin.write(
        SourceState(
          streams: ["é": ["n": 1.0], "e\u{301}": ["n": .int(Int64(number))]], others: ["k": [:]]),
        to: source)
    }
    return origin
  }

  private func expectSame(_ one: some ListingStateStorage, _ other: some ListingStateStorage)
    async throws
  {
    let sources = try await one.sources()
    #expect(try await other.sources() == sources)
    for source in sources {
      let state = try await one.read(source)
      #expect(try await other.read(source) == state)
    }
  }

  @Test("All of it arrives, between storages of different kinds, and back")
  func all() async throws {
    let origin = try await origin()
    let journal = try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 1))
    let properties = PropertiesStateStorage(in: InMemoryProperties())
    let files = try await FileStateStorage.open("state", in: SimulatedFileSystem(seed: 1))
    let seen = Mutex<[String]>([])
    let report = try await copyState(from: origin, to: journal) { source in
      seen.withLock { $0.append(source) }
    }
    #expect(report.copiedSourceCount == 3 && report.presentSourceCount == 0)
    #expect(report.objectCount == 9)
    #expect(seen.withLock(\.self) == ["a", "b", "c"])
    _ = try await copyState(from: journal, to: properties)
    _ = try await copyState(from: properties, to: files)
    try await expectSame(origin, files)
  }

  @Test("A copy that was interrupted goes on where it was")
  func resumed() async throws {
    let (origin, target) = (try await origin(), InMemoryStateStorage())
    try await target.write(try await origin.read("a"), to: "a")
    let report = try await copyState(from: origin, to: target)
    #expect(report.copiedSourceCount == 2 && report.presentSourceCount == 1)
    try await expectSame(origin, target)
  }

  @Test("Another state in the target is refused, unless it is to be replaced")
  func conflict() async throws {
    let (origin, target) = (try await origin(), InMemoryStateStorage())
    try await target.update(.stream("newer", of: "b"), to: ["n": 9])
    let error = try await #require(throws: StateError.self) {
      _ = try await copyState(from: origin, to: target)
    }
    #expect(error.description.contains("\"b\""))
    #expect(try await target.read("b") == SourceState(streams: ["newer": ["n": 9]]))
    let report = try await copyState(from: origin, to: target, replacing: true)
    #expect(report.copiedSourceCount == 2 && report.presentSourceCount == 1)
    try await expectSame(origin, target)
  }

  /// A storage that turns every 1.0 into 1, as some JSON libraries do.
  private struct LossyStorage: StateStorage {
    let storage = InMemoryStateStorage()

    func read(_ source: String) async throws(StateError) -> SourceState {
      try await storage.read(source)
    }

    func write(_ state: SourceState, to source: String) async throws(StateError) {
      var state = state
      for name in state.streams.names where state.streams[name]?["n"] == 1.0 {
        state.streams[name]?["n"] = 1
      }
      try await storage.write(state, to: source)
    }
  }

  @Test("A target that does not give back what it was given is noticed")
  func verified() async throws {
    let origin = try await origin()
    let error = try await #require(throws: StateError.self) {
      _ = try await copyState(from: origin, to: LossyStorage())
    }
    #expect(error.description.contains("does not give back"))
  }

  @Test("A job that goes on writing to the origin is noticed")
  func liveOrigin() async throws {
    let (origin, target) = (try await origin(), InMemoryStateStorage())
    let error = try await #require(throws: StateError.self) {
      _ = try await copyState(from: origin, to: target) { source in
        // Behind the copy's back: the source has been copied already.
        if source == "b" { try? origin.update(.stream("late", of: "a"), to: ["n": 1]) }
      }
    }
    #expect(error.description.contains("changed during the copy"))
  }
}
