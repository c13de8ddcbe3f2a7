extension OutputSpan<UInt8> {
  /// Appends a part of `source`, or nothing and returns false when there is no room for all of it.
  mutating func append(copying source: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard freeCapacity >= range.count else { return false }
    for index in range { append(source[index]) }
    return true
  }

  /// Appends a quotation mark, backslash or control character as RFC 8259 wants it inside a
  /// string, or nothing and returns false when there is no room.
  mutating func append(escaping byte: UInt8) -> Bool {
    guard freeCapacity >= 6 else { return false }
    append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
    case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
    case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
    case 0x08: append(UInt8(ascii: "b"))
    case 0x0C: append(UInt8(ascii: "f"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
    default:
      append(UInt8(ascii: "u"))
      append(UInt8(ascii: "0"))
      append(UInt8(ascii: "0"))
      append(Self.hexadecimalDigit(byte >> 4))
      append(Self.hexadecimalDigit(byte & 0xF))
    }
    return true
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
