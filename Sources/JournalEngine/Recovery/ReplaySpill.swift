import FileIO
import JournalFormat

/// Keeps the replay of a long log within bounded memory: when a table is full, its changes become a run
/// in a scratch file, and runs are merged as they add up. So the state as of any commit can be read, whatever
/// the files keep of it, as by an external merge sort (D. E. Knuth, "The Art of Computer Programming", 5.4):
/// a byte is written once for each level of merges, and a level has sixteen times as many bytes as the one
/// below.
///
/// Where there is no place for scratch files, or no room, what is left to replay stays in memory.
final class ReplaySpill {
  /// So many runs of one level become one of the next.
  private static let fanIn = 16

  private struct Run {
    var reader: SnapshotReader
    /// How often what is in it has been merged; `nil` for a file of the store.
    var level: Int?
  }

  private let limit: Int
  private let place: any Directory
  /// The commit behind which the first run begins.
  private let start: LogSequenceNumber
  private var hasFailed = false
  /// The oldest first.
  private var runs: [Run] = []

  /// Prepares for changes behind commit `start`.
  ///
  /// - Parameters:
  ///   - limit: how many bytes of memory a table may take.
  ///   - place: a directory whose system has the place for scratch files.
  init(beyond limit: Int, behind start: LogSequenceNumber, besides place: any Directory) {
    self.limit = limit
    self.place = place
    self.start = start
  }

  /// What has left the table.
  var spilled: SnapshotChain { SnapshotChain(joined: runs.map(\.reader)) }

  /// Turns a table that is full, and holds the changes up to commit `last`, into a run; returns whether an
  /// empty one is to take its place.
  func relieve(_ table: ChangeTable, through last: LogSequenceNumber) -> Bool {
    table.memoryByteCount > limit && spill(table, through: last)
  }

  /// Takes snapshots for runs that go on behind commit `last`, which `table` holds the changes up to.
  /// Returns false where that cannot be, and they have to be read into the table.
  func adopt(
    _ bridge: SnapshotChain, behind last: LogSequenceNumber, _ table: ChangeTable
  ) -> Bool {
    guard !hasFailed, spill(table, through: last) else { return false }
    runs += bridge.readers.map { Run(reader: $0) }
    return true
  }

  /// Turns a table into a run, unless there is nothing in it; returns false where it has to stay.
  private func spill(_ table: ChangeTable, through last: LogSequenceNumber) -> Bool {
    guard !hasFailed, !table.isEmpty else { return !hasFailed }
    do {
      try write(table, through: last)
    } catch {
      // More memory is better than no answer.
      hasFailed = true
    }
    return !hasFailed
  }

  private func write(
    _ table: ChangeTable, through last: LogSequenceNumber
  ) throws(JournalError) {
    var (mergeCount, level) = (0, 0)
    while true {
      let equals = runs.dropLast(mergeCount).reversed().prefix { $0.level == level }
      if equals.count + 1 < Self.fanIn { break }
      mergeCount += equals.count
      level += 1
    }
    let merged = runs.suffix(mergeCount)
    let range = SnapshotRange(
      after: merged.first?.reader.summary.from ?? runs.last?.reader.summary.to ?? start,
      through: last)
    let layers = [table.layer()] + SnapshotChain(joined: merged.map(\.reader)).layers()
    let cursor = MergeCursor(newestFirst: layers, droppingRemovals: range.isBase)
    let file = try makeScratchFile()
    let writer = SnapshotWriter(
      scratch: file,
      header: SnapshotHeader(
        identity: .random(), from: range.after, to: range.through,
        salt: .random(in: .min ... .max), createdAt: 0, historyBefore: .empty,
        historyThrough: .empty),
      removedPrefixes: range.isBase ? RemovedPrefixes() : cursor.removedPrefixes)
    try writer.append(contentsOf: cursor, inputByteCount: 0) { _ in }
    _ = try writer.finish()
    let run = try SnapshotReader(scratch: file, name: FileName.snapshot(range).text)
    runs.replaceSubrange(merged.indices, with: [Run(reader: run, level: level)])
  }

  private func makeScratchFile() throws(JournalError) -> any File {
    do throws(IOFailure) {
      if let file = try place.makeScratchFile() { return file }
    } catch {
      throw JournalError(error)
    }
    throw JournalError(
      .refused, file: place.path, detail: "this system has no place for scratch files")
  }
}
