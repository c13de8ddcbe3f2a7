import DataSources
import Foundation
import StateJournal
import Synchronization
import Testing

@Suite("Files that are written anew in place while they are read")
struct RewrittenFileTests {
  private let folder: Folder
  private let storage = InMemoryStateStorage()

  init() throws { folder = try Folder() }

  private func run(
    _ format: FileFormat, report: @escaping @Sendable (FileNotice) -> Void = { _ in }
  ) async throws {
    let source = DirectorySource(
      folder.path, identifier: "in", format: format,
      options: FileReadingOptions(chunkByteCount: 8), report: report)
    _ = try await Ingestion(
      sources: [source], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage
    ).run()
  }

  private static func text(_ format: FileFormat, _ numbers: ClosedRange<Int>) -> String {
    switch format {
    case .csv: "n\n" + numbers.map { "\($0)\n" }.joined()
    case .ndjson: numbers.map { "{\"n\":\"\($0)\"}\n" }.joined()
    }
  }

  /// Puts other bytes into the file that is there.
  private static func rewrite(_ path: String, _ text: String) {
    guard let handle = try? FileHandle(forWritingTo: URL(filePath: path)) else { return }
    try? handle.truncate(atOffset: 0)
    try? handle.write(contentsOf: Data(text.utf8))
    try? handle.close()
  }

  @Test(
    "One that is written anew right after its beginning was checked gives no row of the new content",
    arguments: FileFormat.allCases, [false, true])
  func behindCheck(format: FileFormat, hadGrown: Bool) async throws {
    let name = "a" + format.suffix
    try folder.put(Self.text(format, 10...12), in: name)
    try await run(format)
    let output = folder.text("out/a.ndjson")
    if hadGrown { try folder.put(Self.text(format, 10...19), in: name) }
    let path = "\(folder.path)/\(name)"
    let error = await #expect(throws: IngestionError.self) {
      try await run(format) { notice in
        if case .checked(_, let count, let whole) = notice, count == whole {
          Self.rewrite(path, Self.text(format, 70...95))
        }
      }
    }
    #expect((error?.underlying as? DataSourceError)?.isTransient == true)
    #expect(error?.message.contains("written anew while it was read") == true)
    let numbers = (folder.text("out/a.ndjson") ?? "").split(separator: "\n")
    #expect(numbers.allSatisfy { $0.hasPrefix("{\"n\":\"1") }, "\(numbers)")
    #expect(output.map { folder.text("out/a.ndjson")?.hasPrefix($0) == true } == true)
  }

  @Test(
    "One that is written anew between two payloads gives no row of the new content",
    arguments: FileFormat.allCases)
  func betweenPayloads(format: FileFormat) async throws {
    let name = "a" + format.suffix
    try folder.put(Self.text(format, 100...199), in: name)
    let source = DirectorySource(
      folder.path, identifier: "in", format: format,
      options: FileReadingOptions(chunkByteCount: 32))
    let stream = try #require(try await source.streams().first)
    var reader = try await stream.open(after: [:])
    var rows = try #require(try await reader.next()).data.rowCount
    Self.rewrite("\(folder.path)/\(name)", Self.text(format, 700...999))
    let error = await #expect(throws: DataSourceError.self) {
      while let payload = try await reader.next() {
        #expect(try payload.data.objects().allSatisfy { $0["n"]?.string?.hasPrefix("1") == true })
        rows += payload.data.rowCount
      }
    }
    #expect(error?.isTransient == true)
    #expect(rows < 100)
  }
}
