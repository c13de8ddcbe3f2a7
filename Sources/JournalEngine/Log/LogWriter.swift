import FileIO
import JournalFormat
import Synchronization

/// The end of the log as its owner sees it: stamps groups, appends them, rotates segments.
///
/// Everything here is for one thread at a time: the one that owns the tail (see ``CommitQueue``) or,
/// while nobody does, one that holds the queue's lock.
final class LogWriter: @unchecked Sendable {
  // Ownership of the tail is handed over under the queue's lock, which orders all access. What each
  // commit changes is atomic only so that no access to it has to be checked.

  let directory: any Directory
  let store: StoreIdentity
  let epoch: UInt64
  private let options: JournalOptions
  private(set) var segment: SegmentWriter
  private let currentHistory: Atomic<UInt32>
  private let isWatermarkOwed: Atomic<Bool>
  private var stamped: [UInt8] = []

  init(
    directory: any Directory, store: StoreIdentity, epoch: UInt64, options: JournalOptions,
    segment: SegmentWriter, history: HistoryChecksum, watermark: Watermark?
  ) {
    self.directory = directory
    self.store = store
    self.epoch = epoch
    self.options = options
    self.segment = segment
    currentHistory = Atomic(history.rawValue)
    isWatermarkOwed = Atomic(
      Watermark.isOwed(watermark, when: segment.header.firstSequence))
  }

  /// What all commits in the file sum up to.
  private(set) var history: HistoryChecksum {
    get { HistoryChecksum(currentHistory.load(ordering: .relaxed)) }
    set { currentHistory.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// Whether WATERMARK does not say yet that the segment was begun.
  private(set) var owesWatermark: Bool {
    get { isWatermarkOwed.load(ordering: .relaxed) }
    set { isWatermarkOwed.store(newValue, ordering: .relaxed) }
  }

  /// Whether the segment has grown past its size, so that the next record goes into a new one.
  var wantsRotation: Bool { isFull(segment) }

  /// Whether a segment has grown past its size.
  func isFull(_ segment: SegmentWriter) -> Bool {
    let end = segment.end
    return end > Int64(SegmentHeader.byteCount) && end >= Int64(options.segmentByteCount)
  }

  /// Writes the records of a group, telling later readers how far the log was durable by then.
  ///
  /// - Parameter isMapped: whether they may be copied into a mapping of the file.
  func append(
    _ records: [UInt8], durableThrough: LogSequenceNumber, isMapped: Bool
  ) throws(IOFailure) {
    stamped.removeAll(keepingCapacity: true)
    stamped.append(contentsOf: records)
    var history = history
    RecordEncoder.stamp(
      &stamped, from: 0, durableThrough: durableThrough, seed: segment.seed, history: &history)
    let bytes = stamped
    try segment.append(bytes.span, isMapped: isMapped)
    self.history = history
    if stamped.capacity > 1 << 22 { stamped = [] }
  }

  /// Writes one complete record by copying it into the mapping of the tail, which has room for it.
  func store(_ record: Span<UInt8>, in tail: SegmentWriter) throws(IOFailure) {
    try tail.store(record)
    history = history.appending(record)
  }

  /// Completes the segment and begins the next one with `first`. The order carries the promise that
  /// only the last segment can have an unsynced tail: old records durable, then the new name.
  func rotate(first: LogSequenceNumber) throws(JournalError) {
    do {
      try segment.seal()
    } catch {
      // Whatever the reason, acknowledged buffered commits may be lost with these pages.
      throw JournalError(error).poisoning(from: first)
    }
    let header = SegmentHeader(
      store: store, firstSequence: first, salt: .random(in: .min ... .max),
      previousSalt: segment.header.salt, history: history, epoch: epoch,
      createdAt: options.clock())
    do throws(JournalError) {
      segment = try Self.create(
        header, in: directory, policy: TailPolicy(options, goingOnFrom: segment.end))
      owesWatermark = true
    } catch {
      if !error.poisons { try takeBack(header) }
      throw error
    }
  }

  /// Makes sure that a segment which could not be begun is gone. The session may go on in the one
  /// before; should a power cut bring the name of this one back, both would claim the same commits.
  private func takeBack(_ header: SegmentHeader) throws(JournalError) {
    do throws(IOFailure) {
      do throws(IOFailure) {
        try directory.remove(FileName.segment(first: header.firstSequence).text)
      } catch  where error.isMissing {}
      try directory.sync()
    } catch {
      throw JournalError(error).poisoning(from: header.firstSequence)
    }
  }

  /// Says in WATERMARK that the segment was begun, unless it says so already: what goes into it could
  /// vanish with it unnoticed.
  func settleWatermark() throws(IOFailure) {
    guard owesWatermark else { return }
    try writeWatermark(segment.header.firstSequence.previous, isNextSegmentBegun: true)
    owesWatermark = false
  }

  /// Says in WATERMARK that the session has ended with commit `note`.
  func writeClosingWatermark(_ note: LogSequenceNumber) throws(IOFailure) {
    try writeWatermark(note, isNextSegmentBegun: false)
  }

  private func writeWatermark(
    _ durableThrough: LogSequenceNumber, isNextSegmentBegun: Bool
  ) throws(IOFailure) {
    try WatermarkFile.write(
      Watermark(
        store: store, durableThrough: durableThrough, epoch: epoch, writtenAt: options.clock(),
        isNextSegmentBegun: isNextSegmentBegun), in: directory)
  }

  static func create(
    _ header: SegmentHeader, in directory: any Directory, policy: TailPolicy
  ) throws(JournalError) -> SegmentWriter {
    do {
      return try SegmentWriter.create(header, in: directory, policy: policy)
    } catch {
      if case .outOfSpace = error.reason {
        // Half a segment would hold the very room that is missing. An opening that cannot remove it
        // leaves a segment without a header, which the next one takes for what it is.
        try? directory.remove(FileName.segment(first: header.firstSequence).text)
      }
      throw error
    }
  }
}
