/// Names with percent escapes: how ``StateSelection`` writes and reads them.
package enum AddressText {
  /// The name with everything escaped that means something in an address, to a shell, or to a
  /// terminal; also a dash at its beginning, which would make an option of it.
  package static func encoded(_ name: String) -> String {
    var text: [UInt8] = []
    for scalar in name.unicodeScalars {
      for byte in String(scalar).utf8 {
        if isPlain(scalar), byte != UInt8(ascii: "-") || !text.isEmpty {
          text.append(byte)
        } else {
          text.append(UInt8(ascii: "%"))
          text.append(digit(byte >> 4))
          text.append(digit(byte & 15))
        }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The name that a part of an address stands for.
  ///
  /// - Throws: ``StateError/Reason/invalidName``.
  package static func decoded(_ part: Substring, in text: String) throws(StateError) -> String {
    var bytes: [UInt8] = []
    var rest = part.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value)
      else {
        throw StateError(
          .invalidName,
          "\"\(text)\" has a percent sign without two hexadecimal digits behind it; a percent sign"
            + " in a name is written %25")
      }
      bytes.append(high << 4 | low)
    }
    guard let valid = try? UTF8Span(validating: bytes.span) else {
      throw StateError(.invalidName, "the escapes in \"\(text)\" do not give valid UTF-8")
    }
    return String(copying: valid)
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      switch UInt8(truncatingIfNeeded: scalar.value) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ":"), UInt8(ascii: "@"),
        UInt8(ascii: ","), UInt8(ascii: "="):
        return true
      default: return false
      }
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse,
      .unassigned:
      return false
    default: return true
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + (value - 10)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
