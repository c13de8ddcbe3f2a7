package import JournalFormat

/// What a snapshot covers and holds.
package struct SnapshotSummary: Equatable, Sendable {
  package var identity: StoreIdentity
  /// The last commit that is *not* covered; zero in a base.
  package var from: LogSequenceNumber
  /// The last commit that is covered.
  package var to: LogSequenceNumber
  /// When it was begun, in nanoseconds since 1970 (UTC).
  package var createdAt: Int64
  /// What all commits up to ``from`` sum up to.
  package var historyBefore: HistoryChecksum
  /// What all commits up to ``to`` sum up to.
  package var historyThrough: HistoryChecksum
  /// The size of the file in bytes.
  package var byteCount: Int64
  package var blockCount: Int
  /// Entries, removals included.
  package var entryCount: Int
  package var removalCount: Int
  package var removedPrefixCount: Int
  /// The bytes of all keys.
  package var keyByteCount: Int64
  /// The bytes of all values.
  package var valueByteCount: Int64
  /// CRC-32C over the checksums of the blocks, in order.
  package var digest: UInt32

  init(header: SnapshotHeader, footer: SnapshotFooter, byteCount: Int64) {
    identity = header.identity
    from = header.from
    to = header.to
    createdAt = header.createdAt
    historyBefore = header.historyBefore
    historyThrough = header.historyThrough
    self.byteCount = byteCount
    blockCount = Int(clamping: footer.blockCount)
    entryCount = Int(clamping: footer.entryCount)
    removalCount = Int(clamping: footer.removalCount)
    removedPrefixCount = Int(clamping: footer.removedPrefixCount)
    keyByteCount = Int64(clamping: footer.keyByteCount)
    valueByteCount = Int64(clamping: footer.valueByteCount)
    digest = footer.digest
  }
}
