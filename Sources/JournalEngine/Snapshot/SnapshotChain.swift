import FileIO
package import JournalFormat

/// Snapshots whose ranges join without a gap: a base and the runs after it, read as one.
package struct SnapshotChain: Sendable {
  /// The oldest first.
  package let readers: [SnapshotReader]

  /// No snapshots: the state before the first commit.
  package init() { readers = [] }

  /// Takes what is known to join, the oldest first: runs that replay has made, and what it met between.
  init(joined readers: [SnapshotReader]) { self.readers = readers }

  /// Joins snapshots, the oldest first.
  ///
  /// - Throws: `damage`: `gap` when one does not begin where the one before ends, `foreignHistory`
  ///   when it was made of another log.
  package init(oldestFirst readers: [SnapshotReader]) throws(JournalError) {
    for (older, newer) in zip(readers, readers.dropFirst()) {
      guard older.summary.to == newer.summary.from else { throw Self.gap(older, newer) }
      guard older.summary.historyThrough == newer.summary.historyBefore else {
        throw JournalError(
          .damage(.foreignHistory), file: newer.source.file.path, offset: 64,
          sequence: newer.summary.from.next, lastSequence: newer.summary.to,
          detail: "the snapshot does not follow \(older.name); was a backup mixed in?")
      }
    }
    self.readers = readers
  }

  private static func gap(_ older: SnapshotReader, _ newer: SnapshotReader) -> JournalError {
    JournalError(
      .damage(.gap), file: newer.source.file.path, sequence: older.summary.to.next,
      lastSequence: newer.summary.from,
      detail: """
        the snapshot begins after commit \(newer.summary.from), the one before ends with \
        \(older.summary.to)
        """)
  }

  /// The last commit that the chain does *not* cover; zero when it holds the whole state.
  package var from: LogSequenceNumber { readers.first?.summary.from ?? .zero }
  /// The last commit that it covers.
  package var to: LogSequenceNumber { readers.last?.summary.to ?? .zero }
  /// What all commits up to ``to`` sum up to.
  package var history: HistoryChecksum { readers.last?.summary.historyThrough ?? .empty }
  /// The bytes of all files.
  package var byteCount: Int64 { readers.clampedSum { $0.summary.byteCount } }
  /// The entries of all files; a key counts in each file that mentions it.
  package var entryCount: Int { readers.clampedSum { $0.summary.entryCount } }

  /// What the chain says of a key, asking the newest file first. At most one block is read from
  /// each file, and none from files whose filters or last keys say that they do not have it.
  package func lookup(_ key: Span<UInt8>) throws(JournalError) -> Lookup {
    let hash = SnapshotFilter.hash(key)
    for reader in readers.reversed() {
      let answer = try reader.lookup(key, hash: hash)
      if answer != .unknown { return answer }
      if reader.removes(prefixOf: key) { return .removed }
    }
    return .unknown
  }

  /// Whether any file of the chain hides the key in files older than the chain.
  package func removes(prefixOf key: Span<UInt8>) -> Bool {
    for reader in readers where reader.removes(prefixOf: key) { return true }
    return false
  }

  /// Walks each key that begins with `prefix` once, from the first that is not smaller than
  /// `start`, as the newest file has it.
  ///
  /// - Parameter droppingRemovals: leave out removed keys. Wrong only for who looks at older layers
  ///   too.
  package func cursor(
    from start: [UInt8]? = nil, prefix: [UInt8]? = nil, droppingRemovals: Bool = true
  ) -> MergeCursor {
    MergeCursor(
      newestFirst: layers(from: start, prefix: prefix), droppingRemovals: droppingRemovals)
  }

  /// The files as layers of a merge, the newest first, so that newer layers (a table) can be put
  /// before them.
  ///
  /// - Parameter limit: as of ``SnapshotReader/cursor(from:prefix:upTo:)``.
  package func layers(
    from start: [UInt8]? = nil, prefix: [UInt8]? = nil, upTo limit: [UInt8]? = nil
  ) -> [MergeCursor.Layer] {
    readers.reversed().map { reader in
      MergeCursor.Layer(
        reader.cursor(from: start, prefix: prefix, upTo: limit),
        removedPrefixes: reader.removedPrefixes)
    }
  }
}
