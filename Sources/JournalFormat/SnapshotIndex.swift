/// The index: which block holds a key, searched in place.
///
/// ```
///   0   8  block 0: offset in the file
///   8   4  block 0: where its separator ends, counted from the first separator
///  12  12  block 1: the same; and so on
///   …   …  separators, one after another
///   …   …  the last key of the file, whole
///   …   4  checksum over salt, offset of the index in the file, and all before
/// ```
///
/// A block ends where the next one begins, the last one where the removed prefixes begin. The
/// separator of block 0 is the first key of the file. That of a later block is the shortest
/// beginning of its first key that is greater than every key before, so the index stays small
/// however long the keys are. No blocks, no bytes but the checksum.
package struct SnapshotIndex: Sendable {
  static let rowByteCount = 12

  private let bytes: [UInt8]
  private let keysStart: Int
  /// How many blocks the file has.
  package let blockCount: Int
  private let blocksEnd: Int64

  /// Checks the index that `bytes` are exactly.
  package init(
    checking bytes: [UInt8], salt: UInt64, offset: Int64, blockCount: Int, blocksEnd: Int64
  ) throws(SnapshotDefect) {
    self.bytes = bytes
    self.blockCount = blockCount
    self.blocksEnd = blocksEnd
    let span = bytes.span
    _ = try SnapshotFormat.check(span, salt: salt, offset: offset)
    let room = span.count - 4
    guard blockCount >= 0, blockCount <= room / Self.rowByteCount else {
      throw .malformed(.counts)
    }
    keysStart = blockCount * Self.rowByteCount

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
  }

  /// How many bytes the index keeps in memory.
  package var byteCount: Int { bytes.count }

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

  /// The only block that can hold `key`, or nil when it lies outside of the file's keys.
  package func block(holding key: Span<UInt8>) -> Int? {
    let candidate = firstBlock { $0.order(comparedTo: key) > 0 } - 1
    guard candidate >= 0, bytes.span.extracting(lastKeyRange).order(comparedTo: key) >= 0 else {
      return nil
    }
    return candidate
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

  /// Binary search for the first block whose separator passes a test that all later ones pass too.
  private func firstBlock(where passes: (Span<UInt8>) -> Bool) -> Int {
    var low = 0
    var high = blockCount
    while low < high {
      let middle = (low + high) / 2
      if passes(bytes.span.extracting(separatorRange(middle))) {
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
  func encode(into output: inout [UInt8], lastKey: [UInt8], salt: UInt64, offset: Int64) {
    let start = output.count
    output += rows
    output += separators
    output += lastKey
    _ = SnapshotFormat.seal(&output, from: start, salt: salt, offset: offset)
  }
}
