import StateJournal
import StateStorageConformance
import Testing

@Suite("Storages keep the promises of StateStorage") struct StorageTests {
  static let memory: StorageUnderTest = StorageUnderTest(
    "memory", roles: [.concurrency, .listing, .versions, .transactions]
  ) { _ in
    InMemoryStateStorage()
  }
  static let defaults: StorageUnderTest = StorageUnderTest("default implementations") { _ in
    ReadWriteOnlyStorage()
  }

  @Test("Memory", arguments: ConformanceCase.cases(for: memory))
  func inMemory(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.memory)
  }

  @Test("Default implementations", arguments: ConformanceCase.cases(for: defaults))
  func defaultImplementations(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.defaults)
  }

  @Test("Synchronous code gets the synchronous forms")
  func synchronousForms() throws {
    let storage = InMemoryStateStorage()
    var calls = 0
    try storage.update(.stream("s", of: "orders"), to: ["n": 1])
    try storage.update("orders") { state in
      calls += 1
      state.streams["s"]?["n"] = 2
    }
    try storage.transaction { transaction in
      calls += 1
      try transaction.update(.others("k", of: "orders"), to: ["n": 3])
    }
    #expect(calls == 2)
    #expect(try storage.read("orders").streams == ["s": ["n": 2]])
    #expect(try storage.names(of: "orders", .others) == ["k"])
    #expect(storage.sources() == ["orders"])
  }

  @Test("A failed default batch names the address that is at fault")
  func batchErrorAddress() async {
    let storage = ReadWriteOnlyStorage()
    let address = StateAddress.stream("s", of: "orders")
    do throws(StateError) {
      try await storage.update(address, to: ["window": [1, .double(.nan)]])
      Issue.record("a NaN was accepted")
    } catch {
      #expect(error.address == address)
      #expect(error.path == ["window", "1"])
    }
  }
}
