/// The tokens of JSON (RFC 8259), appended to bytes: what writes values, and what writes lines of
/// output without building a value first.
package enum JSONText {
  /// Appends something that is JSON already.
  package static func append(token: StaticString, to json: inout [UInt8]) {
    unsafe json.append(
      contentsOf: UnsafeBufferPointer(
        start: token.utf8Start, count: token.utf8CodeUnitCount))
  }

  /// Appends a string.
  package static func append(string text: String, to json: inout [UInt8]) {
    let text = text.utf8Span
    if !appendPlain(text.span, to: &json) { appendEscaping(text.span, to: &json) }
  }

  /// Appends a string, or nothing and returns false when the bytes are not UTF-8.
  package static func append(utf8 bytes: Span<UInt8>, to json: inout [UInt8]) -> Bool {
    if appendPlain(bytes, to: &json) { return true }
    guard (try? UTF8Span(validating: bytes)) != nil else { return false }
    appendEscaping(bytes, to: &json)
    return true
  }

  /// Appends an integer. Written by hand since a string for each number of a line costs more than
  /// all its digits.
  package static func append(integer value: Int64, to json: inout [UInt8]) {
    if value < 0 { json.append(UInt8(ascii: "-")) }
    append(integer: value.magnitude, to: &json)
  }

  /// Appends an integer.
  package static func append(integer value: UInt64, to json: inout [UInt8]) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var start = 20
    var rest = value
    // Two digits for each division, the slowest step.
    while rest >= 10 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      let (tens, ones) = UInt32(truncatingIfNeeded: pair).quotientAndRemainder(dividingBy: 10)
      start -= 2
      digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tens)
      digits[start + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: ones)
      rest = quotient
    }
    if rest > 0 || start == 20 {
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    }
    json.append(digits.span.extracting(start..<20))
  }

  /// Appends a double. Swift prints the shortest digits that come back as the same double, always
  /// with a fraction or an exponent, which is also what JSON allows.
  package static func append(finite value: Double, to json: inout [UInt8]) {
    json.append(contentsOf: value.description.utf8)
  }

  /// Appends a string that is ASCII without anything to escape, or nothing and returns false: the
  /// test takes eight bytes at a time, and the copy is one.
  private static func appendPlain(_ bytes: Span<UInt8>, to json: inout [UInt8]) -> Bool {
    guard isPlain(bytes) else { return false }
    json.append(UInt8(ascii: "\""))
    json.append(bytes)
    json.append(UInt8(ascii: "\""))
    return true
  }

  /// Whether all bytes stand for themselves in a string.
  private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    var offset = 0
    while bytes.count - offset >= 8 {
      let word = bytes.loadUInt64(at: offset)
      // The top bit of a byte is set in each term when the byte is below 0x20, the quotation mark,
      // the backslash, DEL, or not ASCII; borrows can only add bytes above one that counts anyway.
      let special =
        word | belowSpace(word) | zeroes(word ^ Self.all(UInt8(ascii: "\"")))
        | zeroes(word ^ Self.all(UInt8(ascii: #"\"#))) | zeroes(word ^ Self.all(0x7f))
      if special & Self.all(0x80) != 0 { return false }
      offset += 8
    }
    while offset < bytes.count {
      if !isPlain(bytes[offset]) { return false }
      offset += 1
    }
    return true
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: #"\"#)
  }

  private static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  private static func belowSpace(_ word: UInt64) -> UInt64 { word &- all(0x20) }

  private static func zeroes(_ word: UInt64) -> UInt64 { word &- all(0x01) }

  /// Escapes only what must be, and DEL, which terminals act on as on the others.
  private static func appendEscaping(_ bytes: Span<UInt8>, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""): append(token: #"\""#, to: &json)
      case UInt8(ascii: #"\"#): append(token: #"\\"#, to: &json)
      case 0x08: append(token: #"\b"#, to: &json)
      case 0x09: append(token: #"\t"#, to: &json)
      case 0x0a: append(token: #"\n"#, to: &json)
      case 0x0c: append(token: #"\f"#, to: &json)
      case 0x0d: append(token: #"\r"#, to: &json)
      case 0..<0x20, 0x7f:
        append(token: #"\u00"#, to: &json)
        appendHexadecimal(byte, to: &json)
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
  }

  /// Appends bytes as a string of two digits each.
  package static func append(hexadecimal bytes: Span<UInt8>, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for index in bytes.indices { appendHexadecimal(bytes[index], to: &json) }
    json.append(UInt8(ascii: "\""))
  }

  private static func appendHexadecimal(_ byte: UInt8, to json: inout [UInt8]) {
    json.append(hexadecimalDigit(byte >> 4))
    json.append(hexadecimalDigit(byte & 0xf))
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
