/// The name of the file that holds a source's state, whatever the source's name: the only place where
/// such names are built and parsed.
///
/// Small letters, digits, `-`, `_` and dots inside stand for themselves, every other byte of UTF-8
/// for `%` and two hexadecimal digits. So names that differ in case or in their Unicode form stay
/// different on file systems that fold them, and none is a path. What would be too long for a file's
/// name is cut, and ends in `~` and a digest of the whole.
struct SourceFileName: Hashable {
  static let suffix = ".json"
  /// File systems allow 255 bytes for a name.
  private static let maximumStemByteCount = 200
  private static let keptByteCount = 120

  /// The name in the directory.
  let text: String

  init(_ source: String) {
    let stem = Self.escape(source)
    guard stem.utf8.count > Self.maximumStemByteCount else {
      text = stem + Self.suffix
      return
    }
    var kept = stem.utf8.prefix(Self.keptByteCount)
    // Not in the midst of an escape.
    if let percent = kept.suffix(2).lastIndex(of: UInt8(ascii: "%")) { kept = kept[..<percent] }
    text = String(decoding: kept, as: UTF8.self) + "~" + Self.digest(source) + Self.suffix
  }

  /// The source that a file's name says it is of; nil when the name does not say all of it, or is
  /// none that this type builds.
  static func source(ofFile name: String) -> String? {
    guard name.hasSuffix(suffix) else { return nil }
    var bytes: [UInt8] = []
    var rest = name.utf8.dropLast(suffix.utf8.count)
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let source = String(validating: bytes, as: UTF8.self), !source.isEmpty,
      SourceFileName(source).text == name
    else { return nil }
    return source
  }

  /// Whether a file's name is one that stands for a source but does not say all of its name.
  static func isShortened(_ name: String) -> Bool {
    guard name.hasSuffix(suffix), let tilde = name.utf8.firstIndex(of: UInt8(ascii: "~")) else {
      return false
    }
    let digits = name.utf8[tilde...].dropFirst().dropLast(suffix.utf8.count)
    return digits.count == 32 && digits.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
  }

  private static func escape(_ source: String) -> String {
    var bytes: [UInt8] = []
    for byte in source.utf8 {
      let isKept =
        switch byte {
        case 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        case UInt8(ascii: "."): !bytes.isEmpty
        default: isDigit(byte)
        }
      if isKept {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        bytes += hexadecimal(UInt64(byte), digitCount: 2)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// FNV-1a of 128 bits. It keeps names short, not secret: two sources of one digest are told apart
  /// by the name inside of the file, and the second one is refused.
  private static func digest(_ source: String) -> String {
    var digest: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    for byte in source.utf8 {
      digest = (digest ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
    }
    let digits =
      hexadecimal(UInt64(truncatingIfNeeded: digest >> 64), digitCount: 16)
      + hexadecimal(UInt64(truncatingIfNeeded: digest), digitCount: 16)
    return String(decoding: digits, as: UTF8.self)
  }

  private static func hexadecimal(_ value: UInt64, digitCount: Int) -> [UInt8] {
    (0..<digitCount).reversed().map { place in
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * place)) & 0xf
      return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
  }
}
