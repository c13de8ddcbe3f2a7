/// What the headers of all files have in common: a magic number in front, a version behind it, and
/// the checksum of everything before it in the last four bytes.
package enum FixedHeader {
  /// The first eight bytes of every file. The first byte is not ASCII and line ends follow, so that
  /// a transfer in text mode is noticed, as in PNG.
  package static func magic(_ letter: Character) -> [UInt8] {
    [0x89, 0x53, 0x4A, letter.asciiValue ?? 0, 0x0D, 0x0A, 0x1A, 0x0A]
  }

  /// Appends the checksum that completes a header begun at the start of `bytes`.
  package static func seal(_ bytes: inout [UInt8]) {
    bytes.appendUInt32(CRC32C.checksum(bytes.span))
  }

  /// Checks a header of `byteCount` bytes and has its fields decoded when it is ours.
  package static func decode<Header>(
    _ bytes: Span<UInt8>, byteCount: Int, magic: [UInt8], fields: (Span<UInt8>) -> Header?
  ) -> HeaderVerdict<Header> {
    let present = bytes.extracting(0..<min(byteCount, bytes.count))
    if isZero(present) { return .unwritten }
    guard present.count == byteCount else { return .damaged }
    for index in magic.indices where present[index] != magic[index] { return .damaged }
    let covered = present.extracting(0..<(byteCount - 4))
    guard CRC32C.checksum(covered) == present.loadUInt32(at: byteCount - 4) else { return .damaged }
    let version = present.loadUInt16(at: 8)
    guard version <= FormatVersion.current else { return .newer(version: version) }
    guard version > 0, let header = fields(present) else { return .damaged }
    return .valid(header)
  }

  /// Whether all bytes are zero: "nothing was written here".
  package static func isZero(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index &+ 8 <= bytes.count {
      if bytes.loadUInt64(at: index) != 0 { return false }
      index &+= 8
    }
    while index < bytes.count {
      if bytes[index] != 0 { return false }
      index &+= 1
    }
    return true
  }
}
