package import FileIO
package import JournalFormat

/// Everything that a directory says, after all of it has been judged and before anything is
/// changed.
package struct RecoveredLog {
  /// The last segment, and where its valid records end.
  package struct Tail {
    package var file: any File
    package var name: String
    package var header: SegmentHeader
    /// Behind the last valid record.
    package var end: Int64
    /// What all commits before the end sum up to.
    package var history: HistoryChecksum
    /// The first record that is not known to have been durable, or one a little before it.
    package var unsynced: RecordMark
    package var fileByteCount: Int64

    /// Where the part begins that is not known to have been durable. A segment gets its first durable
    /// record after its header.
    var durableOffset: Int64 { unsynced.sequence == header.firstSequence ? 0 : unsynced.offset }
  }

  package var directory: any Directory
  package var store: StoreIdentity
  package var chain: SnapshotChain
  /// What may still be at work on ``table``.
  let builder: TableBuilder
  /// What was kept of the log's changes.
  var keys = KeySelection.everything
  /// What the log changes on top of the chain and did not fit in memory; see ``ReplayMemory``.
  package var spilled = SnapshotChain()
  /// What all commits up to the last one sum up to.
  package var history: HistoryChecksum
  /// `nil` when the last segment never got its header: then the next one starts anew.
  package var tail: Tail?
  /// The name of a last segment without a header, which holds no commit.
  package var headerlessSegment: String?
  /// The salt of the newest segment with a header.
  package var lastSalt: UInt64 = 0
  /// The highest epoch found.
  package var epoch: UInt64 = 0
  package var watermark: Watermark?
  /// Snapshots that are damaged, or were not to be used.
  package var damagedSnapshots: Set<SnapshotRange> = []
  package var report: RecoveryReport

  /// Whether WATERMARK is still to say that the last segment was begun, or that segment to be made.
  var owesWatermark: Bool {
    guard headerlessSegment == nil, let tail else { return true }
    return Watermark.isOwed(watermark, when: tail.header.firstSequence)
  }

  /// What the log changes on top of the chain and of what was spilled. All was judged before; this waits
  /// until it is in the table.
  package var table: ChangeTable { builder.table }

  /// The state that it all comes to, as far as it was kept. Freezes the table.
  package func makeView() -> JournalView {
    table.freeze()
    return JournalView(
      sequence: report.lastSequence, tables: [table], spilled: spilled, chain: chain, keys: keys)
  }
}
