import JournalFormat

/// Snapshots as inputs: how they are built, and how their checksums are made right again.
enum SnapshotInput {
  static let name = FileName.snapshot(range).text
  static let range = SnapshotRange(after: LogSequenceNumber(100), through: LogSequenceNumber(200))
  static let header = SnapshotHeader(
    identity: SegmentInput.store, from: range.after, to: range.through, salt: 0x5EA1, createdAt: 1,
    historyBefore: .empty, historyThrough: .empty)

  /// Runs of several blocks and of none, of one filter and of two, with removals and removed prefixes.
  static let seeds: [[UInt8]] = [
    snapshot(entryCount: 0, prefixes: []), snapshot(entryCount: 1, prefixes: []),
    snapshot(entryCount: 20, prefixes: [[0x61, 0x62], [0x7A]]),
    snapshot(entryCount: 60, prefixes: [[]]), snapshot(entryCount: 17, prefixes: []),
    snapshot(entryCount: 80, prefixes: [], blockByteCount: 1),
  ]

  private static func snapshot(
    entryCount: Int, prefixes: [[UInt8]], blockByteCount: Int = 256
  ) -> [UInt8] {
    var encoder = SnapshotEncoder(
      header: header, removedPrefixes: RemovedPrefixes(prefixes), blockByteCount: blockByteCount)
    for number in 0..<entryCount {
      let key = Array("key \(100 + number)".utf8)
      encoder.append(
        key: key.span, value: [UInt8](repeating: 0x76, count: number % 7).span,
        isRemoval: number % 5 == 4, sequence: LogSequenceNumber(UInt64(101 + number)))
    }
    _ = encoder.finish()
    return encoder.output
  }

  /// Gives every part that header, footer and block sizes lead to a right checksum.
  static func repair(_ input: inout [UInt8]) {
    let footer = input.count - SnapshotFooter.byteCount
    guard footer >= SnapshotHeader.byteCount else { return }
    input.storeUInt32(CRC32C.checksum(input.span.extracting(0..<76)), at: 76)
    let blocksEnd = Int(clamping: input.span.loadUInt64(at: footer + 8))
    let filters = Int(clamping: input.span.loadUInt64(at: footer + 104))
    let index = Int(clamping: input.span.loadUInt64(at: footer + 48))
    if blocksEnd <= filters, filters <= index, index <= footer,
      blocksEnd >= SnapshotHeader.byteCount
    {
      let digest = sealBlocks(&input, upTo: blocksEnd)
      input.storeUInt32(digest, at: footer + 112)
      seal(&input, blocksEnd..<filters)
      sealFilters(&input, filters..<index, rowsFrom: index, upTo: footer)
      seal(&input, index..<footer)
    }
    seal(&input, footer..<input.count)
  }

  /// Seals the blocks as far as their sizes lead; returns the digest over their checksums.
  private static func sealBlocks(_ input: inout [UInt8], upTo end: Int) -> UInt32 {
    var digest: UInt32 = 0
    var offset = SnapshotHeader.byteCount
    while offset + 8 <= end {
      let count = Int(input.span.loadUInt32(at: offset))
      guard count >= 8, count <= end - offset else { break }
      seal(&input, offset..<(offset + count))
      digest = CRC32C.checksum(
        input.span.extracting((offset + count - 4)..<(offset + count)), continuing: digest)
      offset += count
    }
    return digest
  }

  /// Seals the filters as far as the index has them.
  private static func sealFilters(
    _ input: inout [UInt8], _ filters: Range<Int>, rowsFrom index: Int, upTo footer: Int
  ) {
    let blockCount = Int(clamping: input.span.loadUInt64(at: footer + 56))
    guard blockCount < input.count / 12 else { return }
    var row = index + 12 * blockCount
    var start = filters.lowerBound
    while start < filters.upperBound, row + 4 <= footer {
      let end = filters.lowerBound + Int(input.span.loadUInt32(at: row))
      guard end > start, end <= filters.upperBound else { break }
      seal(&input, start..<end)
      start = end
      row += 4
    }
  }

  private static func seal(_ input: inout [UInt8], _ part: Range<Int>) {
    guard part.count >= 4 else { return }
    let sum = SnapshotFormat.checksum(
      input.span.extracting(part.lowerBound..<(part.upperBound - 4)),
      salt: input.span.loadUInt64(at: 48), offset: Int64(part.lowerBound))
    input.storeUInt32(sum, at: part.upperBound - 4)
  }
}
