/// Text for a command line.
package enum Shell {
  /// The argument as a shell reads it back.
  package static func quoted(_ argument: String) -> String {
    if !argument.isEmpty, argument.utf8.allSatisfy(isPlain) { return argument }
    if argument.utf8.contains(where: isControl) { return escaped(argument) }
    return "'"
      + argument.split(separator: "'", omittingEmptySubsequences: false).joined(
        separator: "'\\''") + "'"
  }

  /// An argument that is no text, for any shell: `"$(printf 'caf\351')"`.
  package static func printed(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      // A dash at the beginning would be an option, and a percent sign a directive.
      let isItself =
        isPlain(byte) && byte != UInt8(ascii: "%") && (byte != UInt8(ascii: "-") || !text.isEmpty)
      text += isItself ? String(UnicodeScalar(byte)) : "\\" + octal(byte)
    }
    return "\"$(printf '\(text)')\""
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "/._-+:@%,=".utf8.contains(byte)
    }
  }

  private static func octal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 8)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

  /// With escapes for what a terminal would act on, and what nobody could copy from it.
  private static func escaped(_ argument: String) -> String {
    var bytes: [UInt8] = Array("$'".utf8)
    for byte in argument.utf8 {
      if isControl(byte) {
        bytes += Array(("\\" + octal(byte)).utf8)
      } else {
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") {
          bytes.append(UInt8(ascii: "\\"))
        }
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self) + "'"
  }
}
