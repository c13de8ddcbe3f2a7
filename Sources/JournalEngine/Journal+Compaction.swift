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
  ///   - onProgress: called now and then while the snapshot is written.
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
      compaction.postpone()
      throw error
    }
    defer { lock.release() }
    compaction.begin()
    do {
      try lock.sign(at: options.clock())
      let report = try compactHoldingLock(
        isFull: isFull, isForced: isForced, onProgress: onProgress)
      compaction.end(succeeded: true)
      if let report {
        queue.state.withLock { $0.statistics.lastCompaction = report }
        options.onEvent?(.compacted(report))
      }
      return report
    } catch {
      compaction.end(succeeded: false)
      if case .io(let failure) = error.reason, failure.operation == .syncDirectory {
        // Which names are durable is not known any more, and the next success would prove nothing.
        let poison = error.poisoning(from: durableSequence.next)
        queue.state.withLock { $0.failure = $0.failure ?? poison }
        options.onEvent?(.poisoned(poison))
      }
      throw error
    }
  }

  /// Whether the log has grown so long that what changed should leave it.
  var wantsCompaction: Bool {
    guard let limit = options.compactionByteCount else { return false }
    return compaction.journalByteCount.load(ordering: .relaxed) > limit && compaction.mayStart
  }

  func compactInBackground() {
    guard wantsCompaction else { return }
    do {
      try compact()
    } catch {
      if case .locked = error.reason { return }
      if case .closed = error.reason { return }
      options.onEvent?(.compactionFailed(error))
    }
  }

  /// Slows the owner of the tail down while a compaction is behind, so that the log stays bounded.
  func waitForCompactionIfBehind() {
    compaction.wait(untilJournalIsWithin: options.maximumJournalByteCount)
  }

  private func compactHoldingLock(
    isFull: Bool, isForced: Bool, onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> CompactionReport? {
    try Retention.sweepUnfinished(directory)
    let (through, history) = try sealForCompaction()
    while true {
      let (tables, chain) = try layersForCompaction(through: through)
      let changedByteCount = tables.reduce(0) { $0 + Int64($1.entryByteCount) }
      if tables.isEmpty, !isFull || chain.readers.count <= (isForced ? 0 : 1) { return nil }
      let mergeCount = CompactionPolicy.mergeCount(
        byteCounts: chain.readers.map(\.summary.byteCount), changedByteCount: changedByteCount,
        maximumRunCount: options.maximumRunCount, isFull: isFull)
      let builder = SnapshotBuilder(
        directory: directory, store: store, clock: options.clock,
        isCancelled: { self.compaction.isCancelled.load(ordering: .relaxed) })
      do {
        var report = try builder.build(
          tables, over: chain, mergeCount: mergeCount, through: through, history: history,
          onProgress: onProgress)
        guard
          let (newChain, damaged) = try adopt(
            report, mergeCount: mergeCount, over: chain, tables: tables)
        else { continue }
        report.removedFiles = try Retention.sweep(
          directory, chain: newChain, without: damaged, options: options,
          pinned: try pinnedCommits())
        return report
      } catch {
        // A snapshot that is to be merged turned out damaged: the previous generation is merged.
        try servePreviousGeneration(because: error, in: chain)
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
    return commits
  }

  /// Sets the changes so far aside: everything up to the returned commit is in sealed, durable
  /// segments and in frozen tables; what comes after goes to a new segment and a new table. Returns
  /// what all commits up to it sum up to as well.
  private func sealForCompaction() throws(JournalError) -> (LogSequenceNumber, HistoryChecksum) {
    queue.acquireTail()
    defer { releaseTail() }
    let (written, failure, isClosed) = queue.state.withLock {
      ($0.written, $0.failure, $0.isClosed)
    }
    if let failure { throw failure }
    if isClosed { throw JournalError(.closed, file: directory.path) }
    do {
      if writer.segment.end > Int64(SegmentHeader.byteCount) { try rotate() }
    } catch {
      if error.poisons {
        queue.state.withLock { $0.failure = $0.failure ?? error.poisoning(from: written.next) }
      }
      throw error
    }
    // Groups that are written and durable by now, whose leaders have not yet said so: what is to
    // leave the log must be in the tables.
    acknowledgeGroups()
    // Those that failed are in no table, and a snapshot that claimed to reach them would hide them.
    if let failure = queue.state.withLock({ $0.failure }) { throw failure }
    tables.withLock { $0.freeze() }
    compaction.freeze()
    return (written, writer.history)
  }

  /// The frozen tables and the chain below them. When another process has compacted meanwhile, its
  /// snapshots and what the log says on top of them take their place.
  private func layersForCompaction(
    through: LogSequenceNumber
  ) throws(JournalError) -> ([ChangeTable], SnapshotChain) {
    try compaction.withFilesHeld { files throws(JournalError) in
      let current = tables.withLock { ($0.frozen, $0.chain) }
      let best = try DirectoryListing.read(directory)
        .chain(limit: through, without: files.damaged)
      // Also when the other process came no further: the files that it merged may be gone, and a
      // run that begins where one of them ended would hang in the air.
      let isReplaced =
        best != current.1.ranges && best.last.map { $0.through >= current.1.to } ?? false
      guard isReplaced || files.tablesOverlapChain,
        let log = try LogLoader.load(
          directory, for: .reader, limit: through, without: files.damaged)
      else { return current }
      files.tablesOverlapChain = false
      log.table.freeze()
      let frozen = log.table.isEmpty ? [] : [log.table]
      tables.withLock { tables in
        tables.frozen = frozen
        tables.chain = log.chain
      }
      return (frozen, log.chain)
    }
  }

  /// Reads go to the new snapshot from here on; the tables that it holds are forgotten. Returns the
  /// new chain, and the snapshots that must not count as its cover.
  ///
  /// Returns `nil`, having changed nothing, when a reader has met damage in `chain` meanwhile: the
  /// tables then hold what the chain lost, and are not to lie on top of what is newer.
  private func adopt(
    _ report: CompactionReport, mergeCount: Int, over chain: SnapshotChain,
    tables old: [ChangeTable]
  ) throws(JournalError) -> (SnapshotChain, damaged: Set<SnapshotRange>)? {
    try compaction.withFilesHeld { files throws(JournalError) in
      guard tables.withLock({ $0.chain.ranges }) == chain.ranges else { return nil }
      files.damaged.remove(SnapshotRange(after: report.after, through: report.through))
      let reader = try SnapshotReader(
        opening: report.file, in: directory, expecting: store,
        covering: (from: report.after, to: report.through))
      let newChain = try SnapshotChain(
        oldestFirst: chain.readers.dropLast(mergeCount) + [reader])
      tables.withLock { tables in
        tables.frozen.removeAll { table in old.contains { $0 === table } }
        tables.chain = newChain
      }
      return (newChain, files.damaged)
    }
  }
}
