/// Integers of variable length (LEB128): seven bits per byte, lowest first; a set top bit says that
/// another byte follows. Only the shortest form is valid, so one value has one encoding.
package enum SnapshotVarint {
  /// Appends `value` in one to ten bytes.
  package static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Reads an integer that ends before `end`, and moves `position` behind it.
  package static func read(
    _ bytes: Span<UInt8>, at position: inout Int, before end: Int
  ) throws(SnapshotDefect) -> UInt64 {
    guard position < end else { throw .malformed(.integer) }
    let first = bytes[position]
    position += 1
    if first < 0x80 { return UInt64(first) }

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
