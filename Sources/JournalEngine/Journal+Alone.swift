import FileIO
import JournalFormat
import Synchronization

/// The short way of a commit that nobody waits to share a sync with: encoded, copied into the mapped
/// tail and applied to the table at once, by the thread that makes it.
extension Journal {
  /// What became of a commit on the short way.
  enum AloneOutcome {
    case committed(LogSequenceNumber)
    /// Nothing was done: `encode` wanted nothing, others are on their way, the segment is full, the
    /// file system allows no mapping.
    case blocked
  }

  /// Commits what `encode` appends, if it can be done without waiting for the disk.
  ///
  /// Of threads that are here at once, one works and the others sleep: taking turns at each commit
  /// would cost all of them several times what it takes, in memory that moves from one processor to
  /// the other. Whoever has slept so often without luck takes the long way, where nobody is passed
  /// over.
  func commitAlone(
    tryCount: Int, _ encode: (inout [UInt8]) -> Bool
  ) -> AloneOutcome {
    guard isTailMapped else { return .blocked }
    for count in 0..<tryCount {
      if count > 0 { CurrentThread.sleep(nanoseconds: 10_000 << Int64(min(count, 6))) }
      let outcome = order.withLockIfAvailable { scratch in
        commitAlone(in: &scratch, encode)
      }
      if let outcome { return outcome }
    }
    return .blocked
  }

  /// Does so, with `order` held. Everything happens under the locks that the long way takes one after
  /// the other, and in their order, so nobody can tell the difference; nothing here is a system call.
  private func commitAlone(
    in scratch: inout CommitScratch, _ encode: (inout [UInt8]) -> Bool
  ) -> AloneOutcome {
    scratch.clear()
    let now = clock()
    RecordEncoder.begin(in: &scratch.bytes, time: now)
    // What the answer to no change is depends on what state the journal is in, which the long way asks.
    guard encode(&scratch.bytes) else { return .blocked }
    let byteCount = scratch.bytes.count
    guard byteCount > RecordHeader.byteCount, byteCount <= RecordHeader.maximumRecordByteCount
    else { return .blocked }
    var isPoisoned = false
    let committed = tables.withLock { tables -> (LogSequenceNumber, Bool)? in
      let place = tables.prefetch(scratch.bytes.span)
      let committed = queue.state.withLock { state -> (LogSequenceNumber, Bool)? in
        // Nobody owns the tail, and nobody comes to own it while the state is locked.
        guard state.isIdle, state.tail.hasMappedRoom(for: byteCount), !writer.isFull(state.tail),
          !writer.owesWatermark, !isCompactionBehind, state.nextSequence.rawValue < .max
        else { return nil }
        let sequence = state.nextSequence
        RecordEncoder.complete(
          &scratch.bytes, sequence: sequence, durableThrough: state.durable,
          seed: state.tail.seed)
        if let place { tables.prefetchEntry(place) }
        do throws(IOFailure) {
          try writer.store(scratch.bytes.span, in: state.tail)
        } catch {
          // What is in the file is not known; the long way says so, to this commit and all others.
          state.failure = JournalError(error).poisoning(from: sequence)
          isPoisoned = true
          return nil
        }
        state.noteAcknowledged(sequence, at: now, byteCount: byteCount)
        return (sequence, state.tail.wantsPreallocation)
      }
      if let committed { tables.apply(scratch.bytes.span, at: committed.0, place) }
      return committed
    }
    guard let (sequence, wantsPreallocation) = committed else {
      if isPoisoned { tellOfFailure() }
      return .blocked
    }
    noteWritten(byteCount: byteCount)
    if wantsPreallocation { requestPreallocation() }
    requestFlush()
    return .committed(sequence)
  }

  /// Apart, since what an error takes to be copied would be paid by commits that know none.
  @inline(never)
  private func tellOfFailure() {
    guard let failure = queue.state.withLock({ $0.failure }) else { return }
    options.onEvent?(.poisoned(failure))
  }
}
