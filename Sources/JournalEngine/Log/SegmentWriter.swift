package import FileIO
package import JournalFormat
import Synchronization

/// The tail of the log: appends at ``end`` and keeps zero-filled space ahead of it.
///
/// Appending is for one thread at a time, the one that leads the commit queue. Preallocation may
/// run beside it on another thread; the two never touch the same bytes.
package final class SegmentWriter: @unchecked Sendable {
  // `end` is only touched by the leader of the commit queue; leadership is handed over under the
  // queue's lock. What preallocation shares is atomic or behind `allocation`.

  private struct Allocation {
    /// Set once the segment is trimmed; nothing may be allocated any more.
    var isSealed = false
  }

  private static let firstStep = 64 << 10

  package let file: any File
  package let name: String
  package let header: SegmentHeader
  package let seed: UInt32
  /// Where the next record goes.
  package private(set) var end: Int64
  private let maximumStep: Int
  private let allocation: Monitor<Allocation>
  /// The file holds written records or zeros up to here. Changed only under `allocation`.
  private let allocatedEnd: Atomic<Int64>
  /// How much the next step adds, in bytes. Changed only under `allocation`.
  private let step: Atomic<Int>

  private init(
    file: any File, name: String, header: SegmentHeader, end: Int64, allocated: Int64,
    maximumStep: Int
  ) {
    self.file = file
    self.name = name
    self.header = header
    self.end = end
    self.maximumStep = maximumStep
    seed = header.recordSeed
    allocation = Monitor(Allocation())
    step = Atomic(min(Self.firstStep, maximumStep))
    allocatedEnd = Atomic(allocated)
  }

  /// Creates the segment that `header` describes. When this returns, the file, its header *and its
  /// name* are durable: a record acknowledged in a file whose name a power cut takes back is lost.
  package static func create(
    _ header: SegmentHeader, in directory: any Directory, maximumStep: Int
  ) throws(JournalError) -> SegmentWriter {
    let name = FileName.segment(first: header.firstSequence).text
    do {
      // A creation that failed half-way, or one that a crash interrupted, may have left the name
      // behind without a single record: recovery and the writer have made sure of that.
      let file = try directory.openFile(name, .createIfMissing)
      try file.truncate(to: 0)
      var bytes = header.encoded()
      bytes.append(contentsOf: repeatElement(0, count: min(firstStep, maximumStep)))
      try file.writeFully(bytes.span, at: 0)
      try file.sync()
      try directory.sync()
      return SegmentWriter(
        file: file, name: name, header: header, end: Int64(SegmentHeader.byteCount),
        allocated: Int64(bytes.count), maximumStep: maximumStep)
    } catch {
      throw JournalError(error)
    }
  }

  /// Goes on in a segment that recovery has found valid up to `end`, zero behind it, and durable.
  package static func resume(
    file: any File, name: String, header: SegmentHeader, end: Int64, allocated: Int64,
    maximumStep: Int
  ) -> SegmentWriter {
    SegmentWriter(
      file: file, name: name, header: header, end: end, allocated: allocated,
      maximumStep: maximumStep)
  }

  /// Appends records that are stamped for this segment. After a failure an unknown part of them is
  /// in the file behind ``end``, which stays where it was.
  package func append(_ records: Span<UInt8>) throws(IOFailure) {
    let newEnd = end + Int64(records.count)
    if maximumStep > 0, allocatedEnd.load(ordering: .acquiring) < newEnd {
      try allocate(atLeast: newEnd)
    }
    try file.writeFully(records, at: end)
    end = newEnd
  }

  /// Takes back what a failed append may have left behind ``end``, durably. Otherwise stale records
  /// could line up behind the next, shorter or equally long ones, and come back to life.
  package func discardPartialAppend() throws(IOFailure) {
    try allocation.withLock { _ throws(IOFailure) in
      try file.truncate(to: end)
      try file.sync()
      allocatedEnd.store(end, ordering: .releasing)
    }
  }

  /// Whether so little zero-filled space is left that it is time to add some beside the writer.
  package var wantsPreallocation: Bool {
    maximumStep > 0
      && allocatedEnd.load(ordering: .relaxed) - end < Int64(step.load(ordering: .relaxed) / 2)
  }

  /// Adds a step of zero-filled space beside appends; the caller syncs it, so that the syncs of
  /// commits find no metadata to write.
  package func preallocate() throws(IOFailure) {
    try allocation.withLock { allocation throws(IOFailure) in
      guard !allocation.isSealed else { return }
      try extend(beyond: allocatedEnd.load(ordering: .relaxed))
    }
  }

  /// Cuts the space behind the last record and makes everything durable. Nothing is appended
  /// afterwards.
  package func seal() throws(IOFailure) {
    try allocation.withLock { allocation throws(IOFailure) in
      allocation.isSealed = true
      if allocatedEnd.load(ordering: .relaxed) > end {
        try file.truncate(to: end)
        allocatedEnd.store(end, ordering: .releasing)
      }
      try file.sync()
    }
  }

  private func allocate(atLeast needed: Int64) throws(IOFailure) {
    try allocation.withLock { _ throws(IOFailure) in
      guard allocatedEnd.load(ordering: .relaxed) < needed else { return }
      do throws(IOFailure) {
        try extend(beyond: needed)
      } catch {
        guard error.isOutOfSpace else { throw error }
        // There may be room for the records if not for a whole step. Counted before they are
        // written, so that nobody puts zeros over them.
        allocatedEnd.store(
          max(needed, allocatedEnd.load(ordering: .relaxed)), ordering: .releasing)
      }
    }
  }

  /// Fills up to a step behind `offset` with zeros. Called with `allocation` locked.
  private func extend(beyond offset: Int64) throws(IOFailure) {
    let step = step.load(ordering: .relaxed)
    let newEnd = offset + Int64(step)
    let zeros = [UInt8](repeating: 0, count: 64 << 10)
    var end = allocatedEnd.load(ordering: .relaxed)
    while end < newEnd {
      let count = Int(min(Int64(zeros.count), newEnd - end))
      try file.writeFully(zeros.span.extracting(0..<count), at: end)
      end += Int64(count)
      allocatedEnd.store(end, ordering: .releasing)
    }
    self.step.store(min(step * 2, maximumStep), ordering: .relaxed)
  }
}
