/// The index: which block holds a key, searched in place.
///
/// ```
///   0   8  block 0: offset in the file
///   8   4  block 0: where its separator ends, counted from the first separator
///  12  12  block 1: the same; and so on
///   …   4  filter 0: where it ends, counted from the first filter; and so on
///   …   …  separators, one after another
///   …   …  the last key of the file, whole
///   …   4  checksum over salt, offset of the index in the file, and all before
/// ```
///
/// A block ends where the next one begins, the last one where the removed prefixes begin. The
/// separator of block 0 is the first key of the file. That of a later block is the shortest
/// beginning of its first key that is greater than every key before, so the index stays small
/// however long the keys are. No blocks, no bytes but the checksum.
///
/// In a run, each group of 64 blocks has a filter (``SnapshotFilter``), which may be of no bytes; a
/// base has none.
package struct SnapshotIndex: Sendable {
  static let rowByteCount = 12
  static let filterRowByteCount = 4

  private let bytes: [UInt8]
  private let filterRowsStart: Int
  private let keysStart: Int
  /// How many blocks the file has.
  package let blockCount: Int
  private let blocksEnd: Int64
  private let filters: Range<Int64>
  /// How many groups of blocks have a place for a filter.
  package let filterCount: Int
  /// What all keys of the file begin with has so many bytes.
  private var sharedByteCount = 0
  /// The separator of each group of blocks behind that, and the last key: the first eight bytes as a
  /// number, so that looking for a group compares numbers that lie side by side.
  private var groupHeads: [UInt64] = []
  private var lastHead: UInt64 = 0

  /// Checks the index that `bytes` are exactly, in the file that header and footer describe.
  package init(
    checking bytes: [UInt8], header: SnapshotHeader, footer: SnapshotFooter
  ) throws(SnapshotDefect) {
    self.bytes = bytes
    blockCount = Int(clamping: footer.blockCount)
    blocksEnd = footer.removedPrefixesOffset
    filters = footer.filtersOffset..<footer.indexOffset
    let span = bytes.span
    _ = try SnapshotFormat.check(span, salt: header.salt, offset: footer.indexOffset)
    let room = span.count - 4
    guard blockCount <= room / Self.rowByteCount else { throw .malformed(.counts) }
    let group = SnapshotFilter.blocksPerFilter
    filterCount = header.isBase ? 0 : (blockCount + group - 1) / group
    filterRowsStart = blockCount * Self.rowByteCount
    keysStart = filterRowsStart + filterCount * Self.filterRowByteCount
    guard keysStart <= room else { throw .malformed(.counts) }

    var nextOffset = Int64(SnapshotHeader.byteCount)
    var separatorEnd = 0
    for row in 0..<blockCount {
      let end = Int(span.loadUInt32(at: row * Self.rowByteCount + 8))
      guard end >= separatorEnd, end <= room - keysStart else { throw .malformed(.counts) }
      separatorEnd = end
      let offset = Int64(bitPattern: span.loadUInt64(at: row * Self.rowByteCount))
      guard row == 0 ? offset == nextOffset : offset >= nextOffset else {
        throw .malformed(.places)
      }
      guard offset <= blocksEnd - Int64(SnapshotBlock.minimumByteCount) else {
        throw .malformed(.places)
      }
      nextOffset = offset + Int64(SnapshotBlock.minimumByteCount)
    }
    guard blockCount > 0 || blocksEnd == nextOffset else { throw .malformed(.places) }
    try checkFilters()
    guard blockCount > 0 else { return }
    let last = span.extracting(lastKeyRange)
    sharedByteCount = span.extracting(separatorRange(0)).sharedPrefixCount(with: last)
    lastHead = Self.head(of: last, behind: sharedByteCount)
    groupHeads = stride(from: 0, to: blockCount, by: group).map { ordinal in
      Self.head(of: span.extracting(separatorRange(ordinal)), behind: sharedByteCount)
    }
  }

  /// Eight bytes as a number that is in the order of keys; zeros for what a key does not have.
  private static func head(of key: Span<UInt8>, behind start: Int) -> UInt64 {
    if key.count >= start + 8 { return key.loadUInt64(at: start).byteSwapped }
    return (start..<start + 8).reduce(0) { head, place in
      head << 8 | (place < key.count ? UInt64(key[place]) : 0)
    }
  }

  private func checkFilters() throws(SnapshotDefect) {
    var end = 0
    for number in 0..<filterCount {
      let next = filterEnd(number)
      guard next >= end, SnapshotFilter.isPossible(byteCount: next - end) else {
        throw .malformed(.counts)
      }
      end = next
    }
    guard end == filters.count else { throw .malformed(.places) }
  }

  private func filterEnd(_ number: Int) -> Int {
    Int(bytes.span.loadUInt32(at: filterRowsStart + number * Self.filterRowByteCount))
  }

  /// The place of a filter in the file; empty when the group of blocks has none.
  package func filter(_ number: Int) -> Range<Int64> {
    let start = number == 0 ? 0 : filterEnd(number - 1)
    return (filters.lowerBound + Int64(start))..<(filters.lowerBound + Int64(filterEnd(number)))
  }

  /// The number of the filter that a block shares with its neighbours; nil in a base.
  package func filter(ofBlock ordinal: Int) -> Int? {
    filterCount == 0 ? nil : ordinal / SnapshotFilter.blocksPerFilter
  }

  /// How many bytes the index keeps in memory.
  package var byteCount: Int { bytes.count + groupHeads.count * 8 }

  /// The place of a block in the file.
  package func block(_ ordinal: Int) -> Range<Int64> {
    offset(ordinal)..<(ordinal + 1 < blockCount ? offset(ordinal + 1) : blocksEnd)
  }

  private func offset(_ ordinal: Int) -> Int64 {
    Int64(bitPattern: bytes.span.loadUInt64(at: ordinal * Self.rowByteCount))
  }

  /// A lower bound of the keys in a block, greater than all keys in the blocks before.
  package func separator(_ ordinal: Int) -> [UInt8] { Array(bytes[separatorRange(ordinal)]) }

  /// The greatest key of the file; empty when there are no blocks.
  package var lastKey: [UInt8] { Array(bytes[lastKeyRange]) }

  private func separatorEnd(_ ordinal: Int) -> Int {
    keysStart + Int(bytes.span.loadUInt32(at: ordinal * Self.rowByteCount + 8))
  }

  private func separatorRange(_ ordinal: Int) -> Range<Int> {
    (ordinal == 0 ? keysStart : separatorEnd(ordinal - 1))..<separatorEnd(ordinal)
  }

  private var lastKeyRange: Range<Int> {
    (blockCount == 0 ? keysStart : separatorEnd(blockCount - 1))..<(bytes.count - 4)
  }

  /// The only group of blocks that can hold `key`, or nil when it lies outside of the file's keys.
  /// The groups are those of the filters, in a base too.
  package func group(holding key: Span<UInt8>) -> Int? {
    let span = bytes.span
    // Keys between the first and the last one begin with what these share.
    guard blockCount > 0, key.begins(with: span.extracting(keysStart..<keysStart + sharedByteCount))
    else { return nil }
    let head = Self.head(of: key, behind: sharedByteCount)
    guard
      lastHead == head
        ? span.extracting(lastKeyRange).order(comparedTo: key) >= 0 : lastHead > head
    else { return nil }
    let next = first(in: 0..<groupHeads.count) { group in
      let other = groupHeads[group]
      if other != head { return other > head }
      let separator = separatorRange(group * SnapshotFilter.blocksPerFilter)
      return span.extracting(separator).order(comparedTo: key) > 0
    }
    return next == 0 ? nil : next - 1
  }

  /// The only block that can hold `key`, in the only group that can.
  package func block(holding key: Span<UInt8>, inGroup group: Int) -> Int {
    let start = group * SnapshotFilter.blocksPerFilter
    let end = min(start + SnapshotFilter.blocksPerFilter, blockCount)
    return first(in: (start + 1)..<end) { ordinal in
      bytes.span.extracting(separatorRange(ordinal)).order(comparedTo: key) > 0
    } - 1
  }

  /// The first block that can hold a key not smaller than `key`; ``blockCount`` when none can.
  package func firstBlock(from key: Span<UInt8>) -> Int {
    guard bytes.span.extracting(lastKeyRange).order(comparedTo: key) >= 0 else {
      return blockCount
    }
    return max(0, firstBlock { $0.order(comparedTo: key) > 0 } - 1)
  }

  /// The first block that begins behind all keys with `prefix`; ``blockCount`` when none does.
  package func firstBlock(behindPrefix prefix: Span<UInt8>) -> Int {
    firstBlock { $0.order(comparedTo: prefix) > 0 && !$0.begins(with: prefix) }
  }

  /// The first block that holds no key before `limit`; ``blockCount`` when all do.
  package func firstBlock(notBefore limit: Span<UInt8>) -> Int {
    firstBlock { $0.order(comparedTo: limit) >= 0 }
  }

  /// Binary search for the first block whose separator passes a test that all later ones pass too.
  private func firstBlock(where passes: (Span<UInt8>) -> Bool) -> Int {
    first(in: 0..<blockCount) { passes(bytes.span.extracting(separatorRange($0))) }
  }

  private func first(in range: Range<Int>, where passes: (Int) -> Bool) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if passes(middle) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}

/// Collects the rows of an index while blocks are written.
struct SnapshotIndexBuilder {
  private var rows: [UInt8] = []
  private var separators: [UInt8] = []
  private(set) var blockCount = 0
  var separatorByteCount: Int { separators.count }

  /// Adds the block at `offset` that begins with `firstKey`, after a block that ended with
  /// `lastKey`.
  mutating func add(blockAt offset: Int64, firstKey: Span<UInt8>, after lastKey: Span<UInt8>) {
    let needed =
      blockCount == 0
      ? firstKey.count : min(firstKey.count, firstKey.sharedPrefixCount(with: lastKey) + 1)
    separators.append(firstKey.extracting(0..<needed))
    rows.appendUInt64(UInt64(bitPattern: offset))
    rows.appendUInt32(UInt32(separators.count))
    blockCount += 1
  }

  /// Appends the index, which begins at `offset` in the file.
  func encode(
    into output: inout [UInt8], filterEnds: [UInt32], lastKey: [UInt8], salt: UInt64,
    offset: Int64
  ) {
    let start = output.count
    output += rows
    for end in filterEnds { output.appendUInt32(end) }
    output += separators
    output += lastKey
    _ = SnapshotFormat.seal(&output, from: start, salt: salt, offset: offset)
  }
}
