import JournalFormat

/// The state as layers, newest first: the table that commits go to, tables that a compaction is
/// writing out, and the chain of snapshots.
struct JournalTables: Sendable {
  var active = ChangeTable()
  /// Newest first. Never changed again.
  var frozen: [ChangeTable] = []
  var chain: SnapshotChain
  /// The last commit in the layers.
  var sequence: LogSequenceNumber

  /// What the tables say of a key; ``Lookup/unknown`` sends the question on to the chain.
  func lookup(_ key: Span<UInt8>) -> Lookup {
    let found = active.lookup(key)
    if found != .unknown { return found }
    for table in frozen {
      let found = table.lookup(key)
      if found != .unknown { return found }
    }
    return .unknown
  }

  /// Makes the commits of groups that have ended well visible, which reach up to `sequence`.
  mutating func apply(_ groups: CommitGroup?, through sequence: LogSequenceNumber) {
    var group = groups
    while let current = group {
      if !current.records.isEmpty { RecordReplay.applyAll(current.records.span, to: active) }
      group = current.next
    }
    self.sequence = sequence
  }

  /// Makes one commit visible.
  mutating func apply(_ record: Span<UInt8>, at sequence: LogSequenceNumber) {
    _ = RecordReplay.apply(0..<record.count, of: record, to: active)
    self.sequence = sequence
  }

  /// Sets the active table aside for a compaction.
  mutating func freeze() {
    guard active.count > 0 || !active.removedPrefixes.isEmpty else { return }
    active.freeze()
    frozen.insert(active, at: 0)
    active = ChangeTable()
  }
}
