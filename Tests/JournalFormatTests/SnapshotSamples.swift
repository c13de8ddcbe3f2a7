import JournalFormat

/// One entry as tests write it down.
struct SnapshotSampleEntry: Equatable {
  var key: [UInt8]
  /// Nil for a removal.
  var value: [UInt8]?
  var sequence: UInt64
}

/// The content of a snapshot, and its way to bytes and back by the format alone.
struct SnapshotSample: Equatable {
  var header: SnapshotHeader
  var removedPrefixes = RemovedPrefixes()
  var entries: [SnapshotSampleEntry] = []
  var blockByteCount = SnapshotFormat.blockByteCount

  /// The whole file.
  func encoded() -> [UInt8] {
    var encoder = SnapshotEncoder(
      header: header, removedPrefixes: removedPrefixes, blockByteCount: blockByteCount)
    for entry in entries {
      let value = entry.value ?? []
      encoder.append(
        key: entry.key.span, value: value.span, isRemoval: entry.value == nil,
        sequence: LogSequenceNumber(entry.sequence))
    }
    _ = encoder.finish()
    return encoder.output
  }

  init(header: SnapshotHeader) { self.header = header }

  /// Reads a whole file and checks every rule.
  init(decoding file: [UInt8]) throws {
    header = try SnapshotHeader(decoding: file.span)
    let footerOffset = file.count - SnapshotFooter.byteCount
    let footer = try SnapshotFooter(
      checking: file.span.extracting(footerOffset..<file.count), header: header,
      offset: Int64(footerOffset))
    let prefixesOffset = Int(footer.removedPrefixesOffset)
    let filtersOffset = Int(footer.filtersOffset)
    removedPrefixes = try RemovedPrefixes(
      checking: file.span.extracting(prefixesOffset..<filtersOffset), salt: header.salt,
      offset: footer.removedPrefixesOffset, count: footer.removedPrefixCount)
    let index = try SnapshotIndex(
      checking: Array(file[Int(footer.indexOffset)..<footerOffset]), header: header,
      footer: footer)
    let filters = try (0..<index.filterCount).map { number in
      let place = index.filter(number)
      return try SnapshotFilter(
        checking: Array(file[Int(place.lowerBound)..<Int(place.upperBound)]), salt: header.salt,
        offset: place.lowerBound)
    }

    var tally = SnapshotTally()
    var checker = SnapshotBlockWalker()
    var walker = SnapshotBlockWalker()
    for ordinal in 0..<index.blockCount {
      let place = index.block(ordinal)
      let bytes = file.span.extracting(Int(place.lowerBound)..<Int(place.upperBound))
      let block = try SnapshotBlock(checking: bytes, salt: header.salt, offset: place.lowerBound)
      try tally.add(
        block, bytes, ordinal: ordinal, index: index,
        filter: index.filter(ofBlock: ordinal).map { filters[$0] } ?? SnapshotFilter(),
        header: header, walker: &checker)
      walker.enter(block)
      while let entry = try walker.next(in: bytes) {
        let value = file[(entry.value.lowerBound + Int(place.lowerBound))...]
        entries.append(
          SnapshotSampleEntry(
            key: walker.key, value: entry.isRemoval ? nil : Array(value.prefix(entry.value.count)),
            sequence: try entry.sequence(in: header).rawValue))
      }
    }
    try tally.check(against: footer)
  }

  /// The example that the article *Snapshot format* works in hexadecimal.
  static var worked: SnapshotSample {
    var sample = SnapshotSample(
      header: SnapshotHeader(
        identity: StoreIdentity(high: 0x1111_1111_1111_1111, low: 0x2222_2222_2222_2222),
        from: LogSequenceNumber(40), to: LogSequenceNumber(43), salt: 0x0102_0304_0506_0708,
        createdAt: 1_700_000_000_000_000_000, historyBefore: HistoryChecksum(0x3132_3334),
        historyThrough: HistoryChecksum(0x4142_4344)))
    sample.removedPrefixes = RemovedPrefixes([Array("old/".utf8)])
    sample.entries = [
      SnapshotSampleEntry(key: Array("orders/a".utf8), value: [0x18, 0x2A], sequence: 42),
      SnapshotSampleEntry(key: Array("orders/b".utf8), value: nil, sequence: 43),
    ]
    return sample
  }

  /// What the golden file of version 1 holds: several blocks, every kind of entry, integers of one
  /// to eight bytes.
  static var golden: SnapshotSample {
    var sample = SnapshotSample(
      header: SnapshotHeader(
        identity: StoreIdentity(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210),
        from: LogSequenceNumber(1000), to: LogSequenceNumber(1 << 50), salt: 0xC0FF_EE00_D15E_A5E5,
        createdAt: -1, historyBefore: HistoryChecksum(1), historyThrough: HistoryChecksum(.max)))
    sample.blockByteCount = 512
    sample.removedPrefixes = RemovedPrefixes([[0x00], Array("source/4/".utf8), [0xFF, 0xFF]])
    sample.entries = [
      SnapshotSampleEntry(key: [], value: [], sequence: 1001),
      SnapshotSampleEntry(key: [0], value: nil, sequence: 1 << 50),
    ]
    for number in 0..<60 {
      let digits = String(number + 100)
      sample.entries.append(
        SnapshotSampleEntry(
          key: Array("source/\(number / 7 + 1)/stream \(digits)".utf8),
          value: number % 9 == 4 ? nil : [UInt8](repeating: UInt8(number), count: number % 5 * 4),
          sequence: (1 << 50) - (1 << UInt64(number % 50)) + 1))
    }
    sample.entries.append(
      SnapshotSampleEntry(
        key: Array("source/9".utf8) + [0xFF], value: (0..<700).map { UInt8($0 % 251) },
        sequence: 1 << 49))
    return sample
  }
}
