/// The sizes and rules that all parts of a snapshot file share.
///
/// A snapshot is a sorted, immutable file that covers a range of log sequence numbers. A *base*
/// covers (0, N] and holds the whole state; a *run* covers (M, N] and holds what changed in it.
///
/// ```
/// ┌────────┬─────────┬─ … ─┬─────────┬──────────────────┬─────────┬───────┬────────┐
/// │ header │ block 0 │     │ block n │ removed prefixes │ filters │ index │ footer │
/// └────────┴─────────┴─ … ─┴─────────┴──────────────────┴─────────┴───────┴────────┘
///   80 bytes   ≈ 16 KiB each                                                120 bytes
/// ```
///
/// The parts follow one another without gaps. Each of them ends in a checksum, so every byte of the
/// file lies under exactly one. The law is the article *Snapshot format*.
package enum SnapshotFormat {
  /// The version that this code writes, and the newest that it reads.
  package static let version: UInt16 = 1
  /// The bytes of a block at which the next entry goes into a new one. A larger entry has a block
  /// of its own.
  package static let blockByteCount = 16 << 10
  /// Every sixteenth entry of a block, from the first, holds its whole key.
  package static let restartInterval = 16
  /// The most bytes that key and value of one entry have together.
  package static let maximumEntryByteCount = 1 << 30

  /// The checksum that ends a part: CRC-32C over the file's salt and the offset of the part in the
  /// file (eight bytes each), then all bytes of the part before the checksum.
  ///
  /// With salt and offset in it, a part of another file, or one in the wrong place, never passes.
  package static func checksum(
    _ bytes: Span<UInt8>, salt: UInt64, offset: Int64
  ) -> UInt32 {
    let seed = InlineArray<16, UInt8> { place in
      let word = place < 8 ? salt : UInt64(bitPattern: offset)
      return UInt8(truncatingIfNeeded: word >> UInt64((place & 7) * 8))
    }
    return CRC32C.checksum(bytes, continuing: CRC32C.checksum(seed.span))
  }

  /// Appends the checksum that ends the part which begins at `start` in `output`.
  static func seal(_ output: inout [UInt8], from start: Int, salt: UInt64, offset: Int64) -> UInt32
  {
    let sum = checksum(
      output.span.extracting(start..<output.count), salt: salt, offset: offset)
    output.appendUInt32(sum)
    return sum
  }

  /// Checks the checksum that ends a part.
  static func check(
    _ part: Span<UInt8>, salt: UInt64, offset: Int64
  ) throws(SnapshotDefect) -> UInt32 {
    guard part.count >= 4 else { throw .short }
    let stored = part.loadUInt32(at: part.count - 4)
    let computed = checksum(part.extracting(0..<(part.count - 4)), salt: salt, offset: offset)
    guard stored == computed else { throw .checksum(stored: stored, computed: computed) }
    return stored
  }
}
