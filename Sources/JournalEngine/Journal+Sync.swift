import FileIO
import JournalFormat
import Synchronization

/// How what is written becomes durable: for those who wait for it, in the background, and ahead of need.
extension Journal {
  /// Makes everything that is written durable, through the primary lane, whose users take turns.
  ///
  /// - Parameter isForced: syncs also when all commits are durable, for the sake of the space behind
  ///   them.
  func syncTail(isForced: Bool = false) throws(JournalError) {
    try settlement.gate.withLock { recovered throws(JournalError) in
      try settlement.settle(&recovered)
      let (segment, written, durable, failure) = queue.state.withLock {
        ($0.tail, $0.written, $0.durable, $0.failure)
      }
      if let failure { throw failure }
      if durable >= written, !isForced { return }
      segment.willSync()
      if let failure = sync(segment.file, through: written) { throw failure }
    }
  }

  /// Syncs one of the open files of the tail, which makes commits up to `written` durable. A failure
  /// is remembered before anybody hears of it: the kernel may have dropped the pages and called them
  /// clean, so that a second sync succeeds about bytes that are gone. Only reopening and recovering
  /// tells the truth.
  func sync(
    _ file: any File, through written: LogSequenceNumber
  ) -> JournalError? {
    let begin = MonotonicClock.now
    do throws(IOFailure) {
      try file.sync()
    } catch {
      return queue.poison(JournalError(error), telling: options.onEvent)
    }
    let duration = MonotonicClock.now - begin
    queue.state.withLock { state in
      state.durable = max(state.durable, written)
      state.statistics.syncLatency.record(nanoseconds: duration)
    }
    if duration > 100_000_000 {
      options.onEvent?(.slowSync(duration: .nanoseconds(duration), file: file.path))
    }
    return nil
  }

  /// Syncs what buffered commits have left in the page cache.
  func flushInBackground() {
    let isDirty = queue.state.withLock { $0.durable < $0.written && $0.failure == nil }
    guard isDirty else { return }
    // A failure is remembered, and reported where it happened.
    try? syncTail()
  }

  /// Adds zero-filled space ahead of need and, where commits wait for syncs, makes it durable. A full
  /// disk is left for the commit that needs the room; a failed sync poisons like any other, since it
  /// may have been about records.
  func preallocateInBackground() {
    let segment = queue.state.withLock { $0.tail }
    do {
      try segment.preallocate()
    } catch {
      return
    }
    if options.durability.isSynced { try? syncTail(isForced: true) }
  }
}
