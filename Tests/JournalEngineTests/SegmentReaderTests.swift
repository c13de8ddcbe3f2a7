import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// The reader takes most records in one look; what it comes to is held against the rules of the
/// format, one by one, on all bytes of the file.
@Suite("Reading a segment record by record")
struct SegmentReaderTests {
  private static let windowByteCounts = [40, 150, 256 << 10]

  private func segment() -> SegmentBuilder {
    var segment = SegmentBuilder()
    for number in 1...12 {
      segment.append([.put("k\(number)", String(repeating: "v", count: number * number))])
    }
    return segment
  }

  private func reader(
    _ bytes: [UInt8], like segment: SegmentBuilder, windowByteCount: Int
  ) throws -> SegmentReader {
    let system = try SimulatedFileSystem.store([segment.name: bytes])
    let file = try system.openDirectory(storePath, creating: false)
      .openFile(segment.name, .readWrite)
    var reader = SegmentReader(
      file: file, name: segment.name, header: segment.header,
      fileByteCount: Int64(bytes.count))
    reader.windowByteCount = windowByteCount
    reader.largestUncheckedByteCount = windowByteCount
    return reader
  }

  /// The steps that the rules lead to, up to the first that is no record.
  private func ruledSteps(_ bytes: [UInt8], like segment: SegmentBuilder) -> [ScanStep] {
    var steps: [ScanStep] = []
    var (offset, expected) = (SegmentHeader.byteCount, segment.header.firstSequence)
    while true {
      let rest = bytes.span.extracting(offset..<bytes.count)
      let (needed, decided) = RecordScanner.plan(rest, available: rest.count)
      if let decided { return steps + [decided] }
      let step = RecordScanner.judge(
        RecordHeader(rest, at: 0),
        checksum: RecordChecksum.of(
          rest.extracting(0..<needed), seed: segment.header.recordSeed), expected: expected)
      steps.append(step)
      guard case .record = step else { return steps }
      (offset, expected) = (offset + needed, expected.next)
    }
  }

  private func readSteps(_ reader: inout SegmentReader) throws -> [ScanStep] {
    var (steps, expected) = ([ScanStep](), reader.header.firstSequence)
    while true {
      let step = try reader.step(expected: expected)
      steps.append(step)
      guard case .record = step else { return steps }
      expected = expected.next
    }
  }

  @Test("A flipped bit anywhere is told as the rules tell it, whatever is in memory")
  func flips() throws {
    let segment = segment()
    for offset in SegmentHeader.byteCount..<segment.bytes.count {
      var bytes = segment.bytes
      bytes[offset] ^= 1 << UInt8(offset % 8)
      let ruled = ruledSteps(bytes, like: segment)
      for windowByteCount in Self.windowByteCounts {
        var reader = try reader(bytes, like: segment, windowByteCount: windowByteCount)
        #expect(
          try readSteps(&reader) == ruled, "byte \(offset), \(windowByteCount) in memory")
      }
    }
  }

  @Test("A file that was cut is read to the cut, though the bytes behind it are still in memory")
  func cuts() throws {
    let segment = segment()
    let begin = SegmentHeader.byteCount
    for end in begin..<segment.bytes.count {
      let ruled = ruledSteps(Array(segment.bytes[..<end]), like: segment)
      for windowByteCount in Self.windowByteCounts {
        var reader = try reader(segment.bytes, like: segment, windowByteCount: windowByteCount)
        #expect(try readSteps(&reader).count == 13)
        try reader.file.truncate(to: Int64(end))
        try reader.skip(to: Int64(begin))
        #expect(try readSteps(&reader) == ruled, "cut at \(end), \(windowByteCount) in memory")
      }
    }
  }

  @Test("A record that is whole, but not the next one, is told as such")
  func otherNumbers() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(2)
    segment.append([.put("k", "v")], sequence: 9)
    var reader = try reader(segment.bytes, like: segment, windowByteCount: 1 << 20)
    #expect(
      try readSteps(&reader).last == .invalid(.unexpectedSequence(LogSequenceNumber(9))))
  }

  @Test("A put at the edge of a record is read exactly when it fits")
  func putsAtTheEdge() {
    for (keyCount, valueCount) in [(0, 1), (1, 0), (1, 1), (3, 5)] {
      var bytes = [UInt8](repeating: 0, count: 3)
      RecordChange.appendPut(
        key: [UInt8](repeating: 1, count: keyCount).span,
        value: [UInt8](repeating: 2, count: valueCount).span, to: &bytes)
      #expect(bytes.count == 3 + 7 + keyCount + valueCount)
      for end in 3...bytes.count {
        let put = bytes.span.put(at: 3, before: end)
        guard end == bytes.count, keyCount > 0 else {
          #expect(put == nil)
          continue
        }
        #expect(put?.key == 10..<(10 + keyCount))
        #expect(put?.value == (10 + keyCount)..<bytes.count)
      }
    }
  }

  @Test("A record of one put is applied in one step only if nothing stands beside the put")
  func onlyPuts() throws {
    let put = StoreChange.put("key", "value")
    let bodies: [(changes: [StoreChange], tail: [UInt8], isRead: Bool)] = [
      ([put], [], true), ([put, .put("other", "")], [], true), ([put, .remove("key")], [], true),
      ([put], [RecordChangeKind.reason, 2, 0, 0, 0, 65, 66], true), ([put], [0xFF], false),
      ([put], [RecordChangeKind.put, 1, 0], false), ([.remove("key")], [], true),
    ]
    for (changes, tail, isRead) in bodies {
      var segment = SegmentBuilder()
      segment.append { record in
        for change in changes { change.append(to: &record) }
        record += tail
      }
      let record = SegmentHeader.byteCount..<segment.bytes.count
      let isOnly = RecordReplay.onlyPut(in: record, of: segment.bytes.span) != nil
      #expect(isOnly == (changes == [put] && tail.isEmpty))
      let table = ChangeTable()
      let notes = RecordReplay.apply(record, of: segment.bytes.span, to: table)
      #expect((notes != nil) == isRead)
      guard isRead else { continue }
      var expected = StoreState()
      expected.apply(changes)
      let value = table.lookup(Array("key".utf8).span)
      if let text = expected["key"] {
        #expect(value == .value(Array(text.utf8), LogSequenceNumber(1)))
      } else {
        #expect(value == .removed)
      }
    }
  }

  @Test(
    "Zeros laid out ahead are a clean end however many they are, and one byte behind them is not",
    arguments: [4, 9])
  func longZeros(mebibyteCount: Int) throws {
    let segment = segment()
    let zeros = [UInt8](repeating: 0, count: mebibyteCount << 20)
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes + zeros])
    let (state, report) = try system.readState()
    #expect(state.count == 12 && report.tornTail == nil)
    #expect(try system.verify().isStateIntact)
    #expect(try system.open().state() == state)
    let torn = try SimulatedFileSystem.store([segment.name: segment.bytes + zeros + [1]])
    #expect(try torn.readState().report.tornTail?.byteCount == Int64(zeros.count + 1))
    #expect(try torn.open().state() == state)
  }
}
