import JournalFormat
import StateJournal

/// Bytes as `hexdump -C` shows them: offset, sixteen bytes, and the same as text.
enum HexDump {
  private static let rowByteCount = 16

  /// Appends the rows of `bytes`, which stand at an offset of their file.
  static func append(_ bytes: Span<UInt8>, at offset: Int64, to lines: inout [UInt8]) {
    var start = 0
    while start < bytes.count {
      let row = [UInt8](
        copying: bytes.extracting(start..<min(start + rowByteCount, bytes.count)))
      let place = String(offset + Int64(start), radix: 16)
      lines.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, 10 - place.count)))
      lines.append(contentsOf: place.utf8)
      for (index, byte) in row.enumerated() {
        lines.append(contentsOf: (index % 8 == 0 ? "  " : " ").utf8)
        lines.append(contentsOf: Hexadecimal.text([byte]).utf8)
      }
      let missing = rowByteCount - row.count
      lines.append(
        contentsOf: repeatElement(
          UInt8(ascii: " "), count: missing * 3 + (missing >= 8 ? 1 : 0) + 2))
      lines.append(UInt8(ascii: "|"))
      lines.append(contentsOf: row.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") })
      lines.append(contentsOf: "|\n".utf8)
      start += rowByteCount
    }
  }
}
