import FileIO
import JournalEngine

/// Writes a tape archive as POSIX.1-1988 has it (ustar): a header of 512 bytes before each file, whose
/// content is filled up with zeros to a multiple of that, and 1,024 zeros at the end.
///
/// ```
///   0  name       100     156  type  1, '0' for a file
/// 100  mode         8     257  magic 6, "ustar" and a zero
/// 108  user         8     263  version 2, "00"
/// 116  group        8     265  user's name 32
/// 124  size        12     297  group's name 32
/// 136  time        12     329  device 16
/// 148  checksum     8     345  prefix 155
/// ```
///
/// Numbers are octal digits; the checksum is the sum of the bytes, its own field taken for spaces.
struct TarWriter {
  private static let blockByteCount = 512
  /// What eleven octal digits hold.
  private static let maximumFileByteCount: Int64 = 1 << 33 - 1

  private let file: any File
  private let time: Int64
  private(set) var byteCount: Int64 = 0

  /// - Parameter time: the time of all files, in nanoseconds since 1970.
  init(_ file: any File, time: Int64) {
    self.file = file
    self.time = max(0, time / 1_000_000_000)
  }

  mutating func add(_ name: String, _ content: [UInt8]) throws(JournalError) {
    try addHeader(name, byteCount: Int64(content.count))
    try write(content)
    try pad()
  }

  /// Adds the first bytes of another file; zeros stand for those that are not there any more. Where it has a
  /// hole, so has the archive.
  ///
  /// - Parameter onProgress: receives the bytes of each piece.
  mutating func add(
    _ name: String, _ source: any File, byteCount: Int64, onProgress: (Int64) -> Void = { _ in }
  ) throws(JournalError) {
    try addHeader(name, byteCount: byteCount)
    do {
      try source.copyKept(0..<byteCount, to: file, at: self.byteCount, onProgress: onProgress)
    } catch {
      throw JournalError(error)
    }
    // What follows is written behind it, and zeros are what is between.
    self.byteCount += byteCount
    try pad()
  }

  mutating func finish() throws(JournalError) {
    try write([UInt8](repeating: 0, count: 2 * Self.blockByteCount))
  }

  private mutating func addHeader(_ name: String, byteCount: Int64) throws(JournalError) {
    let bytes = Array(name.utf8)
    guard bytes.count <= 100, byteCount <= Self.maximumFileByteCount else {
      throw JournalError(
        .tooLarge, file: name, detail: "an archive takes files of up to 8 GiB; leave the files out")
    }
    var header = [UInt8](repeating: 0, count: Self.blockByteCount)
    func put(_ text: [UInt8], at offset: Int) {
      for (index, byte) in text.enumerated() { header[offset + index] = byte }
    }
    put(bytes, at: 0)
    put(Self.octal(0o600, digits: 7), at: 100)
    put(Self.octal(0, digits: 7), at: 108)
    put(Self.octal(0, digits: 7), at: 116)
    put(Self.octal(byteCount, digits: 11), at: 124)
    put(Self.octal(time, digits: 11), at: 136)
    put(Array("        ".utf8), at: 148)
    put([UInt8(ascii: "0")], at: 156)
    put(Array("ustar".utf8), at: 257)
    put(Array("00".utf8), at: 263)
    let sum = header.reduce(0) { $0 + Int64($1) }
    put(Self.octal(sum, digits: 6) + [0], at: 148)
    try write(header)
  }

  private static func octal(_ number: Int64, digits: Int) -> [UInt8] {
    let text = String(number, radix: 8)
    return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
  }

  private mutating func pad() throws(JournalError) {
    let rest = Int(byteCount % Int64(Self.blockByteCount))
    if rest > 0 { try write([UInt8](repeating: 0, count: Self.blockByteCount - rest)) }
  }

  private mutating func write(_ bytes: [UInt8]) throws(JournalError) {
    do {
      try file.writeFully(bytes.span, at: byteCount)
    } catch {
      throw JournalError(error)
    }
    byteCount += Int64(bytes.count)
  }
}
