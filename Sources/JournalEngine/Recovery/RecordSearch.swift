import FileIO
package import JournalFormat

/// Looks for valid records at places that nothing vouches for: behind damage, where every byte may
/// be the start of one.
package struct RecordSearch {
  /// A record whose checksum is right.
  package struct Found: Sendable {
    package var offset: Int64
    package var header: RecordHeader
  }

  /// What is looked for is near, as a rule: the first window is small, and each of the following twice as
  /// large up to the largest.
  private static let firstWindowByteCount: Int64 = 4 << 10
  private static let largestWindowByteCount: Int64 = 1 << 20

  /// How many bytes may still be checked; hostile bytes could otherwise make each place look like
  /// the start of a record that reaches to the end of the file.
  private var budget: Int64

  /// A search, or several, over `byteCount` bytes in all.
  package init(budgetFor byteCount: Int64) {
    budget = Self.budget(for: byteCount)
  }

  /// How many bytes a search of so many may check in all.
  static func budget(for byteCount: Int64) -> Int64 {
    let (fourfold, overflow) = byteCount.multipliedReportingOverflow(by: 4)
    return overflow ? .max : fourfold.adding(clamping: 64 << 20)
  }

  /// Whether a search was given up.
  package var isExhausted: Bool { budget < 0 }

  /// The first valid record from `offset` on that has a sequence number of at least `sequence` and
  /// passes a test. Memory is bounded by one window.
  package mutating func first(
    in reader: SegmentReader, from offset: Int64, notBefore sequence: LogSequenceNumber,
    where passes: (Found) -> Bool = { _ in true }
  ) throws(JournalError) -> Found? {
    let end = reader.fileByteCount
    guard end - offset > Int64(RecordHeader.byteCount) else { return nil }
    let highest = Self.highest(from: sequence, within: end - offset)
    var window: [UInt8] = []
    var windowByteCount = Self.firstWindowByteCount
    var start = offset
    var zerosStart = offset
    while end - start > Int64(RecordHeader.byteCount) {
      let wanted = Int(min(windowByteCount, end - start))
      if window.count < wanted { window = [UInt8](repeating: 0, count: wanted) }
      windowByteCount = min(2 * windowByteCount, Self.largestWindowByteCount)
      let count = try reader.read(into: &window, at: start)
      guard count > RecordHeader.byteCount else { break }
      let last = count - RecordHeader.byteCount
      if sequence > .zero, FixedHeader.isZero(window.span.extracting(0..<count)) {
        // No record has the number zero; the next one may begin a little before what is not zero.
        let next = reader.placeToRead(from: start + Int64(count), behindZerosFrom: zerosStart)
        start = max(start + Int64(last + 1), next - Int64(RecordHeader.byteCount))
        continue
      }
      zerosStart = start + Int64(count)
      var index = 0
      while index <= last {
        defer { index += 1 }
        let number = window.span.loadUInt64(at: index + 8)
        guard number >= sequence.rawValue, number <= highest.rawValue else { continue }
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
        let found = Found(offset: position, header: header)
        if checksum == header.checksum, passes(found) { return found }
      }
      start += Int64(last + 1)
    }
    return nil
  }

  /// The last commit whose record can lie within so many bytes behind that of another: each takes
  /// some of them.
  package static func highest(
    from sequence: LogSequenceNumber, within byteCount: Int64
  ) -> LogSequenceNumber {
    let distance = UInt64(clamping: byteCount) / UInt64(RecordHeader.byteCount + 1) + 1
    return LogSequenceNumber(sequence.rawValue + min(distance, .max - sequence.rawValue))
  }
}
