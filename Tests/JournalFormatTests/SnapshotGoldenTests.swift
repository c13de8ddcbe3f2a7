import Foundation
import JournalFormat
import Testing

@Suite("The snapshot format outlives the code")
struct SnapshotGoldenTests {
  static func fixture(_ name: String) throws -> [UInt8] {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures"))
    return [UInt8](try Data(contentsOf: url))
  }

  @Test("The golden file of version 1 still reads as what was written")
  func reads() throws {
    let decoded = try SnapshotSample(decoding: Self.fixture("snapshot-v1.snapshot"))
    let golden = SnapshotSample.golden
    #expect(decoded.header == golden.header)
    #expect(decoded.removedPrefixes == golden.removedPrefixes)
    #expect(decoded.entries == golden.entries)
  }

  @Test("The same input still gives the bytes of the golden file")
  func writes() throws {
    let bytes = try Self.fixture("snapshot-v1.snapshot")
    #expect(bytes.count < 4096)
    #expect(SnapshotSample.golden.encoded() == bytes)
  }

  @Test("The example of the specification is what the code writes, byte for byte")
  func specification() throws {
    let article = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/JournalFormat/JournalFormat.docc/SnapshotFormat.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    let bytes = text.split(separator: "\n").filter { $0.contains(" | ") && !$0.hasPrefix("|") }
      .flatMap { $0.prefix { $0 != "|" }.split(separator: " ").dropFirst() }
      .compactMap { UInt8($0, radix: 16) }
    #expect(bytes == SnapshotSample.worked.encoded())
    let decoded = try SnapshotSample(decoding: bytes)
    #expect(decoded.entries == SnapshotSample.worked.entries)
    #expect(decoded.removedPrefixes == SnapshotSample.worked.removedPrefixes)
  }
}
