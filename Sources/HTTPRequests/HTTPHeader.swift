/// What a header may be made of (RFC 9110, 5.1 and 5.5).
package enum HTTPHeader {
  /// Whether a text can be the name of a header.
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (0x21...0x7E).contains(byte) && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
      }
  }

  /// Whether a text can be the value of a header: a line break in it would begin another one.
  package static func isValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
  }
}
