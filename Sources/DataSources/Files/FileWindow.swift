import FileIO
import JournalFormat

/// A sliding view on a file: the bytes that are being parsed, and what is to be remembered of all
/// those before them.
struct FileWindow {
  /// How many bytes before those that were read last tell whether the file is still the same.
  private static let guardByteCount = 256

  private let file: any File
  private(set) var bytes: [UInt8]
  /// Where in the file `bytes` begins.
  private var fileOffset: Int64 = 0
  /// The first byte not parsed yet, in `bytes`.
  private(set) var start = 0
  /// The end of what was read, in `bytes`.
  private(set) var end = 0
  private(set) var isAtEndOfFile = false
  /// The CRC-32C of all bytes of the file before ``offset``.
  private(set) var checksum: UInt32 = 0
  /// Whether the byte before ``offset`` is a line feed.
  private(set) var isBehindLineFeed = false
  /// The last bytes of the file before those that were read last, and where they are.
  private var guardBytes: [UInt8] = []
  private var guardOffset: Int64 = 0

  init(_ file: any File, byteCount: Int) {
    self.file = file
    bytes = [UInt8](repeating: 0, count: byteCount)
  }

  /// The offset in the file of the first byte not parsed yet.
  var offset: Int64 { fileOffset + Int64(start) }

  /// The bytes not parsed yet.
  var unparsedByteCount: Int { end - start }

  /// Moves on to `index`, which becomes the first byte not parsed yet.
  mutating func advance(to index: Int) {
    precondition((start...end).contains(index), "moving out of what was read")
    guard index > start else { return }
    checksum = CRC32C.checksum(bytes.span.extracting(start..<index), continuing: checksum)
    isBehindLineFeed = bytes[index - 1] == UInt8(ascii: "\n")
    start = index
  }

  /// Begins anew behind a position, whose bytes are known to be those of this file.
  mutating func seek(to position: FilePosition) throws(IOFailure) {
    fileOffset = position.offset
    (start, end) = (0, 0)
    checksum = position.checksum
    isBehindLineFeed = !position.endsUnterminated
    let count = Int(min(Int64(Self.guardByteCount), position.offset))
    guardOffset = position.offset - Int64(count)
    guardBytes = [UInt8](repeating: 0, count: count)
    let found = try file.readFully(into: &guardBytes, range: 0..<count, at: guardOffset)
    guardBytes.removeLast(count - found)
    try fill()
  }

  /// Reads on, making room first: what is parsed goes; a row that fills the window gets one twice
  /// the size.
  mutating func fill() throws(IOFailure) {
    if end > 0 {
      let first = max(0, end - Self.guardByteCount)
      guardOffset = fileOffset + Int64(first)
      guardBytes = Array(bytes[first..<end])
    }
    if start > 0 {
      for index in start..<end { bytes[index - start] = bytes[index] }
      fileOffset += Int64(start)
      end -= start
      start = 0
    }
    if end == bytes.count { bytes += [UInt8](repeating: 0, count: bytes.count) }
    let count = try file.readFully(
      into: &bytes, range: end..<bytes.count, at: fileOffset + Int64(end))
    end += count
    isAtEndOfFile = end < bytes.count
  }

  /// Whether the bytes before those that were read last are still what they were. If they are, the
  /// ones read last followed them; if they are not, the file was cut or written anew meanwhile, and
  /// nobody knows what was read.
  func isIntact() throws(IOFailure) -> Bool {
    var found = [UInt8](repeating: 0, count: guardBytes.count)
    let count = try file.readFully(into: &found, range: 0..<found.count, at: guardOffset)
    return count == guardBytes.count && found == guardBytes
  }

  /// Refuses what was read last unless the file ``isIntact()``; `name` is its name in messages.
  func checkIntact(name: String) throws(DataSourceError) {
    let isIntact = try attempt(to: "go on reading") { () throws(IOFailure) -> Bool in
      try self.isIntact()
    }
    if !isIntact { throw .rewritten(name) }
  }

  /// Where the next line feed is, in `bytes`.
  func lineFeed(from index: Int) -> Int? {
    let bytes = bytes.span
    for index in index..<end where bytes[index] == UInt8(ascii: "\n") { return index }
    return nil
  }
}

extension DataSourceError {
  /// A file was cut, or written anew in place, while it was read.
  static func rewritten(_ name: String) -> DataSourceError {
    DataSourceError(
      "\(name) was cut or written anew while it was read; run again to see what of it can be ingested",
      isTransient: true)
  }
}
