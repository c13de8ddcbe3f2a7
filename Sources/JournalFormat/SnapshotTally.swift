/// What a walk over all blocks of a snapshot has found, to be held against index and footer.
package struct SnapshotTally: Equatable, Sendable {
  package private(set) var entryCount: UInt64 = 0
  private var removalCount: UInt64 = 0
  private var keyByteCount: UInt64 = 0
  private var valueByteCount: UInt64 = 0
  private var digest: UInt32 = 0

  package init() {}

  /// Walks the next block from its first entry to its last and adds it, or adds nothing of it when
  /// it breaks a rule.
  package mutating func add(
    _ block: SnapshotBlock, _ bytes: Span<UInt8>, ordinal: Int, index: SnapshotIndex,
    filter: SnapshotFilter, header: SnapshotHeader, walker: inout SnapshotBlockWalker
  ) throws(SnapshotDefect) {
    var tally = self
    let lowerBound = index.separator(ordinal)
    walker.enter(block)
    while let entry = try walker.next(in: bytes) {
      _ = try entry.sequence(in: header)
      if tally.entryCount == entryCount {
        guard walker.order(comparedTo: lowerBound.span) >= 0 else {
          throw .malformed(.index)
        }
      }
      let key = walker.key
      guard filter.mayHold(SnapshotFilter.hash(key.span)) else { throw .malformed(.filter) }
      tally.entryCount += 1
      tally.removalCount += entry.isRemoval ? 1 : 0
      tally.keyByteCount += UInt64(walker.key.count)
      tally.valueByteCount += UInt64(entry.value.count)
    }
    if ordinal + 1 < index.blockCount {
      let upperBound = index.separator(ordinal + 1)
      guard walker.order(comparedTo: upperBound.span) < 0 else {
        throw .malformed(.index)
      }
    } else {
      guard walker.key == index.lastKey else { throw .malformed(.index) }
    }
    let checksum = bytes.extracting((bytes.count - 4)..<bytes.count)
    tally.digest = CRC32C.checksum(checksum, continuing: digest)
    self = tally
  }

  /// Compares what was found, after the last block, with what the footer says.
  package func check(against footer: SnapshotFooter) throws(SnapshotDefect) {
    guard entryCount == footer.entryCount, removalCount == footer.removalCount,
      keyByteCount == footer.keyByteCount, valueByteCount == footer.valueByteCount
    else { throw .malformed(.counts) }
    guard digest == footer.digest else { throw .malformed(.digest) }
  }
}
