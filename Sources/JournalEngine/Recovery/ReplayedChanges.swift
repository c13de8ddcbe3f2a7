import FileIO
import JournalFormat

/// What replay has found changed so far, as far as it is to be kept.
struct ReplayedChanges {
  /// A table that is only judged by holds no more.
  private static let judgedByteCount = 1 << 20

  /// What puts the newest changes into a table.
  private(set) var builder: TableBuilder
  /// With so many bytes of records there is to be a look at the memory that their changes take.
  let settledByteCount: Int
  private let keeping: Keeping

  private enum Keeping {
    case everything
    case spilling(ReplaySpill)
    case nothing
  }

  /// No changes, behind commit `start`, of the store in `directory`.
  ///
  /// - Parameter aloneByteCount: as ``JournalOptions/replayedAloneByteCount``. Where memory is bounded,
  ///   the table is looked at now and then, and one thread does it all.
  init(
    _ memory: ReplayMemory, alone aloneByteCount: Int = TableBuilder.aloneByteCount,
    behind start: LogSequenceNumber, in directory: any Directory
  ) {
    builder =
      if case .unbounded = memory { TableBuilder(alone: aloneByteCount) } else {
        TableBuilder(alone: .max)
      }
    switch memory {
    case .unbounded: (keeping, settledByteCount) = (.everything, .max)
    case .bounded(let byteCount):
      keeping = .spilling(ReplaySpill(beyond: byteCount, behind: start, besides: directory))
      settledByteCount = byteCount / 16
    case .judgement: (keeping, settledByteCount) = (.nothing, Self.judgedByteCount / 16)
    }
  }

  /// The newest changes; waits until they are there.
  var table: ChangeTable { builder.table }

  /// What has left the table.
  var spilled: SnapshotChain {
    if case .spilling(let spill) = keeping { spill.spilled } else { SnapshotChain() }
  }

  /// Makes room, now that the changes up to commit `last` are there.
  mutating func settle(through last: LogSequenceNumber) {
    switch keeping {
    case .everything: return
    case .spilling(let spill): if spill.relieve(table, through: last) { begin() }
    case .nothing: if table.memoryByteCount > Self.judgedByteCount { begin() }
    }
  }

  /// Goes on behind commit `last` with what snapshots say.
  ///
  /// - Complexity: O(1) where they can be read in place, and otherwise O(entries), also in memory.
  mutating func append(
    _ bridge: SnapshotChain, behind last: LogSequenceNumber
  ) throws(JournalError) {
    if case .spilling(let spill) = keeping, spill.adopt(bridge, behind: last, table) {
      begin()
      return
    }
    for reader in bridge.readers { try read(reader) }
  }

  /// Goes on with an empty table.
  private mutating func begin() { builder = TableBuilder(alone: .max) }

  private mutating func read(_ reader: SnapshotReader) throws(JournalError) {
    for prefix in reader.removedPrefixes.sorted {
      table.removePrefix(prefix.span, at: reader.summary.to)
    }
    let cursor = reader.cursor()
    var entry = Entry()
    while try cursor.next(into: &entry) {
      guard entry.key.count <= ChangeTable.longestKeyByteCount else {
        throw JournalError(
          .damage(.malformedEntry), file: reader.source.file.path, sequence: entry.sequence,
          lastSequence: entry.sequence,
          detail: "a key has \(entry.key.count) bytes; was it written by other software?")
      }
      if entry.isRemoval {
        table.remove(key: entry.key.span, at: entry.sequence)
      } else {
        table.put(key: entry.key.span, value: entry.value.span, at: entry.sequence)
      }
      if case .nothing = keeping { settle(through: entry.sequence) }
    }
  }
}
