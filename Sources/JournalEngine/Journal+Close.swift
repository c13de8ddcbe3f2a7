import FileIO
import JournalFormat
import Synchronization

extension Journal {
  /// Returns when every acknowledged commit is durable.
  package func sync() throws(JournalError) {
    let isDurable = try queue.state.withLock { state throws(JournalError) in
      try refuseIfUnusable(&state)
      return state.durable >= state.acknowledged && !settlement.isOwed
    }
    if !isDurable { try syncTail() }
  }

  /// The same for tasks: the sync runs on a thread of our own.
  package func sync() async throws(JournalError) {
    _ = try await suspendUntilCommitted { (waiter) throws(JournalError) in
      let position = try queue.state.withLock { state throws(JournalError) in
        try refuseIfUnusable(&state)
        if state.durable >= state.acknowledged, state.gathering.records.isEmpty,
          !settlement.isOwed
        {
          return nil as CommitQueue.Position?
        }
        state.gathering.needsSync = true
        return join(&state, task: waiter, at: .zero)
      }
      guard let position else { return false }
      _ = startCommitter(position)
      return true
    }
  }

  /// Ends the session: everything acknowledged is made durable, the tail is trimmed, and the next
  /// opening has nothing to recover. Closing again does nothing, and ends as the first time. Commits
  /// that were enqueued before are finished; later ones fail with ``JournalError/Reason/closed``.
  package func close() throws(JournalError) {
    // One after the other: who closes again must not be told that it is done before it is.
    try closeGate.withLock { failure throws(JournalError) in try closeInTurn(&failure) }
  }

  private func closeInTurn(_ failure: inout JournalError?) throws(JournalError) {
    compaction.isCancelled.store(true, ordering: .relaxed)
    queue.acquireTail()
    let (wasClosed, remaining) = queue.state.withLock { state in
      let wasClosed = state.isClosed
      state.isClosed = true
      return (wasClosed, state.gathering.hasWaiters ? state.takeGroup() : nil)
    }
    if let remaining {
      _ = lead(remaining)
      queue.acquireTail()
    }
    if wasClosed {
      releaseTail()
      // Commits that the first time may have lost are lost to whoever asks.
      if let failure { throw failure }
      return
    }
    do {
      try sealSession()
    } catch {
      failure = error
    }
    releaseTail()
    shutDown()
    if let failure { throw failure }
  }

  /// Says in the log that the session ended, and makes it and the watermark durable, in that order:
  /// a watermark must never vouch for what is not there.
  private func sealSession() throws(JournalError) {
    let (failure, isIntroduced, written, isAnyAtRisk) = queue.state.withLock {
      ($0.failure, $0.introducedAt != nil, $0.written, $0.acknowledged > $0.durable)
    }
    if let failure {
      // After a failure nothing is known about the file; the next opening recovers. Who waited for his
      // commits has been told. Of buffered ones, which a failed sync in the background may have lost,
      // nobody has.
      if isAnyAtRisk { throw failure }
      return
    }
    guard isIntroduced else {
      do {
        return try settlement.settle()
      } catch {
        // Whatever the reason: nobody will try again, and only the next opening tells.
        throw error.poisoning(from: written.next)
      }
    }
    // Under the gate: a sync in the background could otherwise take the failure that belongs to
    // these records, and the watermark would vouch for what is lost.
    let note = try settlement.gate.withLock { _ throws(JournalError) in
      let (durable, failure) = queue.state.withLock { ($0.durable, $0.failure) }
      if let failure { throw failure }
      do throws(IOFailure) {
        let note = try appendCloseNote(after: written)
        try writer.segment.seal()
        return note
      } catch {
        // Whatever the reason, a full disk included: acknowledged buffered commits may be lost with
        // these pages, and only the next opening tells.
        let failure = JournalError(error).poisoning(from: durable.next)
        queue.state.withLock { $0.failure = failure }
        throw failure
      }
    }
    queue.state.withLock { queue in
      queue.durable = note ?? written
      queue.acknowledged = queue.durable
    }
    // Groups on their way were synced with the rest; their leaders may not have said so yet.
    acknowledgeGroups()
    // Without the note, the end of the log stays to be judged by the log alone.
    guard let note else { return }
    do {
      try writer.writeClosingWatermark(note)
    } catch {
      // Without it, the next opening syncs what is durable already. A full disk is no reason to
      // fail a session whose commits are all safe.
      if !error.isOutOfSpace { throw JournalError(error) }
    }
  }

  /// Returns the sequence number of the note, or `nil` if there is no room for it, or no number.
  private func appendCloseNote(
    after written: LogSequenceNumber
  ) throws(IOFailure) -> LogSequenceNumber? {
    guard written.next.rawValue < .max else { return nil }
    var record: [UInt8] = []
    let start = RecordEncoder.begin(in: &record, sequence: written.next, time: options.clock())
    RecordChange.appendClosed(epoch: writer.epoch, to: &record)
    RecordEncoder.finish(in: &record, from: start)
    do {
      try writer.append(
        record, durableThrough: queue.state.withLock { $0.durable }, isMapped: false)
    } catch {
      guard error.isOutOfSpace else { throw error }
      try writer.segment.discardPartialAppend()
      return nil
    }
    queue.state.withLock { state in
      state.written = written.next
      state.nextSequence = written.next.next
    }
    return written.next
  }
}
