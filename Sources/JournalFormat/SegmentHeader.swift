/// The first 80 bytes of a segment (`Format.md`, "Segment").
///
/// ```
///  0  magic             8  89 'S' 'J' 'L' 0D 0A 1A 0A
///  8  version           2  1
/// 10  reserved          6  zero
/// 16  store identity   16
/// 32  first sequence    8  the log sequence number of the first record; also in the file's name
/// 40  salt              8  random; seeds the checksum of every record in this segment
/// 48  previous salt     8  the salt of the segment before, zero in the first one
/// 56  epoch             8  counts the sessions that have opened the store for writing
/// 64  created           8  nanoseconds since 1970
/// 72  history           4  the history checksum before the first record; see ``HistoryChecksum``
/// 76  checksum          4  CRC-32C of bytes 0 ..< 76
/// ```
package struct SegmentHeader: Equatable, Sendable {
  package static let byteCount = 80
  package static let magic = FixedHeader.magic("L")

  package var store: StoreIdentity
  package var firstSequence: LogSequenceNumber
  package var salt: UInt64
  package var previousSalt: UInt64
  /// What all commits before the segment sum up to.
  package var history: HistoryChecksum
  package var epoch: UInt64
  package var createdAt: Int64

  package init(
    store: StoreIdentity, firstSequence: LogSequenceNumber, salt: UInt64, previousSalt: UInt64,
    history: HistoryChecksum, epoch: UInt64, createdAt: Int64
  ) {
    self.store = store
    self.firstSequence = firstSequence
    self.salt = salt
    self.previousSalt = previousSalt
    self.history = history
    self.epoch = epoch
    self.createdAt = createdAt
  }

  /// What the checksums of this segment's records start from. Bytes of another segment, written in
  /// an earlier life of the same disk blocks, carry another salt and never pass.
  package var recordSeed: UInt32 { RecordChecksum.seed(salt: salt) }

  /// What the checksums of records start from, by the checksum of a header in which nothing is damaged
  /// but the salt; of any other it tells nothing.
  ///
  /// The salt itself has twice as many bits as a checksum and cannot be told; what it comes to can be,
  /// and no more of it is in any record.
  package static func recordSeed(withoutSaltIn header: Span<UInt8>) -> UInt32 {
    let zeros = [UInt8](repeating: 0, count: 8)
    let before = CRC32C.checksum(header.extracting(0..<40))
    let through = CRC32C.beginning(
      of: header.loadUInt32(at: 76), fromZero: CRC32C.checksum(header.extracting(48..<76)),
      byteCount: 28)
    // Behind the bytes before it, the salt comes to what it comes to alone and what those shift to.
    return through ^ CRC32C.checksum(zeros.span, continuing: before) ^ CRC32C.checksum(zeros.span)
  }

  package func encoded() -> [UInt8] {
    var bytes = Self.magic
    bytes.reserveCapacity(Self.byteCount)
    bytes.appendUInt16(FormatVersion.current)
    bytes.appendUInt16(0)
    bytes.appendUInt32(0)
    bytes.appendUInt64(store.high)
    bytes.appendUInt64(store.low)
    bytes.appendUInt64(firstSequence.rawValue)
    bytes.appendUInt64(salt)
    bytes.appendUInt64(previousSalt)
    bytes.appendUInt64(epoch)
    bytes.appendUInt64(UInt64(bitPattern: createdAt))
    bytes.appendUInt32(history.rawValue)
    FixedHeader.seal(&bytes)
    return bytes
  }

  package static func decode(_ bytes: Span<UInt8>) -> HeaderVerdict<SegmentHeader> {
    FixedHeader.decode(bytes, byteCount: byteCount, magic: magic) { fields in
      let first = fields.loadUInt64(at: 32)
      guard first > 0 else { return nil }
      return SegmentHeader(
        store: StoreIdentity(high: fields.loadUInt64(at: 16), low: fields.loadUInt64(at: 24)),
        firstSequence: LogSequenceNumber(first), salt: fields.loadUInt64(at: 40),
        previousSalt: fields.loadUInt64(at: 48),
        history: HistoryChecksum(fields.loadUInt32(at: 72)), epoch: fields.loadUInt64(at: 56),
        createdAt: Int64(bitPattern: fields.loadUInt64(at: 64)))
    }
  }
}
