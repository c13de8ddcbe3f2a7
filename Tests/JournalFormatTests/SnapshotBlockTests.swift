import JournalFormat
import Testing

@Suite("Snapshot blocks and integers")
struct SnapshotBlockTests {
  /// A block around hand-made entries, under a right checksum.
  static func block(_ entries: [UInt8], count: UInt32, restarts: [UInt32] = [8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendUInt32(UInt32(8 + entries.count + restarts.count * 4 + 4))
    bytes.appendUInt32(count)
    bytes += entries
    for restart in restarts { bytes.appendUInt32(restart) }
    bytes.appendUInt32(SnapshotFormat.checksum(bytes.span, salt: 7, offset: 80))
    return bytes
  }

  /// The keys of a block, all rules checked.
  static func keys(_ bytes: [UInt8]) throws(SnapshotDefect) -> [[UInt8]] {
    let block = try SnapshotBlock(checking: bytes.span, salt: 7, offset: 80)
    var walker = SnapshotBlockWalker()
    walker.enter(block)
    var keys: [[UInt8]] = []
    while try walker.next(in: bytes.span) != nil { keys.append(walker.key) }
    return keys
  }

  static func find(_ key: [UInt8], _ bytes: [UInt8]) throws(SnapshotDefect) -> SnapshotEntryLayout?
  {
    let block = try SnapshotBlock(checking: bytes.span, salt: 7, offset: 80)
    return try block.find(key.span, in: bytes.span)
  }

  /// Two sound entries: "a" removed, "ab" put with an empty value.
  static let sound: [UInt8] = [0, 1, 0, 0, 0x61, 1, 1, 1, 0, 0x62]

  @Test("Sound hand-made entries are read")
  func soundBlock() throws {
    let bytes = Self.block(Self.sound, count: 2)
    #expect(try Self.keys(bytes) == [[0x61], [0x61, 0x62]])
    #expect(try Self.find([0x61], bytes)?.isRemoval == true)
    #expect(try Self.find([0x61, 0x62], bytes)?.isRemoval == false)
    #expect(try Self.find([0x61, 0x61], bytes) == nil)
  }

  @Test(
    "Entries that break a rule behind a right checksum are malformed",
    arguments: [
      ("key length past the end", [0, 9, 0, 0, 0x61], 1, [8], .length),
      ("value length past the end", [0, 1, 3, 0, 0x61, 0x62], 1, [8], .length),
      (
        "value length of 2⁶⁴ − 1",
        [0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0x61], 1, [8], .length
      ),
      ("integer cut off", [0, 1, 0, 0x80], 1, [8], .integer),
      ("integer not in its shortest form", [0, 1, 0x81, 0, 0, 0x61], 1, [8], .integer),
      (
        "integer of more than 64 bits",
        [255, 255, 255, 255, 255, 255, 255, 255, 255, 2, 0, 0, 0], 1, [8], .integer
      ),
      ("shared bytes at a restart point", [1, 1, 0, 0, 0x61], 1, [8], .restart),
      ("more shared than there is", [0, 1, 0, 0, 0x61, 2, 1, 0, 0, 0x62], 2, [8], .length),
      ("the same key twice", [0, 1, 0, 0, 0x61, 1, 0, 0, 0], 2, [8], .order),
      ("a smaller key", [0, 1, 0, 0, 0x62, 0, 1, 0, 0, 0x61], 2, [8], .order),
      ("fewer shared than are equal", [0, 1, 0, 0, 0x61, 0, 2, 0, 0, 0x61, 0x62], 2, [8], .order),
      ("bytes behind the last entry", [0, 1, 0, 0, 0x61, 0], 1, [8], .counts),
      ("more entries than bytes", [0, 1, 0, 0, 0x61], 2, [8], .integer),
      ("no entries", [0, 1, 0, 0, 0x61], 0, [8], .counts),
      ("more entries than fit the restart points", [0, 1, 0, 0, 0x61], 900, [8], .counts),
      ("a restart point elsewhere", [0, 1, 0, 0, 0x61], 1, [9], .restart),
      ("a restart point outside", [0, 1, 0, 0, 0x61], 1, [0xFFFF_FFFF], .restart),
    ] as [(String, [UInt8], UInt32, [UInt32], SnapshotDefect.Rule)])
  func malformed(
    claim: String, entries: [UInt8], count: UInt32, restarts: [UInt32], rule: SnapshotDefect.Rule
  ) {
    let bytes = Self.block(entries, count: count, restarts: restarts)
    #expect(throws: SnapshotDefect.malformed(rule), "\(claim)") { try Self.keys(bytes) }
    // A search may not meet the defect, but it ends.
    _ = try? Self.find([0x61], bytes)
    _ = try? Self.find([0x7A], bytes)
  }

  @Test("A block whose size field is wrong is malformed")
  func wrongSize() {
    var bytes = Array(Self.block(Self.sound, count: 2).dropLast(4))
    bytes.storeUInt32(99, at: 0)
    bytes.appendUInt32(SnapshotFormat.checksum(bytes.span, salt: 7, offset: 80))
    #expect(throws: SnapshotDefect.malformed(.counts)) { try Self.keys(bytes) }
  }

  @Test("A block in another place, or of another file, does not pass")
  func seeded() {
    let bytes = Self.block(Self.sound, count: 2)
    for (salt, offset) in [(7, 81), (8, 80)] as [(UInt64, Int64)] {
      #expect(throws: SnapshotDefect.self) {
        _ = try SnapshotBlock(checking: bytes.span, salt: salt, offset: offset)
      }
    }
  }

  @Test(
    "Integers of variable length come back, and take the bytes that the format says",
    arguments: [
      (0, 1), (1, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (1 << 32, 5),
      (1 << 63 - 1, 9), (1 << 63, 10), (.max, 10),
    ] as [(UInt64, Int)])
  func varint(value: UInt64, byteCount: Int) throws {
    var bytes: [UInt8] = []
    SnapshotVarint.append(value, to: &bytes)
    #expect(bytes.count == byteCount)
    var position = 0
    #expect(try SnapshotVarint.read(bytes.span, at: &position, before: bytes.count) == value)
    #expect(position == byteCount)
    for cut in 0..<byteCount {
      var position = 0
      #expect(throws: SnapshotDefect.malformed(.integer)) {
        try SnapshotVarint.read(bytes.span, at: &position, before: cut)
      }
    }
  }

  @Test("Keys compare bytewise, a prefix before what it begins")
  func order() {
    let ascending: [[UInt8]] = [[], [0], [0, 0], [0, 255], [1], [127], [128], [255], [255, 0]]
    for (i, left) in ascending.enumerated() {
      for (j, right) in ascending.enumerated() {
        let order = left.span.order(comparedTo: right.span)
        #expect(order.signum() == (i - j).signum(), "\(left) and \(right)")
        let begins = left.span.begins(with: right.span)
        #expect(begins == left.starts(with: right), "\(left) and \(right)")
      }
    }
  }

  @Test("Separators stay short however long the keys are")
  func separators() throws {
    var sample = SnapshotSample.worked
    sample.blockByteCount = 64
    let long = [UInt8](repeating: 0x7A, count: 500)
    sample.entries = (1..<100 as Range<UInt8>).map {
      SnapshotSampleEntry(key: [$0] + long, value: [], sequence: 41)
    }
    let bytes = sample.encoded()
    let footerOffset = bytes.count - SnapshotFooter.byteCount
    let footer = try SnapshotFooter(
      checking: bytes.span.extracting(footerOffset..<bytes.count), header: sample.header,
      offset: Int64(footerOffset))
    #expect(footer.blockCount == 99)
    let firstAndLast = 501 * 2
    #expect(footerOffset - Int(footer.indexOffset) == 99 * 12 + 2 * 4 + firstAndLast + 98 + 4)
    #expect(try SnapshotSample(decoding: bytes).entries == sample.entries)
  }
}
