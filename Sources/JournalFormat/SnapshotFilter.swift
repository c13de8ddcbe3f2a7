/// A filter: which keys are *not* in a group of blocks, so that a look-up passes over most runs that
/// do not have its key without reading a block.
///
/// ```
///   0  64 × n  lines; a set bit says that some key of the group hashes there
///   …   4      checksum over salt, offset of the filter in the file, and all before
/// ```
///
/// All bits of a key lie in one line, so that asking costs one access to memory. With ten bits for
/// each key, about one in a hundred keys that are not there passes.
package struct SnapshotFilter: Sendable {
  /// How many blocks of the file share a filter; the last filter has what is left.
  package static let blocksPerFilter = 64
  /// The most bytes that the filters of a file take together. What comes behind has none.
  package static let maximumByteCount = 64 << 20
  static let lineByteCount = 64
  private static let lineBitCount = 512
  private static let bitsPerKey = 10
  private static let bitsSetPerKey = 6

  private let bytes: [UInt8]

  /// The filter of a group without one: every key passes.
  package init() { bytes = [] }

  /// Checks the filter that `bytes` are exactly; it begins at `offset` in the file.
  package init(checking bytes: [UInt8], salt: UInt64, offset: Int64) throws(SnapshotDefect) {
    _ = try SnapshotFormat.check(bytes.span, salt: salt, offset: offset)
    guard Self.isPossible(byteCount: bytes.count), !bytes.isEmpty else {
      throw .malformed(.counts)
    }
    self.bytes = bytes
  }

  /// The hash of a key that filters go by: its CRC-32C, which processors compute in a few cycles.
  /// Somebody who makes keys fall together gains a few reads that were not needed.
  package static func hash(_ key: Span<UInt8>) -> UInt32 { CRC32C.checksum(key) }

  /// Whether a filter can have this size, or be missing, which is a size of zero. The keys of its
  /// blocks never fill half of the limit, which keeps a reader from believing more.
  static func isPossible(byteCount: Int) -> Bool {
    byteCount == 0
      || byteCount > lineByteCount && byteCount <= 1 << 20 && byteCount % lineByteCount == 4
  }

  /// Whether a key with this hash may be in the group.
  package func mayHold(_ hash: UInt32) -> Bool {
    guard !bytes.isEmpty else { return true }
    let span = bytes.span
    let (line, bits) = Self.place(hash, lineCount: span.count / Self.lineByteCount)
    // All bits are asked: where each one decides, processors guess wrong once for most keys.
    var answer: UInt8 = 1
    var rest = bits
    for _ in 0..<Self.bitsSetPerKey {
      let bit = Int(rest & UInt64(Self.lineBitCount - 1))
      answer &= span[line + (bit >> 3)] &>> UInt8(bit & 7)
      rest >>= 9
    }
    return answer == 1
  }

  /// Appends the lines for keys with these hashes.
  static func encode(_ hashes: [UInt32], into output: inout [UInt8]) {
    let lineCount = (hashes.count * bitsPerKey + lineBitCount - 1) / lineBitCount
    let start = output.count
    output.append(zeros: lineCount * lineByteCount)
    for hash in hashes {
      let (line, bits) = place(hash, lineCount: lineCount)
      var rest = bits
      for _ in 0..<bitsSetPerKey {
        let bit = Int(rest & UInt64(lineBitCount - 1))
        output[start + line + (bit >> 3)] |= 1 << UInt8(bit & 7)
        rest >>= 9
      }
    }
  }

  /// The offset of a key's line, and the numbers of its bits there, nine bits each from the lowest.
  private static func place(_ hash: UInt32, lineCount: Int) -> (line: Int, bits: UInt64) {
    var mixed = UInt64(hash) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
    let line = Int(truncatingIfNeeded: ((mixed >> 32) &* UInt64(lineCount)) >> 32)
    let bits = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return (line * lineByteCount, bits >> 10)
  }
}

/// Collects the filters of a file while its entries are written.
struct SnapshotFilterBuilder {
  /// The lines of all filters.
  private var lines: [UInt8] = []
  /// Where the lines of each filter end.
  private var ends: [Int] = []
  private var hashes: [UInt32] = []

  mutating func add(_ key: Span<UInt8>) { hashes.append(SnapshotFilter.hash(key)) }

  /// Ends a group of blocks.
  mutating func endGroup() {
    guard !hashes.isEmpty else { return }
    if lines.count < SnapshotFilter.maximumByteCount {
      SnapshotFilter.encode(hashes, into: &lines)
    }
    ends.append(lines.count)
    hashes.removeAll(keepingCapacity: true)
  }

  /// Appends the filters, the first of which begins at `offset` in the file; returns where each ends,
  /// counted from the first.
  func encode(into output: inout [UInt8], salt: UInt64, offset: Int64) -> [UInt32] {
    let first = output.count
    var start = 0
    return ends.map { end in
      if end > start {
        let partStart = output.count
        output += lines[start..<end]
        _ = SnapshotFormat.seal(
          &output, from: partStart, salt: salt, offset: offset + Int64(partStart - first))
      }
      start = end
      return UInt32(output.count - first)
    }
  }
}
