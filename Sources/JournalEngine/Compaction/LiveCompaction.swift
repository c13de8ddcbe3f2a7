package import FileIO
import JournalFormat

/// Compaction of a directory from outside: as its writer when nobody else is, or beside the writer.
package enum LiveCompaction {
  /// Compacts the store at `path` completely.
  ///
  /// - Parameters:
  ///   - isForced: writes the snapshot anew even when there is nothing to do, which replaces one that
  ///     is damaged.
  ///   - onOpening: told how far reading the log has come, once for each time that it is read.
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
    let journal: Journal
    do {
      journal = try Journal.open(path, in: fileSystem, options: options)
    } catch {
      guard case .locked = error.reason else { throw error }
      return try compactBesideWriter(
        path, in: fileSystem, options: options, isForced: isForced, onProgress: onProgress)
    }
    let report = try journal.compact(
      isFull: true, isForced: isForced, onProgress: onProgress)
    try journal.close()
    return report
  }

  /// Turns what the log says to be durable into a snapshot. The writer needs no telling: names are
  /// the manifest, and it finds the new one before its own next compaction.
  private static func compactBesideWriter(
    _ path: String, in fileSystem: any FileSystem, options: JournalOptions, isForced: Bool,
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> CompactionReport? {
    let directory: any Directory
    do {
      directory = try fileSystem.openDirectory(path, creating: false)
    } catch {
      throw JournalError(error)
    }
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    defer { lock.release() }
    try lock.sign(at: options.clock())
    try Retention.sweepUnfinished(directory)
    // Only what is durable in the log may go into a snapshot: it would otherwise outlive the log
    // that it was made from, should the power fail now.
    let log = try LogLoader.load(
      directory, for: .reader, onProgress: options.onOpeningProgress)
    guard let durable = log?.report.durableSequence, durable > .zero else { return nil }
    var damaged: Set<SnapshotRange> = []
    while true {
      guard
        let log = try LogLoader.load(
          directory, for: .reader, limit: durable, without: damaged,
          onProgress: options.onOpeningProgress)
      else { return nil }
      log.table.freeze()
      if log.table.isEmpty, log.chain.readers.count <= (isForced ? 0 : 1) { return nil }
      let builder = SnapshotBuilder(
        directory: directory, store: log.store, clock: options.clock,
        // Whether the writer's commits wait is not known here, and its log grows until this is done.
        pace: WriteOutPace { false }, onPause: {})
      do {
        var report = try builder.build(
          log.table.isEmpty ? [] : [log.table], over: log.chain,
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
      guard let log = try LogLoader.load(directory, for: .reader, limit: limit) else { continue }
      log.table.freeze()
      let view = JournalView(
        sequence: log.report.lastSequence, tables: [log.table], chain: log.chain)
      commits.formUnion(try pins.commits(in: view))
    }
    return commits
  }
}
