import JournalFormat
import Testing

@Suite("Which group of blocks can hold a key")
struct SnapshotGroupTests {
  /// Keys with all that makes comparing hard: beginnings of each other, zeros at the end, and
  /// differences that come late, or early in long keys.
  private static func keys(behind prefix: [UInt8]) -> [[UInt8]] {
    let bytes: [UInt8] = [0x00, 0x61, 0xFF]
    let ends = (0..<729).map { number in
      var (rest, end) = (number, [UInt8]())
      while rest > 0 { (rest, end) = (rest / 3, end + [bytes[rest % 3]]) }
      return end
    }
    let late = ends.map { [UInt8](repeating: 0, count: 9) + $0 }
    let early = ends.map { $0 + [UInt8](repeating: 0x61, count: 8) }
    return Set((ends + late + early).map { prefix + $0 }).sorted {
      $0.lexicographicallyPrecedes($1)
    }
  }

  private static func index(of keys: [[UInt8]]) throws -> SnapshotIndex {
    var sample = SnapshotSample.worked
    sample.blockByteCount = 16
    sample.entries = keys.map { SnapshotSampleEntry(key: $0, value: [], sequence: 42) }
    let file = sample.encoded()
    let footerOffset = file.count - SnapshotFooter.byteCount
    let header = try SnapshotHeader(decoding: file.span)
    let footer = try SnapshotFooter(
      checking: file.span.extracting(footerOffset..<file.count), header: header,
      offset: Int64(footerOffset))
    return try SnapshotIndex(
      checking: Array(file[Int(footer.indexOffset)..<footerOffset]), header: header, footer: footer)
  }

  @Test(
    "It is the last one that does not begin behind the key, whatever keys share",
    arguments: ["", "s", "orders/2026/", "orders/streams of a long name/"])
  func group(prefix: String) throws {
    let prefix = Array(prefix.utf8)
    let keys = Self.keys(behind: prefix)
    let index = try Self.index(of: keys)
    let begins = stride(from: 0, to: index.blockCount, by: 64).map(index.separator)
    #expect(begins.count > 4)
    var probes: [[UInt8]] = [[], [0], [0xFF, 0xFF], Array("orders".utf8), Array("ordest".utf8)]
    for key in keys {
      let shorter = Array(key.dropLast())
      probes += [key, key + [0], key + [0x62], shorter, shorter + [0x60]]
    }
    for key in probes {
      let isBehind = index.lastKey.lexicographicallyPrecedes(key)
      let count = begins.prefix { !key.lexicographicallyPrecedes($0) }.count
      #expect(
        index.group(holding: key.span) == (isBehind || count == 0 ? nil : count - 1), "\(key)")
    }
  }
}
