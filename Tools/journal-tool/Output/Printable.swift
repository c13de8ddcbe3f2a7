import StateJournal

/// Text from files and file names, made safe for a terminal, which would act on control characters.
enum Printable {
  private static let maximumMessageLength = 2000

  /// The text with every character that does something rather than show something written as an
  /// escape.
  static func text(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isHarmless(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// Beginning and end of a text that is too long to be read: what somebody typed may be.
  static func excerpt(_ text: String) -> String {
    if text.count <= maximumMessageLength { return text }
    return text.prefix(maximumMessageLength / 2) + " … " + text.suffix(maximumMessageLength / 2)
  }

  /// The same for a text of several lines.
  static func lines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Self.text(String($0)) }
      .joined(separator: "\n")
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      return false
    default:
      return true
    }
  }

  /// An address as it can be typed again.
  static func address(_ address: StateAddress) -> String { address.text }

  /// What the addresses of one scope of a source begin with.
  static func scope(_ source: String, _ scope: StateAddress.Scope) -> String {
    name(source) + (scope == .stream ? "/" : "/others/")
  }

  /// A name as a part of an address.
  static func name(_ name: String) -> String { AddressText.encoded(name) }

  /// What content belongs to.
  static func content(_ content: StoredContent) -> String {
    switch content {
    case .object(let address, _): address.text
    case .label(let label): "label \(text(label.name))"
    case .foreign(let key, _): "0x" + Hexadecimal.text(key)
    }
  }

  /// A key as the address that it stands for, or in hexadecimal.
  static func key(_ key: [UInt8]) -> String {
    if let address = try? StateKeyCoding.address(of: key.span) { return Self.address(address) }
    if let name = JournalLabel.name(ofKey: key.span) { return "label \(text(name))" }
    return "0x" + Hexadecimal.text(key)
  }
}

/// Bytes as two digits each.
enum Hexadecimal {
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
