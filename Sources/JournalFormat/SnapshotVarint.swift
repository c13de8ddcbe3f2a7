/// Integers of variable length (LEB128): seven bits per byte, lowest first; a set top bit says that
/// another byte follows. Only the shortest form is valid, so one value has one encoding.
package enum SnapshotVarint {
  /// Appends `value` in one to ten bytes.
  package static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var encoded = InlineArray<40, UInt8>(repeating: 0)
    var count = 0
    encode(value, into: &encoded, at: &count)
    bytes.append(encoded.span.extracting(0..<count))
  }

  /// Appends four integers at once: growing the output costs more than the bytes that are added.
  static func append(
    _ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64, to bytes: inout [UInt8]
  ) {
    var encoded = InlineArray<40, UInt8>(repeating: 0)
    var count = 0
    encode(first, into: &encoded, at: &count)
    encode(second, into: &encoded, at: &count)
    encode(third, into: &encoded, at: &count)
    encode(fourth, into: &encoded, at: &count)
    bytes.append(encoded.span.extracting(0..<count))
  }

  private static func encode(
    _ value: UInt64, into bytes: inout InlineArray<40, UInt8>, at position: inout Int
  ) {
    var rest = value
    while rest >= 0x80 {
      bytes[position] = UInt8(truncatingIfNeeded: rest) | 0x80
      position += 1
      rest >>= 7
    }
    bytes[position] = UInt8(truncatingIfNeeded: rest)
    position += 1
  }

  /// Reads an integer that ends before `end`, and moves `position` behind it. Most have one byte,
  /// and a call would cost more than that.
  @inline(__always)
  package static func read(
    _ bytes: Span<UInt8>, at position: inout Int, before end: Int
  ) throws(SnapshotDefect) -> UInt64 {
    guard position < end else { throw .malformed(.integer) }
    let first = bytes[position]
    position += 1
    return first < 0x80
      ? UInt64(first) : try readRest(of: first, bytes, at: &position, before: end)
  }

  private static func readRest(
    of first: UInt8, _ bytes: Span<UInt8>, at position: inout Int, before end: Int
  ) throws(SnapshotDefect) -> UInt64 {
    var value = UInt64(first & 0x7F)
    var shift: UInt64 = 7
    while position < end {
      let byte = bytes[position]
      position += 1
      // The tenth byte has room for the topmost bit only.
      guard shift < 63 || byte <= 1 else { throw .malformed(.integer) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        guard byte != 0 else { throw .malformed(.integer) }
        return value
      }
      shift += 7
    }
    throw .malformed(.integer)
  }

  /// Reads the length of something that follows before `end`; believed only when it fits.
  package static func readCount(
    _ bytes: Span<UInt8>, at position: inout Int, before end: Int
  ) throws(SnapshotDefect) -> Int {
    let value = try read(bytes, at: &position, before: end)
    guard value <= UInt64(end - position) else { throw .malformed(.length) }
    return Int(value)
  }
}
