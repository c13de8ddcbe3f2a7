/// The last 120 bytes of a snapshot: where its parts are, and what it holds.
///
/// ```
///       0                            8
///    0  magic "SJSNAPE"              offset of the removed prefixes = end of the blocks
///   16  store identity, high         store identity, low
///   32  from (exclusive)             to (inclusive)
///   48  offset of the index          number of blocks
///   64  number of removed prefixes   number of entries, removals included
///   80  number of removals           bytes of all keys
///   96  bytes of all values          offset of the filters = end of the removed prefixes
///  112  digest  4                116 checksum  4
/// ```
///
/// The checksum covers salt, offset of the footer in the file, and all before; as the offset is in
/// it, a file that was cut or that grew does not pass.
package struct SnapshotFooter: Equatable, Sendable {
  /// The size of a footer in bytes.
  package static let byteCount = 120
  /// "SJSNAPE", line feed.
  package static let magic: [UInt8] = [0x53, 0x4A, 0x53, 0x4E, 0x41, 0x50, 0x45, 0x0A]

  /// Where the blocks end and the removed prefixes begin.
  package var removedPrefixesOffset: Int64 = 0
  /// Where the removed prefixes end and the filters begin.
  package var filtersOffset: Int64 = 0
  /// Where the filters end and the index begins; it ends where the footer begins.
  package var indexOffset: Int64 = 0
  package var blockCount: UInt64 = 0
  package var removedPrefixCount: UInt64 = 0
  /// How many entries there are, removals included.
  package var entryCount: UInt64 = 0
  package var removalCount: UInt64 = 0
  package var keyByteCount: UInt64 = 0
  package var valueByteCount: UInt64 = 0
  /// CRC-32C over the checksums of the blocks, in order.
  package var digest: UInt32 = 0

  init() {}

  /// Appends the footer, which begins at `offset` in the file.
  func encode(into output: inout [UInt8], header: SnapshotHeader, offset: Int64) {
    let start = output.count
    output += Self.magic
    output.appendUInt64(UInt64(bitPattern: removedPrefixesOffset))
    output.appendUInt64(header.identity.high)
    output.appendUInt64(header.identity.low)
    output.appendUInt64(header.from.rawValue)
    output.appendUInt64(header.to.rawValue)
    output.appendUInt64(UInt64(bitPattern: indexOffset))
    output.appendUInt64(blockCount)
    output.appendUInt64(removedPrefixCount)
    output.appendUInt64(entryCount)
    output.appendUInt64(removalCount)
    output.appendUInt64(keyByteCount)
    output.appendUInt64(valueByteCount)
    output.appendUInt64(UInt64(bitPattern: filtersOffset))
    output.appendUInt32(digest)
    _ = SnapshotFormat.seal(&output, from: start, salt: header.salt, offset: offset)
  }

  /// Checks the footer that `bytes` are exactly; it begins at `offset` in the file of `header`.
  package init(
    checking bytes: Span<UInt8>, header: SnapshotHeader, offset: Int64
  ) throws(SnapshotDefect) {
    guard bytes.count == Self.byteCount else { throw .short }
    guard bytes.begins(with: Self.magic.span) else { throw .magic }
    _ = try SnapshotFormat.check(bytes, salt: header.salt, offset: offset)
    removedPrefixesOffset = Int64(bitPattern: bytes.loadUInt64(at: 8))
    indexOffset = Int64(bitPattern: bytes.loadUInt64(at: 48))
    blockCount = bytes.loadUInt64(at: 56)
    removedPrefixCount = bytes.loadUInt64(at: 64)
    entryCount = bytes.loadUInt64(at: 72)
    removalCount = bytes.loadUInt64(at: 80)
    keyByteCount = bytes.loadUInt64(at: 88)
    valueByteCount = bytes.loadUInt64(at: 96)
    filtersOffset = Int64(bitPattern: bytes.loadUInt64(at: 104))
    digest = bytes.loadUInt32(at: 112)

    let identity = StoreIdentity(high: bytes.loadUInt64(at: 16), low: bytes.loadUInt64(at: 24))
    guard identity == header.identity, bytes.loadUInt64(at: 32) == header.from.rawValue,
      bytes.loadUInt64(at: 40) == header.to.rawValue
    else { throw .malformed(.identity) }
    guard removedPrefixesOffset >= Int64(SnapshotHeader.byteCount),
      filtersOffset >= removedPrefixesOffset, indexOffset >= filtersOffset, indexOffset <= offset
    else { throw .malformed(.places) }
    let blockByteCount = removedPrefixesOffset - Int64(SnapshotHeader.byteCount)
    guard blockCount <= UInt64(blockByteCount) / UInt64(SnapshotBlock.minimumByteCount),
      entryCount <= UInt64(blockByteCount), removalCount <= entryCount,
      removedPrefixCount <= UInt64(filtersOffset - removedPrefixesOffset)
    else { throw .malformed(.counts) }
  }
}
