import Testing

@testable import JournalFormat

@Suite("Filters of runs")
struct SnapshotFilterTests {
  /// A run of so many keys in small blocks.
  static func sample(keyCount: Int, from: UInt64 = 40) -> SnapshotSample {
    var sample = SnapshotSample.worked
    sample.header.from = LogSequenceNumber(from)
    sample.removedPrefixes = RemovedPrefixes()
    sample.blockByteCount = 256
    sample.entries = (0..<keyCount).map {
      SnapshotSampleEntry(key: key($0), value: [UInt8($0 & 0xFF)], sequence: 42)
    }
    return sample
  }

  static func key(_ number: Int) -> [UInt8] { Array("key \(1_000_000 + number)".utf8) }

  static func filters(of file: [UInt8]) throws -> [SnapshotFilter] {
    let header = try SnapshotHeader(decoding: file.span)
    let footerOffset = file.count - SnapshotFooter.byteCount
    let footer = try SnapshotFooter(
      checking: file.span.extracting(footerOffset..<file.count), header: header,
      offset: Int64(footerOffset))
    let index = try SnapshotIndex(
      checking: Array(file[Int(footer.indexOffset)..<footerOffset]), header: header,
      footer: footer)
    return try (0..<index.filterCount).map { number in
      let place = index.filter(number)
      return try SnapshotFilter(
        checking: Array(file[Int(place.lowerBound)..<Int(place.upperBound)]), salt: header.salt,
        offset: place.lowerBound)
    }
  }

  @Test("A filter lets every key of its blocks pass, and few others")
  func passes() throws {
    let file = Self.sample(keyCount: 5_000).encoded()
    let filters = try Self.filters(of: file)
    #expect(filters.count > 2)
    // Decoding holds every key to the filter of its block.
    #expect(try SnapshotSample(decoding: file).entries.count == 5_000)
    for filter in filters {
      let strangers = (10_000..<20_000).filter {
        filter.mayHold(SnapshotFilter.hash(Self.key($0).span))
      }
      #expect(strangers.count < 300)
    }
  }

  @Test("A base has no filters, as there is nothing to go on to behind it")
  func base() throws {
    let file = Self.sample(keyCount: 5_000, from: 0).encoded()
    #expect(try Self.filters(of: file).isEmpty)
    #expect(try SnapshotSample(decoding: file).entries.count == 5_000)
  }

  @Test("P9: a filter larger than the keys of its blocks can make it is not believed")
  func size() {
    #expect(SnapshotFilter.isPossible(byteCount: 64 * 10_000 + 4))
    for byteCount in [(1 << 20) + 4, (64 << 20) + 4, 4, 100] {
      #expect(!SnapshotFilter.isPossible(byteCount: byteCount))
    }
  }

  @Test("A filter that denies a key of its blocks is malformed, whatever its checksum says")
  func denies() throws {
    let file = Self.sample(keyCount: 10).encoded()
    let header = try SnapshotHeader(decoding: file.span)
    let footerOffset = file.count - SnapshotFooter.byteCount
    let footer = try SnapshotFooter(
      checking: file.span.extracting(footerOffset..<file.count), header: header,
      offset: Int64(footerOffset))
    var forged = file
    let place = Int(footer.filtersOffset)..<Int(footer.indexOffset)
    for offset in place.dropLast(4) { forged[offset] = 0 }
    let sum = SnapshotFormat.checksum(
      forged.span.extracting(place.dropLast(4)), salt: header.salt,
      offset: Int64(place.lowerBound))
    forged.storeUInt32(sum, at: place.upperBound - 4)
    #expect(throws: SnapshotDefect.malformed(.filter)) { try SnapshotSample(decoding: forged) }
  }
}
