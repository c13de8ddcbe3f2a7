import FileIO
import JournalFormat

/// What replay has found changed so far, as far as it is to be kept.
struct ReplayedChanges {
  /// What puts the newest changes into a table.
  private(set) var builder: TableBuilder
  /// With so many bytes of records there is to be a look at the memory that their changes take.
  let settledByteCount: Int
  private let keys: KeySelection
  /// Where changes go that take more memory than they may; nil where they may take what they take.
  private let spill: ReplaySpill?

  /// No changes, behind commit `start`, of the store in `directory`.
  ///
  /// - Parameters:
  ///   - keys: what is kept.
  ///   - aloneByteCount: as ``JournalOptions/replayedAloneByteCount``. Where memory is bounded, the
  ///     table is looked at now and then, and one thread does it all.
  init(
    _ memory: ReplayMemory, keeping keys: KeySelection = .everything,
    alone aloneByteCount: Int = TableBuilder.aloneByteCount, behind start: LogSequenceNumber,
    in directory: any Directory
  ) {
    self.keys = keys
    // Where nothing is kept, snapshots that bridge lost log are read for being judged.
    if case .bounded(let byteCount) = memory, keys != .nothing {
      builder = TableBuilder(keeping: keys, alone: .max)
      spill = ReplaySpill(beyond: byteCount, behind: start, besides: directory)
      settledByteCount = byteCount / 16
    } else {
      builder = TableBuilder(keeping: keys, alone: aloneByteCount)
      (spill, settledByteCount) = (nil, .max)
    }
  }

  /// The newest changes; waits until they are there.
  var table: ChangeTable { builder.table }

  /// What has left the table.
  var spilled: SnapshotChain { spill?.spilled ?? SnapshotChain() }

  /// Makes room, now that the changes up to commit `last` are there.
  mutating func settle(through last: LogSequenceNumber) {
    if let spill, spill.relieve(table, through: last) { begin() }
  }

  /// Goes on behind commit `last` with what snapshots say.
  ///
  /// - Complexity: O(1) where they can be read in place, and otherwise O(entries), also in memory.
  mutating func append(
    _ bridge: SnapshotChain, behind last: LogSequenceNumber
  ) throws(JournalError) {
    if let spill, spill.adopt(bridge, behind: last, table) {
      begin()
      return
    }
    for reader in bridge.readers { try read(reader) }
  }

  /// Goes on with an empty table.
  private mutating func begin() { builder = TableBuilder(keeping: keys, alone: .max) }

  private func read(_ reader: SnapshotReader) throws(JournalError) {
    for prefix in reader.removedPrefixes.sorted where keys.mayMeet(prefix: prefix.span) {
      table.removePrefix(prefix.span, at: reader.summary.to)
    }
    let cursor = reader.cursor()
    var entry = Entry()
    while try cursor.next(into: &entry) {
      guard ChangeTable.holds(entry.key.count, valueByteCount: entry.value.count) else {
        throw JournalError(
          .damage(.malformedEntry), file: reader.source.file.path, sequence: entry.sequence,
          lastSequence: entry.sequence,
          detail: "a key has \(entry.key.count) bytes and its value \(entry.value.count); was it"
            + " written by other software?")
      }
      guard keys.contains(entry.key.span) else { continue }
      if entry.isRemoval {
        table.remove(key: entry.key.span, at: entry.sequence)
      } else {
        table.put(key: entry.key.span, value: entry.value.span, at: entry.sequence)
      }
    }
  }
}
