import FileIO
import JournalFormat

/// Turns tables and snapshots into one new snapshot and publishes it.
struct SnapshotBuilder {
  let directory: any Directory
  let store: StoreIdentity
  let clock: @Sendable () -> Int64
  /// How it shares the device with commits.
  let pace: WriteOutPace
  /// Called now and then, with what is being built safe whatever it does; gives up by an error.
  let onPause: () throws(JournalError) -> Void

  /// Writes the changes of `tables` (newest first), and what has been `spilled` of them before, merged
  /// with the newest `mergeCount` snapshots of `chain`, up to commit `through`, where all commits sum up
  /// to `history`. When this returns, the
  /// content of the new file is durable, and its name will be with the sweep that has to follow;
  /// nothing has been removed. Whatever fails, the files that were there still are.
  func build(
    _ tables: [ChangeTable], spilled: SnapshotChain = SnapshotChain(), over chain: SnapshotChain,
    mergeCount: Int,
    through: LogSequenceNumber, history: HistoryChecksum,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> CompactionReport {
    let begin = MonotonicClock.now
    let merged = chain.readers.suffix(mergeCount)
    let range = SnapshotRange(
      after: merged.first?.summary.from ?? chain.to, through: through)
    let inputByteCount =
      tables.clampedSum { Int64($0.entryByteCount) }
      .adding(clamping: spilled.byteCount)
      .adding(clamping: merged.clampedSum { $0.summary.byteCount })
    try directory.requireSpace(SnapshotEstimate.limit(of: inputByteCount), for: "compacting")
    let layers =
      tables.map { $0.layer() } + spilled.layers()
      + (try SnapshotChain(oldestFirst: Array(merged))).layers()
    let cursor = MergeCursor(newestFirst: layers, droppingRemovals: range.isBase)
    let name = FileName.snapshot(range)
    let writer = try SnapshotWriter(
      in: directory, temporaryName: name.underConstruction,
      header: SnapshotHeader(
        identity: store, from: range.after, to: range.through, salt: .random(in: .min ... .max),
        createdAt: clock(),
        historyBefore: merged.first?.summary.historyBefore ?? chain.history,
        historyThrough: history),
      removedPrefixes: range.isBase ? RemovedPrefixes() : cursor.removedPrefixes, pace: pace)
    let summary: SnapshotSummary
    do throws(JournalError) {
      try writer.append(contentsOf: cursor, inputByteCount: inputByteCount) {
        (progress) throws(JournalError) in
        onProgress(progress)
        try onPause()
      }
      summary = try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
    do {
      // The content is durable; only now may the name lead to it.
      try directory.rename(name.underConstruction, to: name.text)
    } catch {
      throw JournalError(error)
    }
    return CompactionReport(
      file: name.text, after: range.after, through: through, mergedSnapshotCount: mergeCount,
      entryCount: summary.entryCount, inputByteCount: inputByteCount,
      byteCount: summary.byteCount, removedFiles: [],
      duration: .nanoseconds(MonotonicClock.now - begin))
  }
}
