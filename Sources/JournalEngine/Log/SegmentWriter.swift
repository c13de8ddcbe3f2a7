package import FileIO
package import JournalFormat
import Synchronization

/// The tail of the log: appends at ``end`` and keeps zero-filled space ahead of it.
///
/// Appending is for one thread at a time, the one that owns the tail. Preallocation may run beside
/// it on another thread; the two never touch the same bytes.
package final class SegmentWriter: @unchecked Sendable {
  // `end` is only changed by the owner of the tail or, with the commit queue's lock held, while nobody
  // owns it; ownership is handed over under that lock, too. What preallocation shares is in `space`.

  package let file: any File
  /// The same file opened once more, for the second lane of syncs.
  package let secondFile: any File
  package let name: String
  package let header: SegmentHeader
  package let seed: UInt32
  /// Where the next record goes. Those who do not own the tail need not know it exactly.
  package var end: Int64 { currentEnd.load(ordering: .relaxed) }
  private let currentEnd: Atomic<Int64>
  private let space: TailSpace
  /// Where appends are copied to memory, if the file system allows it and nobody waits for a sync.
  private let mapping: (any FileMapping)?
  /// Where the mapping ends.
  private let mappedEnd: Int64
  /// Where the part of the mapping begins that no sync has been about. For one sync at a time.
  private let releasedEnd = Atomic<Int64>(0)

  private init(
    file: any File, in directory: any Directory, name: String, header: SegmentHeader, end: Int64,
    allocated: Int64, policy: TailPolicy
  ) throws(IOFailure) {
    self.file = file
    secondFile = try directory.openFile(name, .readWrite)
    self.name = name
    self.header = header
    currentEnd = Atomic(end)
    seed = header.recordSeed
    // Without one, for whatever reason, appends are written.
    mapping =
      policy.isMapped ? (try? file.mapForStoring(0..<policy.mappedByteCount)) ?? nil : nil
    mappedEnd = mapping?.range.upperBound ?? 0
    // A buffered journal that is not mapped does without: its syncs are in the background, where the
    // metadata that a growing file has to write holds nobody up.
    space = TailSpace(
      file: file, mapping: mapping, allocated: allocated, firstStep: policy.firstStep,
      maximumStep: policy.isMapped && mapping == nil ? 0 : policy.maximumStep)
  }

  /// Creates the segment that `header` describes. When this returns, the file, its header *and its
  /// name* are durable: a record acknowledged in a file whose name a power cut takes back is lost.
  package static func create(
    _ header: SegmentHeader, in directory: any Directory, policy: TailPolicy
  ) throws(JournalError) -> SegmentWriter {
    let name = FileName.segment(first: header.firstSequence).text
    do {
      // A creation that failed half-way, or one that a crash interrupted, may have left the name
      // behind without a single record: recovery and the writer have made sure of that.
      let file = try directory.openFile(name, .createIfMissing)
      try file.truncate(to: 0)
      var bytes = header.encoded()
      bytes.append(zeros: policy.firstStep)
      try file.writeFully(bytes.span, at: 0)
      try file.sync()
      try directory.sync()
      return try SegmentWriter(
        file: file, in: directory, name: name, header: header,
        end: Int64(SegmentHeader.byteCount), allocated: Int64(bytes.count), policy: policy)
    } catch {
      throw JournalError(error)
    }
  }

  /// Goes on in a segment that recovery has found valid up to `end`, zero behind it. Nothing is appended
  /// before that is durable.
  package static func resume(
    _ name: String, in directory: any Directory, header: SegmentHeader, end: Int64,
    allocated: Int64, policy: TailPolicy
  ) throws(JournalError) -> SegmentWriter {
    do {
      let file = try directory.openFile(name, .readWrite)
      var allocated = allocated
      if policy.isMapped, allocated > end {
        // The zeros may be a hole, after a copy that leaves zeros out: a store into one needs space,
        // and a full disk would end the process.
        try file.truncate(to: end)
        allocated = end
      }
      return try SegmentWriter(
        file: file, in: directory, name: name, header: header, end: end, allocated: allocated,
        policy: policy)
    } catch {
      throw JournalError(error)
    }
  }

  /// Appends records that are stamped for this segment. After a failure an unknown part of them is
  /// in the file behind ``end``, which stays where it was.
  ///
  /// - Parameter isMapped: whether they may be copied into the mapping, which costs no system call
  ///   but makes the next sync slower.
  package func append(_ records: Span<UInt8>, isMapped: Bool) throws(IOFailure) {
    let end = end
    let newEnd = end + Int64(records.count)
    let isFilled = space.end < newEnd ? try space.allocate(atLeast: newEnd) : true
    if isMapped, isFilled, let mapping, newEnd <= min(space.writtenEnd, mappedEnd) {
      try mapping.store(records, at: end)
    } else {
      try file.writeFully(records, at: end)
    }
    currentEnd.store(newEnd, ordering: .relaxed)
  }

  /// Whether the file system allows a mapping.
  package var isMapped: Bool { mapping != nil }

  /// Whether ``store(_:)`` can take so many bytes.
  package func hasMappedRoom(for byteCount: Int) -> Bool {
    end + Int64(byteCount) <= min(mappedEnd, space.end, space.writtenEnd)
  }

  /// Appends a record, stamped for this segment, by copying it into the mapping, which has room for
  /// it. A failure leaves everything as it was.
  package func store(_ record: Span<UInt8>) throws(IOFailure) {
    guard isMapped else { return }
    let end = end
    // Not bound to a name, which would count a reference for each commit.
    try mapping?.store(record, at: end)
    currentEnd.store(end + Int64(record.count), ordering: .relaxed)
  }

  /// Prepares a sync of what has been appended. It writes out the zeros ahead as well, so these leave
  /// the mapping too: otherwise the writer is interrupted for each of their pages.
  package func willSync() {
    guard let mapping else { return }
    let end = end
    let begin = releasedEnd.exchange(end, ordering: .relaxed)
    let filledEnd = min(space.writtenEnd, mappedEnd)
    if begin < filledEnd { mapping.release(begin..<filledEnd) }
  }

  /// Takes back what a failed append may have left behind ``end``, durably. Otherwise stale records
  /// could line up behind the next, shorter or equally long ones, and come back to life.
  package func discardPartialAppend() throws(IOFailure) { try space.cut(to: end) }

  /// Whether so little zero-filled space is left that it is time to add some beside the writer.
  package var wantsPreallocation: Bool { space.isShort(behind: end) }

  /// Adds a step of zero-filled space beside appends; the caller syncs it, so that the syncs of
  /// commits find no metadata to write.
  package func preallocate() throws(IOFailure) { try space.grow() }

  /// Cuts the space behind the last record and makes everything durable. Nothing is appended
  /// afterwards.
  package func seal() throws(IOFailure) { try space.seal(at: end) }
}
