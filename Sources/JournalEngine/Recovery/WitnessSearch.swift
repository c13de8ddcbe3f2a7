package import JournalFormat

/// Looks behind a bad record for a later valid one that was written when the bad one was already
/// durable: the difference between a torn tail and damage.
package enum WitnessSearch {
  package enum Answer: Equatable, Sendable {
    case none
    case found(LogSequenceNumber)
    /// So many places looked like records without being any that the search was given up.
    case undetermined
  }

  private static let windowByteCount = 1 << 20

  /// Searches from `offset` (where the bad record begins) to the end of the file. The bad record's
  /// length is not believed, so every byte is a possible start; memory is bounded by one window,
  /// and the work by a fixed multiple of the bytes searched.
  package static func search(
    _ reader: SegmentReader, from offset: Int64, bad: LogSequenceNumber
  ) throws(JournalError) -> Answer {
    let end = reader.fileByteCount
    let remaining = end - offset
    guard remaining > Int64(RecordHeader.byteCount) else { return .none }
    // A later commit cannot be further away than the bytes between allow.
    let highest = bad.rawValue + UInt64(remaining) / UInt64(RecordHeader.byteCount + 1) + 1
    var budget = 4 * remaining + (64 << 20)
    var window = [UInt8](repeating: 0, count: Int(min(Int64(windowByteCount), remaining)))
    var start = offset
    while end - start > Int64(RecordHeader.byteCount) {
      let count = try reader.read(into: &window, at: start)
      guard count > RecordHeader.byteCount else { break }
      let last = count - RecordHeader.byteCount
      var index = 0
      while index <= last {
        defer { index += 1 }
        let sequence = window.span.loadUInt64(at: index + 8)
        guard sequence > bad.rawValue, sequence <= highest else { continue }
        let header = RecordHeader(window.span, at: index)
        let position = start + Int64(index)
        guard header.isPlausible(within: Int(clamping: end - position)) else { continue }
        budget -= Int64(header.recordByteCount)
        if budget < 0 { return .undetermined }
        let recordEnd = index + header.recordByteCount
        let checksum =
          recordEnd <= count
          ? RecordChecksum.of(
            window.span.extracting(index..<recordEnd), seed: reader.header.recordSeed)
          : try reader.checksum(at: position, byteCount: header.recordByteCount)
        if checksum == header.checksum, header.durableThrough >= bad {
          return .found(header.sequence)
        }
      }
      start += Int64(last + 1)
    }
    return .none
  }
}
