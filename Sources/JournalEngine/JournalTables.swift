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
      let records = current.batch.records
      if !records.isEmpty { RecordReplay.applyAll(records.span, to: active) }
      group = current.next
    }
    self.sequence = sequence
  }

  /// Brings nearer where a record that is one put will look for its key, before it has its number;
  /// nil for other records.
  func prefetch(_ record: Span<UInt8>) -> PutPlace? {
    guard let place = RecordReplay.onlyPut(in: 0..<record.count, of: record) else { return nil }
    let hash = active.prefetchSlot(of: record.extracting(place.key))
    return PutPlace(key: place.key, value: place.value, hash: hash)
  }

  /// Brings the entry nearer to which ``prefetch(_:)`` led.
  func prefetchEntry(_ place: PutPlace) { active.prefetchEntry(of: place.hash) }

  /// Makes one commit visible.
  ///
  /// - Parameter place: what ``prefetch(_:)`` has answered about the record.
  mutating func apply(_ record: Span<UInt8>, at sequence: LogSequenceNumber, _ place: PutPlace?) {
    if let place {
      active.put(
        key: record.extracting(place.key), value: record.extracting(place.value), at: sequence,
        hash: place.hash)
    } else {
      _ = RecordReplay.apply(0..<record.count, of: record, to: active)
    }
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

/// Where in a record its only put has key and value, and the hash of the key in the active table.
struct PutPlace {
  var key: Range<Int>
  var value: Range<Int>
  var hash: UInt32
}
