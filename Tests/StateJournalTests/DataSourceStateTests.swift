import StateJournal
import Testing

@Suite("Data-source state") struct DataSourceStateTests {
  let factory = DataSourceStateFactory(storage: InMemoryStateStorage())

  @Test("Streams and others of a source are read and replaced by name")
  func streamsAndOthers() async throws {
    let state: any DataSourceState = factory.state(of: "orders")
    #expect(try await state.readStream("2024").isEmpty)
    #expect(try await state.readOthers("schema").isEmpty)
    try await state.updateStream("2024", ["last_id": 42, "partial": true])
    try await state.updateOthers("schema", ["version": 3])
    try await state.updateStream("2024", ["last_id": 43])

    let again = factory.state(of: "orders")
    #expect(try await again.readStream("2024") == ["last_id": 43])
    #expect(try await again.readOthers("schema") == ["version": 3])
    #expect(try await again.streamNames() == ["2024"])
    #expect(try await again.otherKeys() == ["schema"])
    #expect(try await factory.state(of: "customers").read().isEmpty)
  }

  @Test("Removals, whole states and update closures reach the same source")
  func wholeState() async throws {
    let state = factory.state(of: "orders")
    try await state.write(SourceState(streams: ["a": ["n": 1], "b": ["n": 2]]))
    try await state.removeStream("a")
    let count = try await state.update { source in
      source.others["k"] = ["n": 3]
      return source.streams.count
    }
    #expect(count == 1)
    #expect(
      try await state.read() == SourceState(streams: ["b": ["n": 2]], others: ["k": ["n": 3]]))
    try await state.removeOthers("k")
    #expect(try await state.otherKeys().isEmpty)
  }

  @Test("Your own types serve as state")
  func ownTypes() async throws {
    struct Position: Codable, Equatable { var lastID: Int }
    let state = factory.state(of: "orders")
    #expect(try await state.readStream("s", as: Position.self) == nil)
    try await state.updateStream("s", encoding: Position(lastID: 7))
    try await state.updateOthers("k", encoding: ["a": 1.5])
    #expect(try await state.readStream("s", as: Position.self) == Position(lastID: 7))
    #expect(try await state.readOthers("k", as: [String: Double].self) == ["a": 1.5])
  }
}
