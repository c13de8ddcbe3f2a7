import DataSources
import FileIO

/// A sliding view on a file: the bytes that are being parsed, and a few before them.
struct CSVWindow {
  private let file: any File
  private(set) var bytes: [UInt8]
  /// Where in the file `bytes` begins.
  private var fileOffset: Int64 = 0
  /// The first byte not parsed yet, in `bytes`.
  private(set) var start = 0
  /// The end of what was read, in `bytes`.
  private(set) var end = 0
  private(set) var isAtEndOfFile = false

  init(_ file: any File, byteCount: Int) {
    self.file = file
    bytes = [UInt8](repeating: 0, count: byteCount + CSVPosition.maximumTailByteCount)
  }

  /// The offset in the file of the first byte not parsed yet.
  var offset: Int64 { fileOffset + Int64(start) }

  /// The bytes not parsed yet.
  var unparsedByteCount: Int { end - start }

  /// Moves on to `index`, which becomes the first byte not parsed yet.
  mutating func advance(to index: Int) {
    precondition((start...end).contains(index), "moving out of what was read")
    start = index
  }

  /// Begins anew at an offset, with up to `byteCountBefore` bytes read before it.
  mutating func seek(to offset: Int64, byteCountBefore: Int) throws(IOFailure) {
    fileOffset = offset - Int64(byteCountBefore)
    (start, end, isAtEndOfFile) = (byteCountBefore, 0, false)
    try fill()
    // The caller knows that the file reaches there; if it was cut meanwhile, it ends there.
    end = max(end, start)
  }

  /// Reads on, making room first: what is parsed goes, except for the bytes that a tail mark needs;
  /// a row that fills the window gets one twice the size.
  mutating func fill() throws(IOFailure) {
    let kept = max(0, min(start - CSVPosition.maximumTailByteCount, end))
    if kept > 0 {
      for index in kept..<end { bytes[index - kept] = bytes[index] }
      fileOffset += Int64(kept)
      start -= kept
      end -= kept
    }
    if end == bytes.count { bytes += [UInt8](repeating: 0, count: bytes.count) }
    let count = try file.readFully(
      into: &bytes, range: end..<bytes.count, at: fileOffset + Int64(end))
    end += count
    isAtEndOfFile = end < bytes.count
  }

  /// Shows bytes of the window to the head, which follows them from the beginning of the file.
  func pass(_ range: Range<Int>, to head: inout CSVHead) {
    head.combine(bytes.span.extracting(range))
  }

  /// The mark over the last bytes before ``offset``.
  var tailMark: CSVPosition.Mark {
    let byteCount = Int(min(offset, Int64(CSVPosition.maximumTailByteCount)))
    var fingerprint = Fingerprint()
    fingerprint.combine(bytes.span.extracting((start - byteCount)..<start))
    return CSVPosition.Mark(byteCount: byteCount, fingerprint: fingerprint.text)
  }
}
