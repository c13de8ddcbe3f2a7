/// The kinds of items in a record's body (`Format.md`, "Changes").
///
/// ```
/// put            01  key count 2   value count 4   key   value
/// remove         02  key count 2   key
/// remove prefix  03  key count 2   prefix
/// opened         10  epoch 8   process 4   host count 2   host   program count 2   program
/// closed         11  epoch 8
/// annotation     40…7F  byte count 4   bytes     what a reader does not know it skips
/// reason         40     byte count 4   text      an annotation: why the commit was made
/// ```
package enum RecordChangeKind {
  package static let put: UInt8 = 0x01
  package static let remove: UInt8 = 0x02
  package static let removePrefix: UInt8 = 0x03
  package static let opened: UInt8 = 0x10
  package static let closed: UInt8 = 0x11
  package static let annotations: ClosedRange<UInt8> = 0x40...0x7F
  /// What is in front of the key of a put: the kind and both counts.
  package static let putHeadByteCount = 7
  /// The annotation that says why a commit was made.
  package static let reason: UInt8 = 0x40

  /// The longest reason, in bytes of UTF-8.
  package static let maximumReasonByteCount = 1024

  /// The longest key.
  package static let maximumKeyByteCount = Int(UInt16.max)
}

/// One decoded item of a record's body. Keys and values are ranges into the record's bytes, so
/// that decoding copies nothing.
package enum RecordChange: Equatable, Sendable {
  case put(key: Range<Int>, value: Range<Int>)
  case remove(key: Range<Int>)
  case removePrefix(Range<Int>)
  /// A session began to write; by whom.
  case opened(epoch: UInt64, processID: Int32, host: Range<Int>, program: Range<Int>)
  /// A session ended with everything durable.
  case closed(epoch: UInt64)
  /// Something that later versions add and earlier ones may skip.
  case annotation(kind: UInt8, Range<Int>)
}

extension RecordChange {
  package static func appendPut(
    key: Span<UInt8>, value: Span<UInt8>, to buffer: inout [UInt8]
  ) {
    let head =
      UInt64(RecordChangeKind.put) | UInt64(UInt16(key.count)) << 8
      | UInt64(UInt32(value.count)) << 24
    buffer.append(
      firstBytesOf: head, count: RecordChangeKind.putHeadByteCount, then: key, then: value)
  }

  /// Appends a put whose value is written in place by `encode`.
  package static func appendPut<Failure>(
    key: Span<UInt8>, to buffer: inout [UInt8],
    value encode: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    try appendPut(to: &buffer, key: { buffer in buffer.append(key) }, value: encode)
  }

  /// Appends a put whose key and value are written in place. The key has at most
  /// ``RecordChangeKind/maximumKeyByteCount`` bytes, the value less than 4 GiB. When `encodeValue`
  /// throws, a part of the change has been appended.
  package static func appendPut<Failure>(
    to buffer: inout [UInt8], key encodeKey: (inout [UInt8]) -> Void,
    value encodeValue: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let countOffset = buffer.count + 1
    buffer.append(
      firstBytesOf: UInt64(RecordChangeKind.put), count: RecordChangeKind.putHeadByteCount)
    let keyStart = buffer.count
    encodeKey(&buffer)
    let valueStart = buffer.count
    buffer.storeUInt16(UInt16(valueStart - keyStart), at: countOffset)
    try encodeValue(&buffer)
    buffer.storeUInt32(UInt32(buffer.count - valueStart), at: countOffset + 2)
  }

  package static func appendRemove(key: Span<UInt8>, to buffer: inout [UInt8]) {
    buffer.append(RecordChangeKind.remove)
    buffer.appendUInt16(UInt16(key.count))
    buffer.append(key)
  }

  package static func appendRemovePrefix(_ prefix: Span<UInt8>, to buffer: inout [UInt8]) {
    buffer.append(RecordChangeKind.removePrefix)
    buffer.appendUInt16(UInt16(prefix.count))
    buffer.append(prefix)
  }

  package static func appendOpened(
    epoch: UInt64, processID: Int32, host: String, program: String, to buffer: inout [UInt8]
  ) {
    buffer.append(RecordChangeKind.opened)
    buffer.appendUInt64(epoch)
    buffer.appendUInt32(UInt32(bitPattern: processID))
    for text in [host, program] {
      let bytes = text.utf8.prefix(1024)
      buffer.appendUInt16(UInt16(bytes.count))
      buffer.append(contentsOf: bytes)
    }
  }

  package static func appendClosed(epoch: UInt64, to buffer: inout [UInt8]) {
    buffer.append(RecordChangeKind.closed)
    buffer.appendUInt64(epoch)
  }

  /// Appends why the commit is made: at most ``RecordChangeKind/maximumReasonByteCount`` bytes.
  package static func appendReason(_ text: String, to buffer: inout [UInt8]) {
    buffer.append(RecordChangeKind.reason)
    buffer.appendUInt32(UInt32(text.utf8.count))
    buffer.append(contentsOf: text.utf8)
  }
}

extension Span<UInt8> {
  /// Key and value of the put at `offset`, if there is one that fits before `end`. Nearly all changes
  /// are puts, so this is read where it is asked for.
  @inlinable @inline(__always)
  package func put(
    at offset: Int, before end: Int
  ) -> (key: Range<Int>, value: Range<Int>)? {
    // Kind and both counts, as `RecordChange.appendPut` writes them; as numbers, since the constants of
    // `RecordChangeKind` are calls in the modules that this is inlined into.
    let keyStart = offset + 7
    guard keyStart < end, self[offset] == 0x01 else { return nil }
    let valueStart = keyStart + Int(loadUInt16(at: offset + 1))
    let valueEnd = valueStart + Int(loadUInt32(at: offset + 3))
    guard keyStart < valueStart, valueEnd <= end else { return nil }
    return (keyStart..<valueStart, valueStart..<valueEnd)
  }
}

/// Walks the items of one record whose checksum was right. It still believes nothing: an item that
/// does not fit is answered with `nil` and ``isMalformed``.
package struct RecordChangeReader {
  private var offset: Int
  private let end: Int
  /// Whether the walk ended at something that no version of the format allows.
  package private(set) var isMalformed = false
  /// The key of a put whose value does not fit: all that can be made out of a change cut in half.
  package private(set) var keyOfCutChange: Range<Int>?

  /// A walk over the body of the record that occupies `record` of `bytes`.
  package init(record: Range<Int>) {
    offset = record.lowerBound + RecordHeader.byteCount
    end = record.upperBound
  }

  /// The next item, or `nil` at the end.
  package mutating func next(in bytes: Span<UInt8>) -> RecordChange? {
    guard offset < end, !isMalformed else { return nil }
    if let (key, value) = bytes.put(at: offset, before: end) {
      offset = value.upperBound
      return .put(key: key, value: value)
    }
    let kind = bytes[offset]
    offset += 1
    switch kind {
    case RecordChangeKind.put:
      guard offset + 6 <= end else { return malformed() }
      let keyCount = Int(bytes.loadUInt16(at: offset))
      offset += 6
      guard keyCount > 0, let key = take(keyCount) else { return malformed() }
      keyOfCutChange = key
      return malformed()
    case RecordChangeKind.remove:
      guard let key = takeCounted(in: bytes), !key.isEmpty else { return malformed() }
      return .remove(key: key)
    case RecordChangeKind.removePrefix:
      guard let prefix = takeCounted(in: bytes), !prefix.isEmpty else { return malformed() }
      return .removePrefix(prefix)
    case RecordChangeKind.opened:
      guard let fixed = take(12), let host = takeCounted(in: bytes),
        let program = takeCounted(in: bytes)
      else { return malformed() }
      return .opened(
        epoch: bytes.loadUInt64(at: fixed.lowerBound),
        processID: Int32(bitPattern: bytes.loadUInt32(at: fixed.lowerBound + 8)),
        host: host, program: program)
    case RecordChangeKind.closed:
      guard let fixed = take(8) else { return malformed() }
      return .closed(epoch: bytes.loadUInt64(at: fixed.lowerBound))
    case RecordChangeKind.annotations:
      guard let count = take(4),
        let content = take(Int(bytes.loadUInt32(at: count.lowerBound)))
      else { return malformed() }
      return .annotation(kind: kind, content)
    default:
      return malformed()
    }
  }

  private mutating func take(_ count: Int) -> Range<Int>? {
    guard count <= end - offset else { return nil }
    defer { offset += count }
    return offset..<(offset + count)
  }

  private mutating func takeCounted(in bytes: Span<UInt8>) -> Range<Int>? {
    guard let count = take(2) else { return nil }
    return take(Int(bytes.loadUInt16(at: count.lowerBound)))
  }

  private mutating func malformed() -> RecordChange? {
    isMalformed = true
    return nil
  }
}
