import FileIO
import JournalFormat
import Synchronization

/// What the owner of the tail does with a group: write, sync, acknowledge or take back.
extension Journal {
  /// Brings a group that has been taken to its end: writes it, gives the tail to the next leader,
  /// syncs it if anybody in it waits for that, and acknowledges it. Returns why it failed.
  ///
  /// - Parameter isCommitter: whether the caller leads what is granted to the committer afterwards.
  @discardableResult
  func lead(_ group: CommitGroup, isCommitter: Bool = false) -> JournalError? {
    if let error = write(group) { return fail(group, error) }
    if group.batch.needsSync {
      // The next group is written, and may be synced, while this one is on its way to the disk.
      tell(
        queue.state.withLock { state in
          state.noteWritten(group)
          return state.releaseTail()
        })
      syncGroup(group)
    }
    let ending = acknowledgeGroups(including: group, isCommitter: isCommitter)
    if !group.batch.needsSync { requestFlush() }
    if ending == .later {
      // Nobody asks the committer how it ended, and there may be a next one to lead.
      if isCommitter { return nil }
      _ = group.gate.wait()
    }
    let failure = group.failure
    // Where another leader has ended it, he may still be telling those who waited.
    if ending == .now { queue.recycle(group) }
    return failure
  }

  /// Leads groups for as long as the tail is the committer's.
  func leadForTasks() {
    while let group = queue.state.withLock({ $0.takeGroupForCommitter() }) {
      lead(group, isCommitter: true)
    }
  }

  /// Tells whoever owns the tail next.
  ///
  /// - Parameter isCommitter: whether the caller is the committer, and looks for more by itself.
  func tell(_ successor: CommitQueue.Successor, isCommitter: Bool = false) {
    if queue.isCommitter(afterTelling: successor), !isCommitter { wakeCommitter() }
  }

  func releaseTail() { tell(queue.state.withLock { $0.releaseTail() }) }

  /// Wakes the committer. Where no thread can be started, this one leads for the tasks: slower for
  /// others, but never lost.
  func wakeCommitter() {
    if !requestCommitter() { leadForTasks() }
  }

  /// Writes a group's records. Called by the owner of the tail.
  private func write(_ group: CommitGroup) -> JournalError? {
    waitForCompactionIfBehind()
    do {
      try settlement.settle()
    } catch {
      return error
    }
    let (durable, failure) = queue.state.withLock { ($0.durable, $0.failure) }
    if let failure { return failure }
    if group.batch.records.isEmpty { return nil }
    do {
      if writer.wantsRotation {
        try rotate()
        if compaction.wantsSeal { try setAside() }
        try append(group, durableThrough: queue.state.withLock { $0.durable })
      } else {
        // Where a full disk had no room for it, there is to be a watermark before there are records.
        if writer.owesWatermark { try settleWatermark() }
        try append(group, durableThrough: durable)
      }
    } catch {
      return error
    }
    noteWritten(byteCount: group.batch.records.count)
    if writer.segment.wantsPreallocation { requestPreallocation() }
    return nil
  }

  /// Counts bytes that are in the log now.
  func noteWritten(byteCount: Int) {
    compaction.journalByteCount.add(byteCount, ordering: .relaxed)
    if wantsCompaction { requestCompaction() }
  }

  /// Makes a written group durable, through its own lane.
  private func syncGroup(_ group: CommitGroup) {
    let (segment, written, durable) = queue.state.withLock { ($0.tail, $0.written, $0.durable) }
    // A group that came after it may have been synced already, with this one below it.
    if durable >= written { return }
    guard group.lane == .secondary else {
      do {
        try syncTail()
      } catch {
        // Whatever for, nobody else ends this group.
        _ = queue.poison(error, telling: options.onEvent)
      }
      return
    }
    _ = sync(segment.secondFile, through: written)
  }

  /// When a group ended.
  enum Ending {
    case before
    case now
    /// It is behind one that has not; a leader who is not the committer is counted among those who
    /// wait.
    case later
  }

  /// Makes visible and acknowledges every group that can be, in the order of their commits, and
  /// wakes those who wait for them and whoever owns the tail next. Returns when `group`, whose leader
  /// has come to this point, ended.
  @discardableResult
  func acknowledgeGroups(
    including group: CommitGroup? = nil, isCommitter: Bool = false
  ) -> Ending {
    // Reads see the commits of a group, and its sequence number, all at once; and a transaction,
    // which asks the queue first and the tables then, finds them in at least one of the two.
    let (ended, taskCount, failure, successor, ending) = tables.withLock { tables in
      let (ended, taskCount, acknowledged, failure, successor, ending) = queue.state.withLock {
        state in
        var (successor, ending) = (CommitQueue.Successor.nobody, Ending.before)
        if let group { state.finishLeading(group) }
        let hadEnded = group?.hasEnded ?? true
        let waitingCount = state.flight.taskCount
        let ended = state.endGroups()
        let taskCount = waitingCount - state.flight.taskCount
        state.returningTaskCount += taskCount
        if let group {
          if !hadEnded {
            ending = group.hasEnded ? .now : .later
            if !group.hasEnded, !isCommitter { group.batch.threadCount += 1 }
          }
          successor = state.findSuccessor()
        }
        return (ended, taskCount, state.acknowledged, state.failure, successor, ending)
      }
      if failure == nil { tables.apply(ended, through: acknowledged) }
      return (ended, taskCount, failure, successor, ending)
    }
    guard taskCount > 0 else {
      announce(ended, failure)
      tell(successor, isCommitter: isCommitter)
      return ending
    }
    // Another thread leads meanwhile, since to tell many tasks takes as long as a sync. Where there is
    // none, this one does, but not before those who wait have been told.
    let isLeaderMissing = queue.isCommitter(afterTelling: successor) && !requestCommitter()
    announce(ended, failure)
    let next = queue.state.withLock { state in
      state.returningTaskCount -= taskCount
      return state.findSuccessor()
    }
    if isLeaderMissing, !isCommitter { leadForTasks() }
    tell(next, isCommitter: isCommitter)
    return ending
  }

  /// Tells everybody who waits for these groups, in one go.
  private func announce(_ groups: CommitGroup?, _ failure: JournalError?) {
    var group = groups
    while let current = group {
      group = current.next
      current.next = nil
      for (waiter, sequence) in current.batch.tasks {
        if let failure { waiter.fail(failure) } else { waiter.succeed(sequence) }
      }
      if current.batch.threadCount > 0 { current.gate.open(threadCount: current.batch.threadCount) }
    }
  }

  /// Ends a group that could not be written, and those that build on it.
  private func fail(_ group: CommitGroup, _ error: JournalError) -> JournalError {
    let isFatal = error.poisons
    let (abandoned, reported, successor, isFirst) = queue.state.withLock { state in
      let isFirst = state.failure == nil
      if isFatal { state.failure = state.failure ?? error.poisoning(from: state.written.next) }
      let reported = state.failure ?? error
      state.releaseLane(of: group)
      let abandoned = state.takeBack(group, reported)
      return (abandoned, reported, state.releaseTail(), isFirst)
    }
    announce(group, reported)
    announce(abandoned, reported)
    // What was written before it fails with it, once nothing more is acknowledged.
    if isFatal { acknowledgeGroups() }
    tell(successor)
    if isFatal {
      if isFirst { options.onEvent?(.poisoned(reported)) }
    } else if case .outOfSpace = reported.reason {
      options.onEvent?(.outOfSpace(reported))
    }
    return reported
  }

  private func append(
    _ group: CommitGroup, durableThrough: LogSequenceNumber
  ) throws(JournalError) {
    do {
      try writer.append(
        group.batch.records, durableThrough: durableThrough, isMapped: !group.batch.needsSync)
    } catch {
      guard error.isOutOfSpace else { throw JournalError(error) }
      try discardPartialAppend()
      throw JournalError(
        .outOfSpace(error), file: error.path, offset: writer.segment.end,
        detail: "nothing was committed; free some space and try again, the journal stays usable")
    }
  }

  /// Takes back what a failed append may have left. In turn with the syncs of groups on their way: a
  /// failure is told once to each open file, and remembered before the next of them can begin.
  private func discardPartialAppend() throws(JournalError) {
    try settlement.gate.withLock { _ throws(JournalError) in
      do throws(IOFailure) {
        try writer.segment.discardPartialAppend()
      } catch {
        var failure = JournalError(error)
        failure.sequence = queue.state.withLock { $0.written.next }
        throw queue.poison(failure, telling: options.onEvent)
      }
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
    // Last, since it vouches for the records of the segment that was just completed.
    try settleWatermark()
  }

  private func settleWatermark() throws(JournalError) {
    do {
      try writer.settleWatermark()
    } catch {
      throw JournalError(error)
    }
  }
}
