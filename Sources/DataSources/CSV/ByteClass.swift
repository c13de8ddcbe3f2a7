/// What a byte means to somebody who turns CSV into JSON, by table look-up.
enum ByteClass {
  /// Stands for itself on both sides.
  static let plain: UInt8 = 0
  /// A comma: ends an unquoted field, is plain inside quotes.
  static let comma: UInt8 = 1
  /// A quotation mark: opens, closes or doubles.
  static let quote: UInt8 = 2
  /// A line feed or carriage return.
  static let lineEnd: UInt8 = 3
  /// A backslash or another control character: plain in CSV, escaped in JSON.
  static let escaped: UInt8 = 4
  /// The first byte, or a misplaced one, of a character beyond ASCII.
  static let multibyte: UInt8 = 5

  static let table: [UInt8] = (0...255).map { (byte: UInt8) -> UInt8 in
    switch byte {
    case UInt8(ascii: ","): comma
    case UInt8(ascii: "\""): quote
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"): lineEnd
    case UInt8(ascii: "\\"), 0..<0x20: escaped
    case 0x80...: multibyte
    default: plain
    }
  }
}
