import FileIO
import JournalFormat

/// A new beginning of a store: one snapshot that holds a whole state, an empty segment behind it, and
/// a watermark.
///
/// The log goes on after `through`, the last commit that is known of the history before, so that no
/// log sequence number, and no version that somebody compares with, is ever used twice. The segment
/// has no salt of a segment before: nothing of the old log can be taken for what led here.
struct StoreGeneration {
  let directory: any Directory
  let store: StoreIdentity
  let through: LogSequenceNumber
  /// What the new store says that all commits up to ``through`` sum up to. Random, unless the new
  /// snapshot has to fit the old log until the new segment is there: then files of the old history and
  /// of the new one are told apart wherever they meet.
  let history: HistoryChecksum
  /// The session that this counts as.
  let epoch: UInt64
  let clock: @Sendable () -> Int64
  /// What names commits before this beginning in the state, and is left out of it.
  let pins: CommitPins?

  var snapshotName: FileName { .snapshot(SnapshotRange(after: .zero, through: through)) }
  var segmentName: FileName { .segment(first: through.next) }

  /// Writes snapshot and segment under their temporary names; their content is durable then.
  ///
  /// - Parameters:
  ///   - entries: the state, without removals, in order of the keys.
  ///   - inputByteCount: about how many bytes they have, for `onProgress`.
  ///   - onProgress: called now and then.
  /// - Returns: how many entries the snapshot has, and the keys of the pins that it has not.
  func build(
    _ entries: some EntryCursor, inputByteCount: Int64, onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> (entryCount: Int, droppedPins: [[UInt8]]) {
    guard through > .zero, through < LogSequenceNumber(.max) else {
      throw JournalError(
        .unreachable, file: directory.path, sequence: through,
        detail: "there is no commit that a state could be the state after")
    }
    let name = snapshotName.underConstruction
    do throws(IOFailure) {
      do throws(IOFailure) {
        try directory.remove(name)
      } catch  where error.isMissing {}
    } catch {
      throw JournalError(error)
    }
    let writer = try SnapshotWriter(
      in: directory, temporaryName: name,
      header: SnapshotHeader(
        identity: store, from: .zero, to: through, salt: .random(in: .min ... .max),
        createdAt: clock(), historyBefore: .empty, historyThrough: history))
    let summary: SnapshotSummary
    let entries = UnpinnedCursor(entries, without: pins)
    do throws(JournalError) {
      try writer.append(
        contentsOf: entries, inputByteCount: inputByteCount, onStep: onProgress)
      summary = try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
    let header = SegmentHeader(
      store: store, firstSequence: through.next, salt: .random(in: .min ... .max), previousSalt: 0,
      history: history, epoch: epoch, createdAt: clock())
    do throws(IOFailure) {
      let file = try directory.openEmptied(segmentName.underConstruction)
      try file.writeFully(header.encoded().span, at: 0)
      try file.sync()
    } catch {
      discard()
      throw JournalError(error)
    }
    return (summary.entryCount, entries.dropped)
  }

  /// Runs `body`; when it fails, what was built goes.
  func discardedOnFailure<Result>(
    _ body: () throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    do {
      return try body()
    } catch {
      discard()
      throw error
    }
  }

  private func discard() {
    for name in [segmentName, snapshotName] { try? directory.remove(name.underConstruction) }
  }

  /// Gives both their names, the snapshot first. Over a log that reaches ``through`` the store has the
  /// new state from that moment on; over one that does not, it stays one that does not open until the
  /// segment has its name too.
  func publish() throws(JournalError) {
    do throws(IOFailure) {
      for name in [snapshotName, segmentName] {
        try directory.rename(name.underConstruction, to: name.text)
        try directory.sync()
      }
      try WatermarkFile.write(
        Watermark(
          store: store, durableThrough: through, epoch: epoch, writtenAt: clock(),
          isNextSegmentBegun: true),
        in: directory)
    } catch {
      throw JournalError(error)
    }
  }
}
