import FileIO
import JournalFormat

/// Keeps the replay of a long log within bounded memory: when a table is full, its changes become a run
/// in a scratch file, and runs are merged as they add up, as those of a store are. So the state as of any
/// commit can be read, whatever the files keep of it, as by an external merge sort.
///
/// A scratch file has no name any more once it can be read, so none outlives its reader. Where there is
/// no place for them, or no room, what is left to replay stays in memory.
final class ReplaySpill {
  /// With more runs they are merged.
  private static let maximumRunCount = 8

  private let limit: Int
  private let isJudgement: Bool
  private let place: any Directory
  /// The commit behind which the first run begins.
  private let start: LogSequenceNumber
  private let identity = StoreIdentity.random()
  private var scratch: ScratchDirectory?
  private var hasFailed = false
  /// The oldest first.
  private var runs: [SnapshotReader] = []

  /// Prepares for changes behind commit `start`; `nil` where memory is unbounded.
  init?(_ memory: ReplayMemory, behind start: LogSequenceNumber, besides place: any Directory) {
    switch memory {
    case .unbounded: return nil
    case .bounded(let byteCount): (limit, isJudgement) = (byteCount, false)
    case .judgement: (limit, isJudgement) = (1 << 20, true)
    }
    self.place = place
    self.start = start
  }

  /// What has left the table, as a chain behind commit `start`.
  func chain() throws(JournalError) -> SnapshotChain { try SnapshotChain(oldestFirst: runs) }

  /// The table to go on with behind commit `last`, which `table` holds the changes up to: the same, or
  /// an empty one.
  func relieve(_ table: ChangeTable, through last: LogSequenceNumber) -> ChangeTable {
    guard !hasFailed, table.memoryByteCount > limit, !table.isEmpty else { return table }
    if isJudgement { return ChangeTable() }
    do {
      try spill(table, through: last)
      return ChangeTable()
    } catch {
      // More memory is better than no answer.
      hasFailed = true
      return table
    }
  }

  private func spill(
    _ table: ChangeTable, through last: LogSequenceNumber
  ) throws(JournalError) {
    let mergeCount = CompactionPolicy.mergeCount(
      base: nil, runs: runs.map(\.summary.byteCount), changedByteCount: Int64(table.entryByteCount),
      maximumRunCount: Self.maximumRunCount, rewriteShare: 1)
    let merged = runs.suffix(mergeCount)
    let range = SnapshotRange(
      after: merged.first?.summary.from ?? runs.last?.summary.to ?? start, through: last)
    let layers =
      [table.layer()] + (try SnapshotChain(oldestFirst: Array(merged))).layers()
    let run = try write(
      MergeCursor(newestFirst: layers, droppingRemovals: range.isBase), range)
    runs.replaceSubrange(merged.indices, with: [run])
  }

  private func write(
    _ cursor: MergeCursor, _ range: SnapshotRange
  ) throws(JournalError) -> SnapshotReader {
    let directory = try openScratch()
    let name = FileName.snapshot(range).text
    let writer = try SnapshotWriter(
      in: directory, temporaryName: name,
      header: SnapshotHeader(
        identity: identity, from: range.after, to: range.through,
        salt: .random(in: .min ... .max), createdAt: 0, historyBefore: .empty,
        historyThrough: .empty),
      removedPrefixes: range.isBase ? RemovedPrefixes() : cursor.removedPrefixes)
    do throws(JournalError) {
      try writer.append(contentsOf: cursor, inputByteCount: 0) { _ in }
      _ = try writer.finish(isScratch: true)
      let run = try SnapshotReader(
        opening: name, in: directory, expecting: identity,
        covering: (from: range.after, to: range.through))
      try? directory.remove(name)
      return run
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func openScratch() throws(JournalError) -> any Directory {
    if let scratch { return scratch.directory }
    do throws(IOFailure) {
      guard let made = try place.makeScratchDirectory() else {
        throw IOFailure(.makeDirectory, path: place.path, code: IOFailure.noSpaceCode)
      }
      scratch = made
      return made.directory
    } catch {
      throw JournalError(error)
    }
  }
}
