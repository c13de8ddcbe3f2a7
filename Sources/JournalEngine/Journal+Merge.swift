import FileIO
import JournalFormat
import Synchronization

/// The two steps of a compaction: what changed becomes a run, and files that add up become one.
extension Journal {
  /// Writes what has been set aside into a run on top of the chain, merged
  /// with as many of the newest files as the policy says, as long as that takes no longer than the
  /// run itself. Returns how many it left unmerged for that; `nil` when nothing has changed.
  ///
  /// - Parameter start: files up to this commit are left alone.
  @discardableResult
  func writeRun(
    isFull: Bool, mergingBehind start: LogSequenceNumber = .zero,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> (report: CompactionReport, unmergedCount: Int)? {
    let (through, history) = compaction.sealed
    while true {
      let (tables, chain) = try layersForCompaction(through: through)
      if tables.isEmpty {
        compaction.noteRun()
        return nil
      }
      let mergeable = chain.readers.filter { $0.summary.from >= start }
      let byteCounts = mergeable.map(\.summary.byteCount)
      let base = mergeable.first.flatMap { $0.range.isBase ? $0.summary.byteCount : nil }
      let wantedCount =
        isFull
        ? mergeable.count
        : CompactionPolicy.mergeCount(
          base: base, runs: Array(byteCounts.dropFirst(base == nil ? 0 : 1)),
          changedByteCount: tables.clampedSum { Int64($0.entryByteCount) },
          maximumRunCount: options.maximumRunCount, rewriteShare: options.rewriteShare)
      let isQuick = byteCounts.suffix(wantedCount).clampedSum { $0 } <= options.mergeAtOnceByteCount
      let mergeCount = isQuick ? wantedCount : 0
      do {
        var report = try builder { () throws(JournalError) in try self.giveUpIfCancelled() }
          .build(
            tables, over: chain, mergeCount: mergeCount, through: through, history: history,
            onProgress: onProgress)
        guard try adopt(report, tables: tables, mergeCount: mergeCount, over: chain) else {
          continue
        }
        compaction.noteRun()
        try finish(&report)
        return (report, wantedCount - mergeCount)
      } catch {
        // A snapshot that is to be merged turned out damaged: the previous generation is merged.
        try servePreviousGeneration(because: error, in: chain)
      }
    }
  }

  /// What came of a merge.
  enum MergeOutcome {
    case merged(CompactionReport)
    /// There are not enough files to merge.
    case idle
    /// A file turned out damaged, or a reader has found it so; the previous generation serves.
    case fellBack
  }

  /// Merges the newest `count` files of the chain, or all. What changes meanwhile leaves the log in
  /// between.
  ///
  /// - Parameter isForced: writes a file anew that is the only one.
  func mergeRuns(
    _ count: Int?, isForced: Bool, onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> MergeOutcome {
    let chain = tables.withLock { $0.chain }
    let mergeCount = min(count ?? .max, chain.readers.count)
    guard mergeCount > (isForced ? 0 : 1), let first = chain.readers.suffix(mergeCount).first
    else { return .idle }
    let merged = SnapshotRange(after: first.summary.from, through: chain.to)
    do {
      var report = try builder { () throws(JournalError) in
        try self.attendToLog(besideMerging: merged)
      }.build(
        [], over: chain, mergeCount: mergeCount, through: chain.to, history: chain.history,
        onProgress: onProgress)
      guard try adopt(report, merged: chain.ranges.suffix(mergeCount)) else { return .fellBack }
      try finish(&report)
      if compaction.hasFrozen { try writeRun(isFull: false, mergingBehind: merged.through) }
      return .merged(report)
    } catch {
      try servePreviousGeneration(because: error, in: chain)
      return .fellBack
    }
  }

  /// What a merge does now and then: gives up if the journal closes, and lets what changed leave the
  /// log if that has grown long.
  ///
  /// - Parameter merged: what is being merged, which nobody else may touch.
  private func attendToLog(besideMerging merged: SnapshotRange) throws(JournalError) {
    try giveUpIfCancelled()
    guard isLogLong, !compaction.hasFrozen else { return }
    try sealForCompaction()
    // Where runs come faster than they are merged, the next one waits for the merge, and writers
    // wait for it.
    let fileCount = tables.withLock { $0.chain.readers.count }
    let runCount = options.maximumRunCount
    guard fileCount <= runCount.adding(clamping: runCount) else { return }
    try writeRun(isFull: false, mergingBehind: merged.through)
  }

  private func giveUpIfCancelled() throws(JournalError) {
    if compaction.isCancelled.load(ordering: .relaxed) {
      throw JournalError(.closed, file: directory.path, detail: "the compaction was given up")
    }
  }

  private func builder(
    _ onPause: @escaping () throws(JournalError) -> Void
  ) -> SnapshotBuilder {
    SnapshotBuilder(
      directory: directory, store: store, clock: options.clock,
      pace: WriteOutPace { self.isDeviceWanted }, onPause: onPause)
  }

  /// The frozen tables and the chain below them. When another process has compacted meanwhile, its
  /// snapshots and what the log says on top of them take their place.
  private func layersForCompaction(
    through: LogSequenceNumber
  ) throws(JournalError) -> ([ChangeTable], SnapshotChain) {
    try compaction.withFilesHeld { files throws(JournalError) in
      let current = tables.withLock { ($0.frozen, $0.chain) }
      try files.forgetReplaced(current.1, in: directory)
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
      files.damaged.formUnion(log.damagedSnapshots)
      log.table.freeze()
      let frozen = log.table.isEmpty ? [] : [log.table]
      tables.withLock { tables in
        tables.frozen = frozen
        tables.chain = log.chain
      }
      return (frozen, log.chain)
    }
  }

  /// Reads go to the new run from here on; the tables and files that it holds are forgotten.
  ///
  /// Returns false, having changed nothing, when a reader has met damage in `chain` meanwhile: the
  /// tables then hold what the chain lost, and are not to lie on top of what is newer.
  private func adopt(
    _ report: CompactionReport, tables old: [ChangeTable], mergeCount: Int,
    over chain: SnapshotChain
  ) throws(JournalError) -> Bool {
    try compaction.withFilesHeld { files throws(JournalError) in
      guard tables.withLock({ $0.chain.ranges }) == chain.ranges else { return false }
      let newChain = try chain.replacing(
        chain.readers.count - mergeCount..<chain.readers.count, by: try open(report, &files))
      tables.withLock { tables in
        tables.frozen.removeAll { table in old.contains { $0 === table } }
        tables.chain = newChain
      }
      return true
    }
  }

  /// Reads go to the merged file instead of those that it was made from, the ranges of which are
  /// given. Returns false, having changed nothing, when the chain does not hold them any more.
  private func adopt(
    _ report: CompactionReport, merged: ArraySlice<SnapshotRange>
  ) throws(JournalError) -> Bool {
    try compaction.withFilesHeld { files throws(JournalError) in
      let chain = tables.withLock { $0.chain }
      guard let start = chain.ranges.firstIndex(where: { $0 == merged.first }),
        chain.ranges[start...].prefix(merged.count) == merged
      else { return false }
      let newChain = try chain.replacing(
        start..<start + merged.count, by: try open(report, &files))
      tables.withLock { $0.chain = newChain }
      return true
    }
  }

  private func open(
    _ report: CompactionReport, _ files: inout CompactionState.Files
  ) throws(JournalError) -> SnapshotReader {
    files.damaged.remove(SnapshotRange(after: report.after, through: report.through))
    return try SnapshotReader(
      opening: report.file, in: directory, expecting: store,
      covering: (from: report.after, to: report.through))
  }

  /// Removes what the chain in use has superseded for good, as far as that is now, and tells of a file
  /// that was written.
  private func finish(_ report: inout CompactionReport) throws(JournalError) {
    (report.removedFiles, report.damagedSnapshots) = try removeSuperseded { leftCount, goneCount in
      // Some file systems take milliseconds for each, and writers may wait for a run meanwhile, or the end
      // of the journal. Half of them go in any case, so that there are never many.
      goneCount >= max(options.removalsAtOnce, leftCount) && isHurried
    }
    let finished = report
    queue.state.withLock { $0.statistics.lastCompaction = finished }
    options.onEvent?(.compacted(finished))
  }

  /// Whether what can be done later should be.
  private var isHurried: Bool {
    isLogLong || compaction.hasFrozen || compaction.isCancelled.load(ordering: .relaxed)
  }

  /// Removes what the chain in use has superseded for good; returns the names, and what turned out
  /// damaged in snapshots that pinned commits need.
  ///
  /// - Parameter isEnough: whether the files that are left stay for the next time.
  @discardableResult
  func removeSuperseded(
    until isEnough: (_ leftCount: Int, _ goneCount: Int) -> Bool = { _, _ in false }
  ) throws(JournalError) -> (names: [String], damaged: [JournalError]) {
    // Before the chain is asked for, which may become another one by what is read here.
    let pinned = PinnedCommits(
      commits: try pinnedCommits(), proof: compaction.proof,
      pace: WriteOutPace { self.isDeviceWanted },
      isEnough: { byteCount in
        byteCount >= self.options.mergeAtOnceByteCount && self.isHurried
          || self.compaction.isCancelled.load(ordering: .relaxed)
      })
    var found: [JournalError] = []
    while true {
      let (chain, damaged) = try compaction.withFilesHeld { files throws(JournalError) in
        (tables.withLock { $0.chain }, files.damaged)
      }
      let plan = try Retention.plan(
        directory, chain: chain, without: damaged, options: options, pinned: pinned)
      guard plan.damaged.isEmpty else {
        for (range, error) in plan.damaged { noteDamage(error, of: range) }
        found += plan.damages
        continue
      }
      var goneCount = 0
      let names = try Retention.sweep(plan.names, in: directory) {
        (name, leftCount) throws(IOFailure) in
        if isEnough(leftCount, goneCount) { return false }
        return try compaction.withFilesHeld { files throws(IOFailure) in
          // What serves now may be what was to go; and what is durable is not known in a journal that
          // has failed.
          guard files.damaged == damaged, queue.state.withLock({ $0.failure == nil }) else {
            return false
          }
          try directory.remove(name)
          goneCount += 1
          return true
        }
      }
      return (names, found)
    }
  }

  /// A snapshot turned out damaged that a pinned commit needs, and perhaps reads as well.
  private func noteDamage(_ error: JournalError, of range: SnapshotRange) {
    let chain = tables.withLock { $0.chain }
    if chain.ranges.contains(range),
      (try? servePreviousGeneration(because: error, in: chain)) != nil
    {
      return
    }
    compaction.withFilesHeld { files in _ = files.damaged.insert(range) }
    options.onEvent?(.snapshotDamaged(error))
  }
}

extension SnapshotChain {
  /// The same chain with one file in place of some that stand side by side.
  fileprivate func replacing(
    _ place: Range<Int>, by reader: SnapshotReader
  ) throws(JournalError) -> SnapshotChain {
    try SnapshotChain(
      oldestFirst: readers[..<place.lowerBound] + [reader] + readers[place.upperBound...])
  }
}
