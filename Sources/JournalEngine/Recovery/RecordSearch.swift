package import JournalFormat

/// Looks for valid records at places that nothing vouches for: behind damage, where every byte may
/// be the start of one.
package struct RecordSearch {
  /// A record whose checksum is right.
  package struct Found: Sendable {
    package var offset: Int64
    package var header: RecordHeader
  }

  private static let windowByteCount = 1 << 20

  /// How many bytes may still be checked; hostile bytes could otherwise make each place look like
  /// the start of a record that reaches to the end of the file.
  private var budget: Int64

  /// A search, or several, over `byteCount` bytes in all.
  package init(budgetFor byteCount: Int64) {
    budget = 4 * byteCount + (64 << 20)
  }

  /// Whether a search was given up.
  package var isExhausted: Bool { budget < 0 }

  /// The first valid record from `offset` on that has a sequence number of at least `sequence` and
  /// passes a test. Memory is bounded by one window.
  package mutating func first(
    in reader: SegmentReader, from offset: Int64, notBefore sequence: LogSequenceNumber,
    where passes: (RecordHeader) -> Bool = { _ in true }
  ) throws(JournalError) -> Found? {
    let end = reader.fileByteCount
    let remaining = end - offset
    guard remaining > Int64(RecordHeader.byteCount) else { return nil }
    // A later commit cannot be further away than the bytes between allow.
    let distance = UInt64(remaining) / UInt64(RecordHeader.byteCount + 1) + 1
    let highest = sequence.rawValue + min(distance, .max - sequence.rawValue)
    var window = [UInt8](repeating: 0, count: Int(min(Int64(Self.windowByteCount), remaining)))
    var start = offset
    while end - start > Int64(RecordHeader.byteCount) {
      let count = try reader.read(into: &window, at: start)
      guard count > RecordHeader.byteCount else { break }
      let last = count - RecordHeader.byteCount
      var index = 0
      while index <= last {
        defer { index += 1 }
        let number = window.span.loadUInt64(at: index + 8)
        guard number >= sequence.rawValue, number <= highest else { continue }
        let header = RecordHeader(window.span, at: index)
        let position = start + Int64(index)
        guard header.isPlausible(within: Int(clamping: end - position)) else { continue }
        budget -= Int64(header.recordByteCount)
        if isExhausted { return nil }
        let recordEnd = index + header.recordByteCount
        let checksum =
          recordEnd <= count
          ? RecordChecksum.of(
            window.span.extracting(index..<recordEnd), seed: reader.recordSeed)
          : try reader.checksum(at: position, byteCount: header.recordByteCount)
        if checksum == header.checksum, passes(header) {
          return Found(offset: position, header: header)
        }
      }
      start += Int64(last + 1)
    }
    return nil
  }
}
