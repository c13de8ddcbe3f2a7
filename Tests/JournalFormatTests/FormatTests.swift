import Foundation
import JournalFormat
import Testing

@Suite("The format of log and watermark outlives the code")
struct FormatTests {
  private static func specification() throws -> String {
    let article = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/JournalFormat/JournalFormat.docc/Format.md")
    return try String(contentsOf: article, encoding: .utf8)
  }

  /// The bytes of one example of `Format.md`, found by the title of its first line.
  static func example(_ title: String) throws -> [UInt8] {
    let text = try specification()
    let start = try #require(text.range(of: "```\n\(title):\n")).upperBound
    let end = try #require(text.range(of: "\n```", range: start..<text.endIndex)).lowerBound
    var bytes: [UInt8] = []
    for line in text[start..<end].split(separator: "\n") where line.contains(" | ") {
      let words = line.prefix { $0 != "|" }.split(separator: " ")
      #expect(Int(words[0]) == bytes.count, "the offset in front of a line: \(line)")
      bytes += try words.dropFirst().map { try #require(UInt8($0, radix: 16)) }
    }
    return bytes
  }

  @Test("A reason is the bytes that the specification shows, and a walk finds its text")
  func reason() throws {
    var bytes = [UInt8](repeating: 0, count: RecordHeader.byteCount)
    RecordChange.appendReason("fix", to: &bytes)
    #expect(bytes.dropFirst(32) == [0x40, 3, 0, 0, 0, 0x66, 0x69, 0x78])
    #expect(try Self.specification().contains("`40 03 00 00 00 66 69 78`"))
    var reader = RecordChangeReader(record: 0..<bytes.count)
    #expect(reader.next(in: bytes.span) == .annotation(kind: RecordChangeKind.reason, 37..<40))
    #expect(reader.next(in: bytes.span) == nil && !reader.isMalformed)
  }

  @Test("The worked segment of the specification is what the code writes, byte for byte")
  func workedSegment() throws {
    let example = try Self.example("Header")
    #expect(example.count == 197)
    #expect(example == SegmentSample.worked())
  }

  @Test("The worked watermark of the specification is what the code writes, byte for byte")
  func workedWatermark() throws {
    let example = try Self.example("Watermark")
    #expect(example == SegmentSample.watermark.encoded())
  }

  @Test("P10: the golden segment of version 1 still reads as what was written")
  func readsSegment() throws {
    let bytes = try SnapshotGoldenTests.fixture("segment-v1.journal")
    let header = SegmentSample.header(first: 41, salt: 0x0102_0304_0506_0708)
    #expect(SegmentHeader.decode(bytes.span) == .valid(header))
    var offset = SegmentHeader.byteCount
    var changes: [[RecordChange]] = []
    for sequence: UInt64 in 41...44 {
      let step = scan(bytes, at: offset, expected: sequence, seed: header.recordSeed)
      guard case .record(let record) = step else {
        Issue.record("commit \(sequence): \(step)")
        return
      }
      #expect(record.durableThrough == LogSequenceNumber(40))
      #expect(record.time == SegmentSample.time + Int64(sequence))
      let range = offset..<(offset + record.recordByteCount)
      var reader = RecordChangeReader(record: range)
      changes.append([])
      while let change = reader.next(in: bytes.span) { changes[changes.count - 1].append(change) }
      #expect(!reader.isMalformed)
      offset = range.upperBound
    }
    #expect(scan(bytes, at: offset, expected: 45, seed: header.recordSeed) == .unwritten)
    #expect(bytes.count - offset == 100)
    check(changes, bytes)
  }

  private func check(_ changes: [[RecordChange]], _ bytes: [UInt8]) {
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    guard changes.map(\.count) == [1, 4, 2, 1],
      case .opened(3, 4711, let host, let program) = changes[0][0],
      case .put(let first, let value) = changes[1][0],
      case .put(let second, let empty) = changes[1][1],
      case .remove(let removed) = changes[1][2],
      case .removePrefix(let prefix) = changes[1][3],
      case .put(let third, let blob) = changes[2][0],
      case .annotation(0x40, let annotation) = changes[2][1],
      case .closed(3) = changes[3][0]
    else {
      Issue.record("\(changes)")
      return
    }
    #expect(text(host) == "etl-1" && text(program) == "job")
    #expect(text(first) == "orders/a" && Array(bytes[value]) == [0x18, 0x2A])
    #expect(Array(bytes[second]) == [0xFF, 0, 0x80] && empty.isEmpty)
    #expect(text(removed) == "orders/b" && text(prefix) == "old/")
    #expect(text(third) == "blob" && blob.count == 600)
    #expect(Array(bytes[annotation]) == [1, 2, 3, 4])
  }

  @Test("The same input still gives the bytes of the golden segment")
  func writesSegment() throws {
    let bytes = try SnapshotGoldenTests.fixture("segment-v1.journal")
    #expect(bytes.count < 4096)
    #expect(SegmentSample.golden() == bytes)
  }

  @Test("The golden watermark of version 1 is what today's code reads and writes")
  func watermark() throws {
    let bytes = try SnapshotGoldenTests.fixture("watermark-v1")
    #expect(Watermark.decode(bytes.span) == .valid(SegmentSample.watermark))
    #expect(SegmentSample.watermark.encoded() == bytes)
  }

  @Test("Any flipped bit of a header is damage, never a newer version or another value")
  func flippedHeaderBits() throws {
    let segment = Array(SegmentSample.golden().prefix(SegmentHeader.byteCount))
    for bit in 0..<(segment.count * 8) {
      var bytes = segment
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(SegmentHeader.decode(bytes.span) == .damaged, "bit \(bit)")
    }
    let watermark = SegmentSample.watermark.encoded()
    for bit in 0..<(watermark.count * 8) {
      var bytes = watermark
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(Watermark.decode(bytes.span) == .damaged, "bit \(bit)")
    }
  }

  @Test("Any flipped bit of a record is noticed, and so is another salt")
  func flippedRecordBits() throws {
    let worked = SegmentSample.worked()
    let seed = RecordChecksum.seed(salt: 0x0102_0304_0506_0708)
    for bit in (137 * 8)..<(worked.count * 8) {
      var bytes = worked
      bytes[bit / 8] ^= 1 << (bit % 8)
      if case .record = scan(bytes, at: 137, expected: 42, seed: seed) {
        Issue.record("bit \(bit) went unnoticed")
      }
    }
    for bit in 0..<64 {
      let other = RecordChecksum.seed(salt: 0x0102_0304_0506_0708 ^ (1 << bit))
      if case .record = scan(worked, at: 137, expected: 42, seed: other) {
        Issue.record("salt bit \(bit) went unnoticed")
      }
    }
  }

  @Test("A header cut short anywhere is damage, or unwritten when nothing is left")
  func cutHeaders() {
    let segment = Array(SegmentSample.worked().prefix(SegmentHeader.byteCount))
    #expect(SegmentHeader.decode([UInt8]().span) == .unwritten)
    #expect(SegmentHeader.decode([UInt8](repeating: 0, count: 80).span) == .unwritten)
    #expect(SegmentHeader.decode([UInt8](repeating: 0, count: 79).span) == .unwritten)
    for count in 1..<segment.count {
      #expect(SegmentHeader.decode(Array(segment.prefix(count)).span) == .damaged, "\(count)")
    }
  }

  @Test("P10: a right checksum under a later version reads as newer, under version 0 as damage")
  func versions() {
    for (version, verdict) in [
      (2, HeaderVerdict<Watermark>.newer(version: 2)), (65535, .newer(version: 65535)),
      (0, .damaged),
    ] {
      var bytes = SegmentSample.watermark.encoded()
      bytes[8] = UInt8(version & 0xFF)
      bytes[9] = UInt8(version >> 8)
      bytes.removeLast(4)
      FixedHeader.seal(&bytes)
      #expect(Watermark.decode(bytes.span) == verdict)
    }
  }

  private func scan(
    _ bytes: [UInt8], at offset: Int, expected: UInt64, seed: UInt32
  ) -> ScanStep {
    let rest = Array(bytes[offset...])
    let (needed, decided) = RecordScanner.plan(rest.span, available: rest.count)
    if let decided { return decided }
    let record = Array(rest.prefix(needed))
    return RecordScanner.judge(
      RecordHeader(rest.span, at: 0), checksum: RecordChecksum.of(record.span, seed: seed),
      expected: LogSequenceNumber(expected))
  }
}
