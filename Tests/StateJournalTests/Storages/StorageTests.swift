import StateJournal
import Testing

@Suite("Storages keep the promises of StateStorage") struct StorageTests {
  @Test("Memory, one caller", arguments: StorageConformance.sequential)
  func inMemory(promise: String, check: StorageConformance.Check) async throws {
    try await check(InMemoryStateStorage())
  }

  @Test("Memory, many callers", arguments: StorageConformance.concurrent)
  func inMemoryConcurrently(promise: String, check: StorageConformance.Check) async throws {
    try await check(InMemoryStateStorage())
  }

  @Test("Default implementations, one caller", arguments: StorageConformance.sequential)
  func defaults(promise: String, check: StorageConformance.Check) async throws {
    try await check(ReadWriteOnlyStorage())
  }

  @Test("A compare-and-set succeeds only with the current version")
  func compareAndSet() async throws {
    try await VersionConformance.compareAndSet(InMemoryStateStorage())
  }

  @Test("Concurrent compare-and-set loops on one stream lose nothing")
  func concurrentCompareAndSet() async throws {
    try await VersionConformance.concurrentCompareAndSet(InMemoryStateStorage())
  }

  @Test("A whole-source write gives new versions only to what it changes")
  func wholeWriteKeepsVersions() async throws {
    try await VersionConformance.wholeWriteKeepsVersions(InMemoryStateStorage())
  }

  @Test("A transaction sees its own changes and spans sources, or changes nothing")
  func transactions() async throws {
    try await VersionConformance.transactions(InMemoryStateStorage())
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
