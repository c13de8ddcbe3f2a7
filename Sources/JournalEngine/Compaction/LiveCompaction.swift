package import FileIO
import JournalFormat

/// Compaction of a directory from outside: as its writer when nobody else is, or beside the writer.
package enum LiveCompaction {
  /// A longer log is compacted as far as it is durable, which takes no more memory than a short one.
  private static let longLogByteCount: Int64 = 32 << 20

  /// Compacts the store at `path` completely; a long log, or that of a running writer, as far as it is
  /// durable.
  ///
  /// - Parameters:
  ///   - isForced: writes the snapshot anew even when there is nothing to do, which replaces one that
  ///     is damaged.
  ///   - onOpening: told how far reading the log has come, once for each time that all of it is read.
  ///   - onProgress: called now and then while the snapshot is written.
  /// - Throws: what opening throws; ``JournalError/Reason/locked(_:)`` when a compaction is running.
  package static func compact(
    _ path: String, in fileSystem: any FileSystem, retainedGenerationCount: Int = 1,
    retainedHistory: RetainedHistory? = nil, pins: CommitPins? = nil, isForced: Bool = false,
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
    // A writer holds in memory what it replays; what is durable can be compacted without that.
    var report: CompactionReport?
    if try DirectoryListing.read(directory).logByteCount(in: directory) > longLogByteCount {
      report = try compactDurable(
        directory, options: options, isForced: isForced, onProgress: onProgress)
    }
    let journal: Journal
    do {
      journal = try Journal.open(path, in: fileSystem, options: options)
    } catch {
      guard case .locked = error.reason else { throw error }
      if let report { return report }
      return try compactDurable(
        directory, options: options, isForced: isForced, onProgress: onProgress)
    }
    if report == nil {
      report = try journal.compact(isFull: true, isForced: isForced, onProgress: onProgress)
    }
    try journal.close()
    return report
  }

  /// Turns what the log says to be durable into a snapshot, in bounded memory, as beside a writer: he
  /// needs no telling, since names are the manifest, and finds the new one before his own next
  /// compaction.
  ///
  /// - Throws: ``JournalError/Reason/locked(_:)`` when a compaction is running.
  static func compactDurable(
    _ directory: any Directory, options: JournalOptions, isForced: Bool = false,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> CompactionReport? {
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    defer { lock.release() }
    // Only what is durable in the log may go into a snapshot: it would otherwise outlive the log
    // that it was made from, should the power fail now. How far that is, the end of the log tells.
    let log = try LogLoader.load(
      directory, for: .reader, reading: .lastSegment, within: .judgement)
    guard let durable = log?.report.durableSequence, durable > .zero else { return nil }
    var damaged: Set<SnapshotRange> = []
    while true {
      guard
        let log = try LogLoader.load(
          directory, for: .reader, limit: durable, without: damaged, within: .bounded,
          onProgress: options.onOpeningProgress)
      else { return nil }
      // Behind the judgement: a store found damaged stays as it is.
      try lock.sign(at: options.clock())
      try Retention.sweepUnfinished(directory)
      log.table.freeze()
      let isUnchanged = log.table.isEmpty && log.spilled.readers.isEmpty
      if isUnchanged, log.chain.readers.count <= (isForced ? 0 : 1) { return nil }
      let builder = SnapshotBuilder(
        directory: directory, store: log.store, clock: options.clock,
        // Whether the writer's commits wait is not known here, and its log grows until this is done.
        pace: WriteOutPace { false }, onPause: {})
      do {
        var report = try builder.build(
          log.table.isEmpty ? [] : [log.table], spilled: log.spilled, over: log.chain,
          mergeCount: log.chain.readers.count, through: durable, history: log.history,
          onProgress: onProgress)
        let reader = try SnapshotReader(
          opening: report.file, in: directory, expecting: log.store,
          covering: (from: report.after, to: report.through))
        report.removedFiles = try Retention.sweep(
          directory, chain: try SnapshotChain(oldestFirst: [reader]), without: damaged,
          options: options, pinned: try pinnedCommits(directory, options.pins, durable: durable))
        return report
      } catch {
        guard case .damage = error.reason, let range = log.chain.range(ofFileAt: error.file),
          damaged.insert(range).inserted
        else { throw error }
      }
    }
  }

  /// The commits that the state asks to keep: as the log has it by now, since a pin may be newer than
  /// what is known to be durable, and as it was when that was durable, since its removal may be too.
  static func pinnedCommits(
    _ directory: any Directory, _ pins: CommitPins?, durable: LogSequenceNumber
  ) throws(JournalError) -> Set<LogSequenceNumber> {
    guard let pins else { return [] }
    var commits: Set<LogSequenceNumber> = []
    for limit in [nil, durable] {
      let log = try LogLoader.load(directory, for: .reader, limit: limit, within: .bounded)
      guard let log else { continue }
      commits.formUnion(try pins.commits(in: log.view))
    }
    return commits
  }
}
