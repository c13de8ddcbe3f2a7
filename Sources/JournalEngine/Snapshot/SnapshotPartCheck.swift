import FileIO
import JournalFormat

/// Checks a part of a snapshot before there is memory for all of it: how long the part is, hostile
/// bytes may say, and a sparse file is as long as anybody likes.
enum SnapshotPartCheck {
  /// Parts of more than this are read only when their checksum has been found right.
  static let largestUncheckedByteCount = 1 << 20
  private static let pieceByteCount: Int64 = 64 << 10
  /// No writer makes so many zeros in a row, but as a value.
  private static let longestZerosByteCount: Int64 = 16 << 20

  /// What is wrong with the checksum that ends a part, or with its length. Memory: one piece.
  ///
  /// - Parameter isBlock: whether it is a block, of which the format says how long it may be; of other
  ///   parts only what they count does, and so they are read as far as they are not all zeros.
  static func defect(
    of range: Range<Int64>, in file: any File, salt: UInt64, isBlock: Bool
  ) throws(IOFailure) -> SnapshotDefect? {
    if range.count < 4 { return .short }
    if isBlock, range.count > SnapshotBlock.maximumByteCount { return .malformed(.counts) }
    var buffer = [UInt8](repeating: 0, count: Int(min(pieceByteCount, Int64(range.count))))
    var computed = SnapshotFormat.checksum(Span(), salt: salt, offset: range.lowerBound)
    var zeroByteCount: Int64 = 0
    var position = range.lowerBound
    let end = range.upperBound - 4
    while position < end {
      let wanted = Int(min(pieceByteCount, end - position))
      let count = try file.readFully(into: &buffer, range: 0..<wanted, at: position)
      guard count == wanted else { return .short }
      let piece = buffer.span.extracting(0..<count)
      zeroByteCount = FixedHeader.isZero(piece) ? zeroByteCount + Int64(count) : 0
      if !isBlock, zeroByteCount > longestZerosByteCount { return .malformed(.counts) }
      computed = CRC32C.checksum(piece, continuing: computed)
      position += Int64(count)
    }
    guard try file.readFully(into: &buffer, range: 0..<4, at: end) == 4 else { return .short }
    let stored = buffer.span.loadUInt32(at: 0)
    return stored == computed ? nil : .checksum(stored: stored, computed: computed)
  }
}
