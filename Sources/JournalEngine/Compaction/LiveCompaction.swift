package import FileIO
import JournalFormat

/// Compaction of a directory from outside, beside its writer or while there is none. The writer's lock is
/// held for as long as it takes to judge the log, and not while a snapshot is written: a job may start at
/// any time.
package enum LiveCompaction {
  /// A writer holds in memory what a log changes; a longer one is compacted before.
  package static let longLogByteCount: Int64 = 32 << 20

  /// Compacts the store at `path` completely.
  ///
  /// - Parameters:
  ///   - isForced: writes the snapshot anew even when there is nothing to do, which replaces one that
  ///     is damaged.
  ///   - longLogByteCount: how long a log a writer may hold in memory.
  ///   - onOpening: told how far reading the log has come, once for each time that all of it is read.
  ///   - onProgress: called now and then while the snapshot is written.
  /// - Throws: what opening throws; ``JournalError/Reason/locked(_:)`` when a compaction is running.
  package static func compact(
    _ path: String, in fileSystem: any FileSystem, retainedGenerationCount: Int = 1,
    retainedHistory: RetainedHistory? = nil, pins: CommitPins? = nil, isForced: Bool = false,
    beyond longLogByteCount: Int64 = longLogByteCount,
    onOpening: ReplayObserver? = nil, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> CompactionReport? {
    var options = JournalOptions()
    options.onOpeningProgress = onOpening
    options.createsIfMissing = false
    options.compactionByteCount = nil
    // Nothing is committed here but the end of the session.
    options.preallocationByteCount = 0
    options.retainedGenerationCount = retainedGenerationCount
    options.retainedHistory = retainedHistory
    options.pins = pins
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    try Journal.judgeBeforeLocking(directory, options: options)
    // Before the writer's lock is let go of: a repair, which takes both, must not come in between and
    // cut off what has just been found in the log.
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    defer { lock.release() }
    /// Begins a segment, so that the one before can be superseded. A writer holds in memory what he
    /// replays.
    func completeLog() throws(JournalError) -> LogSequenceNumber {
      let journal = try Journal.open(path, in: fileSystem, options: options)
      let last = try journal.completeLog()
      try journal.close()
      return last
    }
    do {
      let isLong = try logByteCount(in: directory) > longLogByteCount
      let last = try unlessLocked { () throws(JournalError) in
        isLong ? try settle(directory, options)?.lastSequence : try completeLog()
      }
      let report = try compactDurable(
        directory, holding: lock, through: last, options: options, isForced: isForced,
        onProgress: onProgress)
      if isLong, last != nil { _ = try unlessLocked(completeLog) }
      return report
    } catch {
      if case .outOfSpace = error.reason, !error.leavesNamesUnknown {
        // What earlier ones have left goes, for the next attempt.
        _ = try? Retention.sweep(Pruning.plan(directory, options), in: directory)
      }
      throw error
    }
  }

  /// What `body` does with the writer's lock; `nil` where somebody else has it.
  private static func unlessLocked<Result>(
    _ body: () throws(JournalError) -> Result?
  ) throws(JournalError) -> Result? {
    do {
      return try body()
    } catch {
      guard case .locked = error.reason else { throw error }
      return nil
    }
  }

  /// Writes what a long log says into a run, so that a writer need not hold it all in memory when he
  /// opens the store; a short one, and that of a running writer, stays as it is. No file goes: what is
  /// superseded then, the next compaction knows, and how much of it is to be kept.
  ///
  /// - Parameter longLogByteCount: how long a log stays as it is.
  /// - Returns: what was found, as an opening says it; `nil` where nothing was looked for.
  /// - Throws: what opening throws; ``JournalError/Reason/locked(_:)`` when a compaction is running.
  package static func shortenLog(
    _ path: String, in fileSystem: any FileSystem,
    beyond longLogByteCount: Int64 = longLogByteCount,
    onOpening: ReplayObserver? = nil, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RecoveryReport? {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    guard try logByteCount(in: directory) > longLogByteCount else { return nil }
    var options = JournalOptions()
    options.createsIfMissing = false
    options.onOpeningProgress = onOpening
    try Journal.judgeBeforeLocking(directory, options: options)
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    defer { lock.release() }
    guard let report = try settle(directory, options) else { return nil }
    _ = try compactDurable(
      directory, holding: lock, through: report.lastSequence, options: options, isFull: false,
      onProgress: onProgress)
    return report
  }

  private static func logByteCount(in directory: any Directory) throws(JournalError) -> Int64 {
    try DirectoryListing.read(directory).logByteCount(in: directory)
  }

  /// Judges a store and makes durable what was found, as an opening does, but in bounded memory, which a
  /// writer cannot: he holds what he replays. Returns what was found.
  private static func settle(
    _ directory: any Directory, _ options: JournalOptions
  ) throws(JournalError) -> RecoveryReport? {
    let lock = try DirectoryLock.acquire(.writer, in: directory)
    defer { lock.release() }
    let found = try LogLoader.load(
      directory, for: .writer, keeping: .nothing, onProgress: options.onOpeningProgress)
    guard var log = found else { return nil }
    try lock.sign(at: options.clock())
    try TailRepair.apply(&log)
    return log.report
  }

  /// Turns what the log says to be durable into a snapshot, in bounded memory, as beside a writer: he
  /// needs no telling, since names are the manifest, and finds the new one before his own next
  /// compaction.
  ///
  /// - Parameters:
  ///   - lock: the compaction's.
  ///   - known: how far the log is known to be durable, where that is known.
  ///   - isFull: merges it with all snapshots that are there, and removes what is superseded then.
  private static func compactDurable(
    _ directory: any Directory, holding lock: DirectoryLock,
    through known: LogSequenceNumber? = nil, options: JournalOptions,
    isFull: Bool = true, isForced: Bool = false, onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> CompactionReport? {
    // Only what is durable in the log may go into a snapshot: it would otherwise outlive the log
    // that it was made from, should the power fail now.
    let durable = if let known { known } else { try durableSequence(in: directory, options) }
    guard durable > .zero else { return nil }
    var damaged: Set<SnapshotRange> = []
    while true {
      guard
        let log = try LogLoader.load(
          directory, for: .reader, limit: durable, without: damaged, within: .bounded,
          onProgress: options.onOpeningProgress)
      else { return nil }
      damaged.formUnion(log.damagedSnapshots)
      // Behind the judgement: a store found damaged stays as it is.
      try lock.sign(at: options.clock())
      try Retention.sweepUnfinished(directory)
      log.table.freeze()
      let isUnchanged = log.table.isEmpty && log.spilled.readers.isEmpty
      if isUnchanged, !isFull || log.chain.readers.count <= (isForced ? 0 : 1) { return nil }
      let builder = SnapshotBuilder(
        directory: directory, store: log.store, clock: options.clock,
        // Whether the writer's commits wait is not known here, and its log grows until this is done.
        pace: WriteOutPace { false }, onPause: {})
      do {
        var report = try builder.build(
          log.table.isEmpty ? [] : [log.table], spilled: log.spilled, over: log.chain,
          mergeCount: isFull ? log.chain.readers.count : 0, through: durable, history: log.history,
          onProgress: onProgress)
        guard isFull else {
          try syncNames(of: directory)
          return report
        }
        let reader = try SnapshotReader(
          opening: report.file, in: directory, expecting: log.store,
          covering: (from: report.after, to: report.through))
        let plan = try Retention.plan(
          directory, chain: try SnapshotChain(oldestFirst: [reader]),
          // It may have taken the place of one.
          without: damaged.subtracting([reader.range]), options: options,
          pinned: PinnedCommits(
            commits: try pinnedCommits(directory, options.pins, durable: durable)))
        report.damagedSnapshots = plan.damages
        report.removedFiles = try Retention.sweep(plan, in: directory)
        return report
      } catch {
        guard case .damage = error.reason,
          let range = log.chain.range(ofFileAt: error.file)
            ?? log.spilled.range(ofFileAt: error.file),
          damaged.insert(range).inserted
        else { throw error }
      }
    }
  }

  private static func syncNames(of directory: any Directory) throws(JournalError) {
    do {
      try directory.sync()
    } catch {
      throw JournalError(error)
    }
  }

  private static func durableSequence(
    in directory: any Directory, _ options: JournalOptions
  ) throws(JournalError) -> LogSequenceNumber {
    let log = try LogLoader.load(
      directory, for: .reader, keeping: .nothing, onProgress: options.onOpeningProgress)
    return log?.report.durableSequence ?? .zero
  }

  /// The commits that the state asks to keep: as the log has it by now, since a pin may be newer than
  /// what is known to be durable, and as it was when that was durable, since its removal may be too.
  static func pinnedCommits(
    _ directory: any Directory, _ pins: CommitPins?, durable: LogSequenceNumber
  ) throws(JournalError) -> Set<LogSequenceNumber> {
    guard let pins else { return [] }
    var commits: Set<LogSequenceNumber> = []
    for limit in [nil, durable] {
      let log = try LogLoader.load(
        directory, for: .reader, limit: limit, keeping: .prefix(pins.prefix), within: .bounded)
      guard let log else { continue }
      commits.formUnion(try pins.commits(in: log.makeView()))
    }
    return commits
  }
}
