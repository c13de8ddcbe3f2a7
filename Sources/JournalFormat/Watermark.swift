/// The content of the file `WATERMARK`: how far the log is known to reach (`Format.md`,
/// "Watermark"). A log that ends below it has lost acknowledged commits.
///
/// ```
///  0  magic             8  89 'S' 'J' 'W' 0D 0A 1A 0A
///  8  version           2  1
/// 10  reserved          6  zero
/// 16  store identity   16
/// 32  durable through   8  every commit up to this log sequence number was durable
/// 40  epoch             8  the session that wrote this
/// 48  written           8  nanoseconds since 1970
/// 56  next segment      4  1 if the segment that begins behind it is durable, else 0
/// 60  checksum          4  CRC-32C of bytes 0 ..< 60
/// ```
package struct Watermark: Equatable, Sendable {
  package static let byteCount = 64
  package static let magic = FixedHeader.magic("W")

  package var store: StoreIdentity
  package var durableThrough: LogSequenceNumber
  package var epoch: UInt64
  package var writtenAt: Int64
  /// Whether the segment that begins with the next commit is known to be there. A rotation moves the
  /// watermark once header and name of the next segment are durable; a clean close has no next one.
  package var isNextSegmentBegun: Bool

  package init(
    store: StoreIdentity, durableThrough: LogSequenceNumber, epoch: UInt64, writtenAt: Int64,
    isNextSegmentBegun: Bool
  ) {
    self.store = store
    self.durableThrough = durableThrough
    self.epoch = epoch
    self.writtenAt = writtenAt
    self.isNextSegmentBegun = isNextSegmentBegun
  }

  /// Whether a segment that begins with commit `first` is known to be there.
  package func saysBegun(_ first: LogSequenceNumber) -> Bool {
    isNextSegmentBegun && durableThrough.next == first
  }

  package func encoded() -> [UInt8] {
    var bytes = Self.magic
    bytes.reserveCapacity(Self.byteCount)
    bytes.appendUInt16(FormatVersion.current)
    bytes.appendUInt16(0)
    bytes.appendUInt32(0)
    bytes.appendUInt64(store.high)
    bytes.appendUInt64(store.low)
    bytes.appendUInt64(durableThrough.rawValue)
    bytes.appendUInt64(epoch)
    bytes.appendUInt64(UInt64(bitPattern: writtenAt))
    bytes.appendUInt32(isNextSegmentBegun ? 1 : 0)
    FixedHeader.seal(&bytes)
    return bytes
  }

  package static func decode(_ bytes: Span<UInt8>) -> HeaderVerdict<Watermark> {
    FixedHeader.decode(bytes, byteCount: byteCount, magic: magic) { fields in
      Watermark(
        store: StoreIdentity(high: fields.loadUInt64(at: 16), low: fields.loadUInt64(at: 24)),
        durableThrough: LogSequenceNumber(fields.loadUInt64(at: 32)),
        epoch: fields.loadUInt64(at: 40),
        writtenAt: Int64(bitPattern: fields.loadUInt64(at: 48)),
        isNextSegmentBegun: fields.loadUInt32(at: 56) == 1)
    }
  }
}
