/// Turns entries in ascending order of their keys into the bytes of a snapshot, piece by piece.
///
/// The caller takes the completed bytes from ``output`` whenever there are enough of them, so
/// memory holds one piece, the open block and the index. The same input gives the same bytes.
package struct SnapshotEncoder: Sendable {
  package let header: SnapshotHeader
  /// Encoded bytes that have not been taken; the first ``completedByteCount`` are final.
  package private(set) var output: [UInt8] = []
  /// The offset in the file of the first byte of ``output``.
  package private(set) var outputOffset: Int64 = 0
  /// How many bytes of ``output`` are final: all but the open block.
  package private(set) var completedByteCount = 0

  private let removedPrefixes: RemovedPrefixes
  private let blockByteCount: Int
  private var index = SnapshotIndexBuilder()
  private var filters = SnapshotFilterBuilder()
  private var footer = SnapshotFooter()
  private var lastKey: [UInt8] = []
  private var restarts: [UInt32] = []
  private var openEntryCount = 0

  /// Begins a file. A base, with nothing older to hide, has no removed prefixes: they are dropped.
  package init(
    header: SnapshotHeader, removedPrefixes: RemovedPrefixes,
    blockByteCount: Int = SnapshotFormat.blockByteCount
  ) {
    precondition(header.from < header.to, "a snapshot covers at least one commit")
    self.header = header
    self.removedPrefixes = header.isBase ? RemovedPrefixes() : removedPrefixes
    self.blockByteCount = blockByteCount
    header.encode(into: &output)
    completedByteCount = output.count
  }

  /// Whether an entry is within the limits of the format: its own size, and 4 GiB of separators in
  /// the index, which no file with keys of sensible size comes near.
  private func accepts(keyByteCount: Int, valueByteCount: Int) -> Bool {
    keyByteCount + valueByteCount <= SnapshotFormat.maximumEntryByteCount
      && index.separatorByteCount + keyByteCount <= Int(UInt32.max)
  }

  /// Adds an entry and answers how many bytes are completed by now; nil, with nothing added, when
  /// it is not within the limits of the format. Its key must be greater than the last one, its
  /// sequence number in the range of the file, and in a base it cannot be a removal.
  @discardableResult
  package mutating func append(
    key: Span<UInt8>, value: Span<UInt8>, isRemoval: Bool, sequence: LogSequenceNumber
  ) -> Int? {
    guard accepts(keyByteCount: key.count, valueByteCount: value.count) else { return nil }
    // What both begin with tells which is greater.
    let common = key.sharedPrefixCount(with: lastKey.span)
    precondition(
      footer.entryCount == 0
        || common < key.count && (common == lastKey.count || key[common] > lastKey[common]),
      "keys must ascend")
    precondition(
      sequence > header.from && sequence <= header.to, "a commit outside of the snapshot's range")
    precondition(!(isRemoval && header.isBase), "a base holds no removals")

    let size = output.count - completedByteCount
    if openEntryCount > 0, size + key.count + value.count > blockByteCount { closeBlock() }
    if openEntryCount == 0 { openBlock(firstKey: key) }

    var shared = 0
    if openEntryCount % SnapshotFormat.restartInterval == 0 {
      restarts.append(UInt32(output.count - completedByteCount))
    } else {
      shared = common
    }
    let suffix = key.extracting(shared..<key.count)
    SnapshotVarint.append(
      UInt64(shared), UInt64(suffix.count), isRemoval ? 0 : UInt64(value.count) + 1,
      header.to.rawValue - sequence.rawValue, to: &output)
    output.append(suffix)
    if !isRemoval { output.append(value) }

    // Behind a base there is nothing that a look-up could go on to, so it needs no filter.
    if !header.isBase { filters.add(key) }
    lastKey.replaceAll(behind: common, with: key.extracting(common..<key.count))
    openEntryCount += 1
    footer.entryCount += 1
    footer.removalCount += isRemoval ? 1 : 0
    footer.keyByteCount += UInt64(key.count)
    footer.valueByteCount += isRemoval ? 0 : UInt64(value.count)
    return completedByteCount
  }

  private mutating func openBlock(firstKey: Span<UInt8>) {
    let previousKey = lastKey
    index.add(blockAt: endOffset, firstKey: firstKey, after: previousKey.span)
    restarts.removeAll(keepingCapacity: true)
    // Size and entry count are filled in when the block is closed.
    output.appendUInt64(0)
  }

  private mutating func closeBlock() {
    guard openEntryCount > 0 else { return }
    for restart in restarts { output.appendUInt32(restart) }
    let start = completedByteCount
    output.storeUInt32(UInt32(output.count - start + 4), at: start)
    output.storeUInt32(UInt32(openEntryCount), at: start + 4)
    _ = SnapshotFormat.seal(
      &output, from: start, salt: header.salt, offset: outputOffset + Int64(start))
    footer.digest = CRC32C.checksum(
      output.span.extracting((output.count - 4)..<output.count), continuing: footer.digest)
    openEntryCount = 0
    completedByteCount = output.count
    if index.blockCount % SnapshotFilter.blocksPerFilter == 0 { filters.endGroup() }
  }

  /// Closes the file: everything is in ``output`` then, and final.
  package mutating func finish() -> SnapshotFooter {
    closeBlock()
    footer.blockCount = UInt64(index.blockCount)
    footer.removedPrefixCount = UInt64(removedPrefixes.sorted.count)
    footer.removedPrefixesOffset = endOffset
    removedPrefixes.encode(into: &output, salt: header.salt, offset: endOffset)
    footer.filtersOffset = endOffset
    filters.endGroup()
    let filterEnds = filters.encode(into: &output, salt: header.salt, offset: endOffset)
    footer.indexOffset = endOffset
    index.encode(
      into: &output, filterEnds: filterEnds, lastKey: lastKey, salt: header.salt,
      offset: endOffset)
    footer.encode(into: &output, header: header, offset: endOffset)
    completedByteCount = output.count
    return footer
  }

  /// The offset in the file where the next byte goes.
  private var endOffset: Int64 { outputOffset + Int64(output.count) }

  /// Lets go of the completed bytes after they have been written.
  package mutating func dropCompleted() {
    output.removeSubrange(0..<completedByteCount)
    outputOffset += Int64(completedByteCount)
    completedByteCount = 0
  }
}
