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

  @Test("The page shows the code of this file")
  func pageShowsThisCode() throws {
    let file = URL(filePath: #filePath)
    let root = (0..<4).reduce(file) { url, _ in url.deletingLastPathComponent() }
    let page = try String(
      contentsOf: root.appending(
        path: "Sources/StateStorageConformance/StateStorageConformance.docc/"
          + "StateStorageConformance.md"), encoding: .utf8)
    let start = try #require(page.range(of: "```swift\n"))
    let end = try #require(page.range(of: "```\n", range: start.upperBound..<page.endIndex))
    let shown = page[start.upperBound..<end.lowerBound].split(separator: "\n")
    let source = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let first = try #require(source.firstIndex { $0.hasSuffix(shown[0]) })
    #expect(source[first...].prefix(shown.count).map { $0.dropFirst(2) } == shown)
  }
}
