package import FileIO
package import JournalFormat

/// Reads the records of one segment in order, in large reads. It changes nothing and knows nothing
/// of writing; what the end means is decided elsewhere (``LogEndVerdict``).
package struct SegmentReader {
  private static let firstReadByteCount = 4 << 10
  /// How much is passed over at once.
  private static let passedByteCount: Int64 = 64 << 10

  /// So many zeros in a row are read, more than a writer prepares for what is to come. Behind them the
  /// file system is believed about holes: a sparse file is as long as anybody likes, and reading it would
  /// never end.
  private static let readZerosByteCount: Int64 = 16 << 20

  /// How much is read at once: what stays in a processor's cache. Those who come back often for little
  /// ask for less.
  package var windowByteCount = 256 << 10
  /// Records of more than this are read only when their checksum has been found right.
  package var largestUncheckedByteCount = 1 << 20

  package let file: any File
  package let name: String
  package let header: SegmentHeader
  /// What the checksums of the segment's records start from.
  package let recordSeed: UInt32
  /// The size of the file when the reader was made.
  package private(set) var fileByteCount: Int64
  /// Where the next record begins.
  package private(set) var position: Int64

  /// The bytes in memory; the last record read lies in ``record``.
  package private(set) var window: [UInt8]
  private var windowStart: Int64
  private var windowCount: Int
  /// How much is read next at most. Behind a place that had to be looked at again, what comes may have to
  /// be looked at again soon: then little is read, and twice as much each time that all goes well.
  private var nextReadByteCount = Int.max
  package private(set) var record: Range<Int> = 0..<0

  /// A reader behind a header that has been checked.
  ///
  /// - Parameter recordSeed: what the checksums start from where the header's salt does not say so.
  package init(
    file: any File, name: String, header: SegmentHeader, recordSeed: UInt32? = nil,
    fileByteCount: Int64
  ) {
    self.file = file
    self.name = name
    self.header = header
    self.recordSeed = recordSeed ?? header.recordSeed
    self.fileByteCount = fileByteCount
    position = Int64(SegmentHeader.byteCount)
    window = []
    windowStart = position
    windowCount = 0
  }

  /// Where the record that was read last begins in the file.
  package var recordOffset: Int64 { windowStart + Int64(record.lowerBound) }

  /// Reads what lies at ``position``. Only `.record` moves on.
  package mutating func step(expected: LogSequenceNumber) throws(JournalError) -> ScanStep {
    if let header = takeWholeRecord(expected) { return .record(header) }
    var available = Int(clamping: fileByteCount - position)
    try fill(min(RecordHeader.byteCount, available))
    var start = Int(position - windowStart)
    // A writer that seals the segment cuts the zeros off: the file may be shorter than it was.
    if windowCount - start < RecordHeader.byteCount { available = windowCount - start }
    let (needed, decided) = RecordScanner.plan(
      window.span.extracting(start..<windowCount), available: available)
    if let decided { return decided }
    // The length is garbage until the checksum says otherwise, so memory for a long record is
    // allocated only after a pass over the file has found the checksum right.
    if needed > largestUncheckedByteCount {
      let step = RecordScanner.judge(
        RecordHeader(window.span, at: start),
        checksum: try checksum(at: position, byteCount: needed), expected: expected)
      guard case .record = step else { return step }
    }
    try fill(needed)
    start = Int(position - windowStart)
    let range = start..<(start + needed)
    guard range.upperBound <= windowCount else { return .invalid(.implausibleLength) }
    let step = RecordScanner.judge(
      RecordHeader(window.span, at: start),
      checksum: RecordChecksum.of(window.span.extracting(range), seed: recordSeed),
      expected: expected)
    if case .record = step {
      record = range
      position += Int64(needed)
    }
    return step
  }

  /// Takes the next record if it is all in memory and right, as nearly all are. Until it answers nil,
  /// all that was taken stays where it is in the window.
  package mutating func takeWholeRecord(_ expected: LogSequenceNumber) -> RecordHeader? {
    let start = Int(position - windowStart)
    guard windowCount - start >= RecordHeader.byteCount else { return nil }
    let header = RecordHeader(window.span, at: start)
    guard header.sequence == expected, header.isPlausible(within: windowCount - start) else {
      return nil
    }
    let range = start..<(start + header.recordByteCount)
    let checksum = RecordChecksum.of(window.span.extracting(range), seed: recordSeed)
    guard header.checksum == checksum else { return nil }
    record = range
    position += Int64(header.recordByteCount)
    return header
  }

  /// Forgets what is in memory and looks at the file again: its end may have moved, and bytes that
  /// a writer was just writing may be whole by now.
  package mutating func refresh() throws(JournalError) {
    windowStart = position
    windowCount = 0
    nextReadByteCount = Self.firstReadByteCount
    do {
      fileByteCount = try file.byteCount()
    } catch {
      throw JournalError(error)
    }
  }

  /// Goes on at another place, such as a record that was found behind damage.
  package mutating func skip(to offset: Int64) throws(JournalError) {
    position = offset
    try refresh()
  }

  /// Where the content behind `offset` ends: behind the last byte that is not zero, or `offset`
  /// itself when only zeros follow.
  package func endOfContent(from offset: Int64) throws(JournalError) -> Int64 {
    var buffer = buffer(for: fileByteCount - offset)
    var position = offset
    var end = offset
    while position < fileByteCount {
      let count = try read(into: &buffer, at: position)
      if count == 0 { break }
      if !FixedHeader.isZero(buffer.span.extracting(0..<count)) {
        var last = count
        while buffer[last - 1] == 0 { last -= 1 }
        end = position + Int64(last)
      }
      position = placeToRead(from: position + Int64(count), behindZerosFrom: end)
    }
    return end
  }

  /// Whether only zeros follow `offset`. Reads no further than to the first byte that is not zero.
  package func isZero(from offset: Int64) throws(JournalError) -> Bool {
    var byteCount = Int64(Self.firstReadByteCount)
    var position = offset
    while position < fileByteCount {
      var buffer = buffer(for: min(byteCount, fileByteCount - position))
      let count = try read(into: &buffer, at: position)
      if count == 0 { break }
      if !FixedHeader.isZero(buffer.span.extracting(0..<count)) { return false }
      position = placeToRead(from: position + Int64(count), behindZerosFrom: offset)
      byteCount = min(2 * byteCount, Self.passedByteCount)
    }
    return true
  }

  /// Where to read on at `position` when there are only zeros between `start` and it: there, or behind
  /// a hole.
  func placeToRead(from position: Int64, behindZerosFrom start: Int64) -> Int64 {
    guard position - start >= Self.readZerosByteCount else { return position }
    return max(position, file.startOfData(from: position) ?? fileByteCount)
  }

  /// The checksum of a record, without holding it in memory.
  package func checksum(at offset: Int64, byteCount: Int) throws(JournalError) -> UInt32 {
    try checksum(at: offset, byteCount: byteCount, from: recordSeed)
  }

  /// The same from another beginning.
  package func checksum(
    at offset: Int64, byteCount: Int, from beginning: UInt32
  ) throws(JournalError) -> UInt32 {
    var buffer = buffer(for: Int64(byteCount))
    var checksum = beginning
    var offset = offset + 4
    var remaining = byteCount - 4
    while remaining > 0 {
      let count = min(try read(into: &buffer, at: offset), remaining)
      if count == 0 { break }
      checksum = CRC32C.checksum(buffer.span.extracting(0..<count), continuing: checksum)
      offset += Int64(count)
      remaining -= count
    }
    return checksum
  }

  /// A buffer to pass over so many bytes with, no larger than it can be of use.
  private func buffer(for byteCount: Int64) -> [UInt8] {
    [UInt8](repeating: 0, count: Int(min(max(byteCount, 1), Self.passedByteCount)))
  }

  /// Reads once into the whole of `buffer`; fewer bytes come only at the end of the file.
  package func read(into buffer: inout [UInt8], at offset: Int64) throws(JournalError) -> Int {
    do {
      return try file.readFully(into: &buffer, range: 0..<buffer.count, at: offset)
    } catch {
      throw JournalError(error)
    }
  }

  /// Gives the window away, with all that was taken, and goes on in another one, to which what is
  /// already in memory of the next record is copied.
  package mutating func exchangeWindow(for other: consuming [UInt8]) -> [UInt8] {
    let start = Int(position - windowStart)
    let kept = windowCount - start
    var fresh = other
    // Long enough for what is read next, so that it does not have to grow.
    let wanted = max(kept, min(window.count, windowByteCount))
    if fresh.count < wanted { fresh = [UInt8](repeating: 0, count: wanted) }
    unsafe fresh.withUnsafeMutableBytes { fresh in
      unsafe window.withUnsafeBytes { old in
        unsafe fresh.copyBytes(from: UnsafeRawBufferPointer(rebasing: old[start..<windowCount]))
      }
    }
    swap(&window, &fresh)
    windowStart = position
    windowCount = kept
    record = 0..<0
    return fresh
  }

  /// Makes `byteCount` bytes from ``position`` available in the window, as far as the file goes.
  private mutating func fill(_ byteCount: Int) throws(JournalError) {
    let start = Int(position - windowStart)
    if windowCount - start >= byteCount { return }
    let kept = windowCount - start
    // A small segment gets a small window: opening a store must not cost a window of zeros.
    let rest = Int(clamping: max(fileByteCount - position, 0))
    let capacity = max(min(windowByteCount, rest, nextReadByteCount), byteCount)
    nextReadByteCount = min(capacity, windowByteCount) * 2
    if window.isEmpty {
      window = [UInt8](repeating: 0, count: capacity)
    } else if window.count < capacity {
      window += [UInt8](repeating: 0, count: capacity - window.count)
    }
    unsafe window.withUnsafeMutableBytes { bytes in
      unsafe bytes.copyBytes(from: UnsafeRawBufferPointer(rebasing: bytes[start..<windowCount]))
    }
    windowStart = position
    windowCount = kept
    // A window that a long record has stretched is not filled whole for each of the short ones.
    let wanted = Int(clamping: min(Int64(capacity), fileByteCount - windowStart))
    guard wanted > kept else { return }
    do {
      windowCount += try file.readFully(
        into: &window, range: kept..<wanted, at: windowStart + Int64(kept))
    } catch {
      throw JournalError(error)
    }
  }
}
