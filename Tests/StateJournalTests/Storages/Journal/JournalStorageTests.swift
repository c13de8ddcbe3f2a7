import StateJournal
import StorageSimulator
import Testing

@Suite("A journal keeps the promises of StateStorage") struct JournalStorageTests {
  @Test("Real files, one caller", arguments: StorageConformance.sequential)
  func onRealFiles(promise: String, check: StorageConformance.Check) async throws {
    try await withTemporaryDirectory { directory in
      let storage = try await JournalStateStorage.open(directory, options: .quick)
      try await check(storage)
      try await storage.close()
    }
  }

  @Test("Simulated files, one caller", arguments: StorageConformance.sequential)
  func onSimulatedFiles(promise: String, check: StorageConformance.Check) async throws {
    let storage = try await JournalStateStorage.open(
      "state", in: SimulatedFileSystem(seed: 1))
    try await check(storage)
  }

  @Test("Many callers", arguments: StorageConformance.concurrent)
  func manyCallers(promise: String, check: StorageConformance.Check) async throws {
    try await withTemporaryDirectory { directory in
      let storage = try await JournalStateStorage.open(directory, options: .quick)
      try await check(storage)
      try await storage.close()
    }
  }

  @Test("A compare-and-set succeeds only with the current version")
  func compareAndSet() async throws {
    try await VersionConformance.compareAndSet(simulated())
  }

  @Test("Concurrent compare-and-set loops on one stream lose nothing")
  func concurrentCompareAndSet() async throws {
    try await VersionConformance.concurrentCompareAndSet(simulated())
  }

  @Test("A whole-source write gives new versions only to what it changes")
  func wholeWriteKeepsVersions() async throws {
    try await VersionConformance.wholeWriteKeepsVersions(simulated())
  }

  @Test("A transaction sees its own changes and spans sources, or changes nothing")
  func transactions() async throws {
    try await VersionConformance.transactions(simulated())
  }

  private func simulated() throws -> JournalStateStorage {
    try JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 2))
  }
}
