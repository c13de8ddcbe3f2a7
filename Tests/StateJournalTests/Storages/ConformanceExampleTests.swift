import Foundation
import StateJournal
import StateStorageConformance
import Testing

/// The example of `StateStorageConformance.md`, word for word.
@Suite("The example in the conformance suite's documentation")
struct ConformanceExampleTests {
  static let mine: StorageUnderTest = StorageUnderTest(
    "mine", roles: [.concurrency, .listing, .disk]
  ) { directory in
    try await FileStateStorage.open("\(directory)/state")
  } close: { storage in
    await storage.close()
  }

  @Test("My storage keeps its promises", arguments: ConformanceCase.cases(for: mine))
  func promises(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.mine, in: fastDirectory)
  }
}
