import FileIO
import JournalFormat

/// Snapshots that say what a stretch of the log said which is there no more.
///
/// A segment goes once two snapshots cover it. Where they are runs, and the base below them is damaged,
/// the generation before the base needs that stretch: the log from its end on goes as far as the damaged
/// base went, and what came then is in the runs.
enum LogBridge {
  /// Appends to `changes`, which hold everything up to commit `last`, what snapshots say from there on,
  /// and returns them; nil when none begin there.
  ///
  /// - Parameters:
  ///   - history: what all commits up to `last` sum up to.
  ///   - next: where the log goes on; the snapshots reach so far, or to `limit`.
  ///   - limit: the commit whose state is asked for, if it is not the last one.
  static func build(
    behind last: LogSequenceNumber, to next: LogSequenceNumber, history: HistoryChecksum,
    limit: LogSequenceNumber?, ranges: [SnapshotRange], of store: StoreIdentity?,
    in directory: any Directory, into changes: inout ReplayedChanges
  ) throws(JournalError) -> SnapshotChain? {
    guard let end = ranges.last?.through, next <= end.next || end == limit else { return nil }
    var readers: [SnapshotReader] = []
    for range in ranges {
      readers.append(
        try SnapshotReader(
          opening: FileName.snapshot(range).text, in: directory, expecting: store,
          covering: (from: range.after, to: range.through)))
    }
    let bridge = try SnapshotChain(oldestFirst: readers)
    if let first = readers.first, first.summary.historyBefore != history {
      throw JournalError(
        .damage(.foreignHistory), file: first.source.file.path, offset: 64, sequence: last.next,
        lastSequence: first.summary.to,
        detail: "the snapshot does not follow the log before it; was a backup mixed in?")
    }
    try changes.append(bridge, behind: last)
    return bridge
  }
}
