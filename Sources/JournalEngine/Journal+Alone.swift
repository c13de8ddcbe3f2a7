import FileIO
import JournalFormat
import Synchronization

/// The short way of a commit that nobody waits to share a sync with: encoded, copied into the mapped
/// tail and applied to the table at once, by the thread that makes it.
extension Journal {
  /// What became of a commit on the short way.
  enum AloneOutcome {
    case committed(LogSequenceNumber)
    /// `encode` wanted none.
    case unwanted
    /// Something is in the way, and nothing was done: others are on their way, the segment is full,
    /// the file system allows no mapping.
    case blocked
  }

  /// Commits what `encode` appends, if it can be done without waiting. Everything happens under the
  /// locks that the long way takes one after the other, and in their order, so nobody can tell the
  /// difference; nothing here is a system call.
  func commitAlone(
    in scratch: inout CommitScratch, _ encode: (inout [UInt8]) -> Bool
  ) -> AloneOutcome {
    guard queue.state.withLock({ isClear($0, byteCount: 0) }) else { return .blocked }
    scratch.clear()
    RecordEncoder.begin(in: &scratch.bytes, time: options.clock())
    guard encode(&scratch.bytes) else { return .unwanted }
    let byteCount = scratch.bytes.count
    if byteCount == RecordHeader.byteCount { return .unwanted }
    guard byteCount <= RecordHeader.maximumRecordByteCount else { return .blocked }
    let committed = tables.withLock { tables -> (LogSequenceNumber, Bool)? in
      let committed = queue.state.withLock { state -> (LogSequenceNumber, Bool)? in
        guard isClear(state, byteCount: byteCount) else { return nil }
        let sequence = state.nextSequence
        RecordEncoder.complete(
          &scratch.bytes, sequence: sequence, durableThrough: state.durable,
          seed: state.tail.seed)
        // A store that fails has written nothing.
        guard (try? state.tail.store(scratch.bytes.span)) != nil else { return nil }
        state.noteAcknowledged(sequence, byteCount: byteCount)
        return (sequence, state.tail.wantsPreallocation)
      }
      if let committed { tables.apply(scratch.bytes.span, at: committed.0) }
      return committed
    }
    guard let (sequence, wantsPreallocation) = committed else { return .blocked }
    noteWritten(byteCount: byteCount)
    if wantsPreallocation { requestPreallocation() }
    requestFlush()
    return .committed(sequence)
  }

  /// Whether a commit of so many bytes could go into the mapping right now, with nobody before it.
  private func isClear(_ state: borrowing CommitQueue.State, byteCount: Int) -> Bool {
    state.isIdle && state.tail.end < Int64(options.segmentByteCount)
      && state.tail.hasMappedRoom(for: byteCount) && !isCompactionBehind
  }
}
