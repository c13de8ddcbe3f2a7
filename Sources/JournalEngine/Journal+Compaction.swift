import FileIO
import JournalFormat
import Synchronization

/// What changed leaves the log as a snapshot, beside the writers, who do not wait for it.
extension Journal {
  /// Writes what changed since the last snapshot into a new one, merged with as many earlier ones
  /// as the policy says, or with all of them if `isFull`. Returns `nil` when there was nothing to do.
  ///
  /// - Parameters:
  ///   - isForced: with `isFull`, writes the one snapshot anew even when nothing changed.
  ///   - onProgress: called now and then while a snapshot is written.
  /// - Throws: ``JournalError/Reason/locked(_:)`` when a compaction of this directory is running;
  ///   ``JournalError/Reason/outOfSpace(_:)``. The state is safe whatever fails.
  @discardableResult
  package func compact(
    isFull: Bool = false, isForced: Bool = false,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> CompactionReport? {
    let lock: DirectoryLock
    do {
      lock = try DirectoryLock.acquire(.compaction, in: directory)
    } catch {
      compaction.postpone(because: error)
      throw error
    }
    defer { lock.release() }
    compaction.begin()
    do {
      try lock.sign(at: options.clock())
      let report = try compactOrMakeRoom {
        () throws(JournalError) in
        try compactHoldingLock(isFull: isFull, isForced: isForced, onProgress: onProgress)
      }
      compaction.end()
      // Commits have asked for nothing meanwhile, and files may have been left for the next time.
      if wantsCompaction { requestCompaction() }
      return report
    } catch {
      compaction.end(error)
      if error.leavesNamesUnknown { _ = queue.poison(error, telling: options.onEvent) }
      throw error
    }
  }

  /// Whether the log has grown so long that what changed should leave it.
  var wantsCompaction: Bool { isLogLong && compaction.mayStart }

  /// Half of what opening may have to replay: the other half is what comes while this leaves.
  var isLogLong: Bool {
    compaction.journalByteCount.load(ordering: .relaxed) > longLogByteCount
  }

  func compactInBackground() {
    do {
      if wantsCompaction { try compact() }
    } catch {
      if case .locked = error.reason { return }
      if case .closed = error.reason { return }
      options.onEvent?(.compactionFailed(error))
    }
  }

  /// Slows the owner of the tail down while what has been set aside is not in a snapshot yet, so
  /// that the log stays bounded.
  func waitForCompactionIfBehind() {
    // Only the owner of the tail sets log aside, so where there is none now there is nothing to wait for.
    guard isCompactionBehind, compaction.isOthersWork else { return }
    options.onEvent?(.waitingForCompaction(replayByteCount: compaction.replayByteCount))
    let begin = MonotonicClock.now
    compaction.wait(untilJournalIsWithin: longestLogByteCount)
    options.onEvent?(
      .waitedForCompaction(duration: .nanoseconds(MonotonicClock.now - begin)))
  }

  /// Whether the owner of the tail would have to wait.
  var isCompactionBehind: Bool { !compaction.isJournalWithin(longestLogByteCount) }

  /// Whether commits wait for a sync, and would not soon wait for the compaction instead: once the
  /// log has filled most of its room, they are served best by one that makes haste.
  var isDeviceWanted: Bool {
    compaction.replayByteCount <= longestLogByteCount / 4 * 3
      && queue.state.withLock { $0.isSyncAwaited }
  }

  /// Runs a compaction; where a full disk stands in its way, what earlier ones have left goes, for the
  /// next attempt.
  private func compactOrMakeRoom(
    _ body: () throws(JournalError) -> CompactionReport?
  ) throws(JournalError) -> CompactionReport? {
    do {
      return try body()
    } catch {
      guard case .outOfSpace = error.reason, !error.leavesNamesUnknown,
        !settlement.isOwed
      else { throw error }
      // A compaction that succeeds has read what it merges; here nobody has, and what would go may be the
      // last sound generation.
      let chain = tables.withLock { $0.chain }
      guard
        compaction.proof.firstDoubt(
          among: chain.ranges, in: directory, of: store,
          unless: { compaction.isCancelled.load(ordering: .relaxed) }) == nil
      else { throw error }
      do {
        try removeSuperseded()
      } catch let second {
        // That there was no room comes back with the next attempt; this would be forgotten.
        if second.leavesNamesUnknown { throw second }
      }
      throw error
    }
  }

  /// What changed leaves the log first, since that is what opening and waiting writers go by; what
  /// takes as long as the state is large, merging files, comes second, and stops for what changes
  /// meanwhile.
  private func compactHoldingLock(
    isFull: Bool, isForced: Bool, onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> CompactionReport? {
    try settlement.settle()
    try Retention.sweepUnfinished(directory)
    try sealForCompaction()
    var written: CompactionReport?
    while true {
      let run = try writeRun(isFull: isFull, onProgress: onProgress)
      written = run?.report ?? written
      let unmergedCount = run?.unmergedCount ?? 0
      guard isFull || unmergedCount > 0 else { return written }
      switch try mergeRuns(
        isFull ? nil : unmergedCount + 1, isForced: isForced && run == nil,
        onProgress: onProgress)
      {
      case .merged(let report): return report
      case .idle: return written
      case .fellBack: continue
      }
    }
  }

  /// The commits that the state asks to keep. What was pinned before this compaction was begun is
  /// seen, and a commit that is pinned as the newest one meanwhile lies behind what the compaction
  /// covers, whose files stay; an older one is pinned with the lock held that the compaction has.
  func pinnedCommits() throws(JournalError) -> Set<LogSequenceNumber> {
    guard let pins = options.pins else { return [] }
    var commits: Set<LogSequenceNumber> = []
    try forEach(prefix: pins.prefix) { entry in
      if let commit = pins.sequence(entry) { commits.insert(commit) }
      return true
    }
    // A removal that was seen must not be lost when the files have gone that the pin stood for.
    try syncTail()
    return commits
  }

  /// Sets the changes so far aside: everything up to some commit is in sealed, durable segments and in
  /// frozen tables; what comes after goes to a new segment and a new table.
  func sealForCompaction() throws(JournalError) {
    // A writer that fills the segment meanwhile begins the next one by itself, and does not have to do so
    // again at once.
    compaction.beginSeal()
    // Before the tail is taken, so that writers do not wait for what they wrote long ago. A failure
    // is remembered.
    try? syncTail()
    if compaction.hasFrozen { return compaction.endSeal() }
    queue.acquireTail()
    defer {
      // Before somebody else owns the tail: what he set aside behind a compaction that has failed,
      // nobody would bring into a snapshot, and the next owner would wait for that.
      compaction.endSeal()
      releaseTail()
    }
    if compaction.hasFrozen { return }
    let (written, failure, isClosed) = queue.state.withLock {
      ($0.written, $0.failure, $0.isClosed)
    }
    if let failure { throw failure }
    if isClosed { throw JournalError(.closed, file: directory.path) }
    try completeSegment(behind: written)
    try setAside()
    if writer.segment.wantsPreallocation { requestPreallocation() }
  }

  /// Begins a segment where the last one has records, and returns the last commit: all up to it is
  /// durable, in segments that a compaction from outside can supersede.
  func completeLog() throws(JournalError) -> LogSequenceNumber {
    try settlement.settle()
    queue.acquireTail()
    defer { releaseTail() }
    let (written, failure) = queue.state.withLock { ($0.written, $0.failure) }
    if let failure { throw failure }
    try completeSegment(behind: written)
    return written
  }

  /// Called by the owner of the tail.
  private func completeSegment(behind written: LogSequenceNumber) throws(JournalError) {
    do {
      if writer.segment.end > Int64(SegmentHeader.byteCount) { try rotate() }
    } catch {
      if error.poisons {
        var failure = error
        failure.sequence = error.sequence ?? written.next
        _ = queue.poison(failure, telling: options.onEvent)
      }
      throw error
    }
  }

  /// Sets aside what is in the segments before the one that was just begun. Called by the owner of the
  /// tail.
  func setAside() throws(JournalError) {
    let written = queue.state.withLock { $0.written }
    // Groups that are written and durable by now, whose leaders have not yet said so: what is to
    // leave the log must be in the tables.
    acknowledgeGroups()
    // Those that failed are in no table, and a snapshot that claimed to reach them would hide them.
    if let failure = queue.state.withLock({ $0.failure }) { throw failure }
    tables.withLock { $0.freeze() }
    compaction.freeze(through: written, history: writer.history)
  }
}
