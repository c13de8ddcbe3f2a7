import StateJournal
import StateStorageConformance
import StorageSimulator
import Testing

@Suite("A journal keeps the promises of StateStorage") struct JournalStorageTests {
  static let onRealFiles: StorageUnderTest = StorageUnderTest(
    "journal", roles: [.concurrency, .listing, .versions, .transactions, .disk]
  ) { directory in
    try await JournalStateStorage.open("\(directory)/state", options: .quick)
  } close: { storage in
    try await storage.close()
  }
  static let onSimulatedFiles: StorageUnderTest = StorageUnderTest(
    "journal on simulated files", roles: [.listing, .versions, .transactions]
  ) { _ in
    try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 1))
  }

  @Test("Real files", arguments: ConformanceCase.cases(for: onRealFiles))
  func realFiles(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.onRealFiles, in: fastDirectory)
  }

  @Test("Simulated files", arguments: ConformanceCase.cases(for: onSimulatedFiles))
  func simulatedFiles(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.onSimulatedFiles)
  }
}
