import FileIO
import JournalFormat
import Synchronization

/// What the owner of the tail does with a group: write, sync, acknowledge or take back.
extension Journal {
  /// Writes a group's records, and syncs them if anybody in it waits for that.
  func write(_ group: CommitGroup) -> JournalError? {
    waitForCompactionIfBehind()
    let (durable, failure) = queue.state.withLock { ($0.durable, $0.failure) }
    if let failure { return failure }
    do {
      if !group.records.isEmpty {
        if writer.wantsRotation { try rotate() }
        try append(group.records, durableThrough: queue.state.withLock { $0.durable })
        let last = group.lastSequence
        queue.state.withLock { $0.written = last }
      }
      if group.needsSync, durable < queue.state.withLock({ $0.written }) { try syncTail() }
    } catch {
      return error
    }
    return nil
  }

  /// Makes a written group visible and counts it as acknowledged; or, when it failed, takes it back
  /// together with everything that was enqueued on top of it.
  func finish(_ group: CommitGroup, _ error: JournalError?) -> JournalError? {
    // A background sync may have failed while this group was written: after the first failed sync
    // nothing more is acknowledged.
    let error = error ?? queue.state.withLock { $0.failure }
    guard let error else {
      if !group.records.isEmpty {
        let records = group.records
        tables.withLock { RecordReplay.applyAll(records.span, to: $0.active) }
      }
      queue.state.withLock { state in
        state.acknowledged = max(state.acknowledged, group.lastSequence)
        state.inFlight = nil
      }
      afterGroup(group)
      return nil
    }
    let isFatal = error.poisons
    let (abandoned, reported) = queue.state.withLock { state in
      state.inFlight = nil
      if isFatal {
        state.failure = state.failure ?? error.poisoning(from: state.written.next)
      } else {
        state.nextSequence = state.acknowledged.next
        state.written = state.acknowledged
        state.rewindCount += 1
        if let introduced = state.introducedAt, introduced > state.acknowledged {
          state.introducedAt = nil
        }
      }
      let abandoned = state.gathering
      state.gathering = CommitGroup()
      return (abandoned, state.failure ?? error)
    }
    queue.announce(abandoned, reported)
    if isFatal { options.onEvent?(.poisoned(reported)) }
    return reported
  }

  private func append(
    _ records: [UInt8], durableThrough: LogSequenceNumber
  ) throws(JournalError) {
    do {
      try writer.append(records, durableThrough: durableThrough)
    } catch {
      guard error.isOutOfSpace else { throw JournalError(error) }
      do {
        try writer.segment.discardPartialAppend()
      } catch {
        throw JournalError(error).poisoning(from: queue.state.withLock { $0.written.next })
      }
      throw JournalError(
        .outOfSpace(error), file: error.path, offset: writer.segment.end,
        detail: "nothing was committed; free some space and try again, the journal stays usable")
    }
  }

  /// Begins a new segment. Called by the owner of the tail.
  func rotate() throws(JournalError) {
    let (written, durable) = queue.state.withLock { ($0.written, $0.durable) }
    // Sealing syncs too, but beside the gate: a background sync could take the failure that belongs
    // to these records, and the new segment would vouch for what is lost.
    if durable < written { try syncTail() }
    try writer.rotate(first: written.next)
    let segment = writer.segment
    queue.state.withLock { state in
      state.tail = segment
      state.durable = max(state.durable, written)
    }
    do {
      // Last, since it vouches for the records of the segment that was just completed.
      try writer.writeWatermark(written)
    } catch {
      throw JournalError(error)
    }
  }

  /// Makes everything that is written durable. A failure is remembered before anybody else can sync:
  /// the kernel may have dropped the pages and called them clean, so that a second sync succeeds
  /// about bytes that are gone. Only reopening and recovering tells the truth.
  func syncTail() throws(JournalError) {
    try syncGate.withLock { _ throws(JournalError) in
      let (file, written, failure) = queue.state.withLock {
        ($0.tail.file, $0.written, $0.failure)
      }
      if let failure { throw failure }
      let begin = MonotonicClock.now
      do throws(IOFailure) {
        try file.sync()
      } catch {
        let failure = JournalError(error).poisoning(from: queue.state.withLock { $0.durable.next })
        queue.state.withLock { $0.failure = failure }
        throw failure
      }
      queue.state.withLock { $0.durable = max($0.durable, written) }
      noteSync(nanoseconds: MonotonicClock.now - begin, of: file)
    }
  }

  /// What a finished group asks of the threads in the background.
  private func afterGroup(_ group: CommitGroup) {
    let byteCount = group.records.count
    statisticsStore.withLock { statistics in
      statistics.commitCount += group.commitCount
      statistics.groupCount += group.commitCount > 0 ? 1 : 0
      statistics.writtenByteCount += byteCount
    }
    compaction.journalByteCount.add(byteCount, ordering: .relaxed)
    if !group.needsSync { requestFlush() }
    if writer.segment.wantsPreallocation { requestPreallocation() }
    if wantsCompaction { requestCompaction() }
  }

  private func noteSync(nanoseconds: Int64, of file: any File) {
    statisticsStore.withLock { $0.syncLatency.record(nanoseconds: nanoseconds) }
    if nanoseconds > 100_000_000 {
      options.onEvent?(.slowSync(duration: .nanoseconds(nanoseconds), file: file.path))
    }
  }

  /// Syncs what buffered commits have left in the page cache.
  func flushInBackground() {
    let isDirty = queue.state.withLock { $0.durable < $0.written && $0.failure == nil }
    guard isDirty else { return }
    do {
      try syncTail()
    } catch {
      options.onEvent?(.poisoned(error))
    }
  }

  /// Adds zero-filled space ahead of need and makes it durable. A full disk is left for the commit
  /// that needs the room; a failed sync poisons like any other, since it may have been about records.
  func preallocateInBackground() {
    let segment = queue.state.withLock { $0.tail }
    do {
      try segment.preallocate()
    } catch {
      return
    }
    do {
      try syncTail()
    } catch {
      options.onEvent?(.poisoned(error))
    }
  }
}

extension JournalError {
  /// Whether nothing more can be acknowledged after this error: what is in the file is not known.
  var poisons: Bool {
    switch reason {
    case .poisoned: true
    case .io(let failure):
      switch failure.operation {
      case .write, .truncate, .sync, .syncDirectory: true
      default: false
      }
    default: false
    }
  }

  /// This error as the lasting state of a journal.
  func poisoning(from sequence: LogSequenceNumber) -> JournalError {
    var error = self
    if case .io(let failure) = reason { error.reason = .poisoned(failure) }
    if case .outOfSpace(let failure) = reason { error.reason = .poisoned(failure) }
    error.sequence = error.sequence ?? sequence
    error.detail =
      "nothing more is acknowledged, reads go on; reopen the journal to learn what is durable"
    return error
  }
}
