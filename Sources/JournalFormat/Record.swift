/// One commit in a segment (`Format.md`, "Record"): a header of 32 bytes, then its changes.
///
/// ```
///  0  checksum          4  CRC-32C of bytes 4 ..< byte count, seeded with the segment's salt
///  4  byte count        4  of the whole record, this header included; at least 33
///  8  sequence          8  the commit's log sequence number
/// 16  durable through   8  every commit up to this one was durable when the record was written
/// 24  time              8  nanoseconds since 1970
/// 32  changes              one after the other up to the byte count; see ``RecordChange``
/// ```
package struct RecordHeader: Equatable, Sendable {
  package static let byteCount = 32

  /// Where the header says how long the record is.
  package static let byteCountOffset = 4

  /// The longest record. A longer byte count is not believed.
  package static let maximumRecordByteCount = 1 << 30

  package var checksum: UInt32
  package var recordByteCount: Int
  package var sequence: LogSequenceNumber
  package var durableThrough: LogSequenceNumber
  package var time: Int64

  /// Reads the fields at `offset`; nothing is checked.
  @inlinable @inline(__always)
  package init(_ bytes: Span<UInt8>, at offset: Int) {
    // As numbers, since the constants are calls in the modules that this is inlined into.
    let bytes = bytes.extracting(offset..<(offset + 32))
    checksum = bytes.loadUInt32(at: 0)
    recordByteCount = Int(bytes.loadUInt32(at: 4))
    sequence = LogSequenceNumber(bytes.loadUInt64(at: 8))
    durableThrough = LogSequenceNumber(bytes.loadUInt64(at: 16))
    time = Int64(bitPattern: bytes.loadUInt64(at: 24))
  }

  /// Whether a record of this length can exist at all with `available` bytes behind its start.
  package func isPlausible(within available: Int) -> Bool {
    recordByteCount > Self.byteCount && recordByteCount <= Self.maximumRecordByteCount
      && recordByteCount <= available
  }
}

/// Checksums of records.
package enum RecordChecksum {
  /// What a segment's checksums start from: the checksum of its salt.
  package static func seed(salt: UInt64) -> UInt32 {
    var bytes: [UInt8] = []
    bytes.appendUInt64(salt)
    return CRC32C.checksum(bytes.span)
  }

  /// The checksum of the record that occupies exactly `record`.
  package static func of(_ record: Span<UInt8>, seed: UInt32) -> UInt32 {
    CRC32C.checksum(record.extracting(4..<record.count), continuing: seed)
  }
}

/// Builds records at the end of a buffer. A record is begun, given its changes, and finished; its
/// `durableThrough` and checksum are stamped when it is about to be written, since only then is
/// known what is durable and which segment it goes to.
package enum RecordEncoder {
  /// Appends a header with room for what is not known yet; returns where the record begins.
  package static func begin(
    in buffer: inout [UInt8], sequence: LogSequenceNumber, time: Int64
  ) -> Int {
    let start = buffer.count
    buffer.appendWords(0, sequence.rawValue, 0, UInt64(bitPattern: time))
    return start
  }

  /// Appends a header of which only the time is known. ``complete(_:sequence:durableThrough:seed:)``
  /// gives it the rest.
  package static func begin(in buffer: inout [UInt8], time: Int64) {
    _ = begin(in: &buffer, sequence: .zero, time: time)
  }

  /// Completes the one record that `buffer` holds, so that it can be written.
  package static func complete(
    _ buffer: inout [UInt8], sequence: LogSequenceNumber, durableThrough: LogSequenceNumber,
    seed: UInt32
  ) {
    buffer.storeWords(
      UInt64(buffer.count) << 32, sequence.rawValue, durableThrough.rawValue, at: 0)
    buffer.storeUInt32(RecordChecksum.of(buffer.span, seed: seed), at: 0)
  }

  /// Completes the byte count of the record begun at `start`.
  package static func finish(in buffer: inout [UInt8], from start: Int) {
    buffer.storeUInt32(UInt32(buffer.count - start), at: start + 4)
  }

  /// Gives every record in `buffer` from `start` to the end its last two fields, and takes them into
  /// `history`.
  package static func stamp(
    _ buffer: inout [UInt8], from start: Int, durableThrough: LogSequenceNumber, seed: UInt32,
    history: inout HistoryChecksum
  ) {
    var offset = start
    while offset < buffer.count {
      let end = offset + Int(buffer.span.loadUInt32(at: offset + 4))
      buffer.storeUInt64(durableThrough.rawValue, at: offset + 16)
      let checksum = RecordChecksum.of(buffer.span.extracting(offset..<end), seed: seed)
      buffer.storeUInt32(checksum, at: offset)
      history = history.appending(buffer.span.extracting(offset..<end))
      offset = end
    }
  }
}
