import FileIO
package import JournalFormat

/// The state at one moment, as layers that do not change any more: all of it, or the part that was
/// asked for. To ask a part for what is not in it would be answered wrongly, and traps.
package struct JournalView: Sendable {
  /// The last commit in the view.
  package let sequence: LogSequenceNumber
  private let tables: [ChangeTable]
  /// Changes of the log that did not fit in memory, in scratch files.
  private let spilled: SnapshotChain
  /// The snapshots of the store.
  package let chain: SnapshotChain
  /// What the tables know of.
  private let keys: KeySelection

  /// A view over frozen tables (newest first), what has left them, and a chain.
  ///
  /// - Parameter keys: those of which the tables hold what has changed; no other can be asked for.
  package init(
    sequence: LogSequenceNumber, tables: [ChangeTable], spilled: SnapshotChain = SnapshotChain(),
    chain: SnapshotChain, keys: KeySelection = .everything
  ) {
    self.sequence = sequence
    self.tables = tables
    self.spilled = spilled
    self.chain = chain
    self.keys = keys
  }

  /// The range of the store's snapshot at a path, if it has a part in the state.
  package func range(ofFileAt path: String) -> SnapshotRange? {
    chain.range(ofFileAt: path) ?? spilled.range(ofFileAt: path)
  }

  /// The same with what a table changes on top.
  func beneath(_ table: ChangeTable) -> JournalView {
    JournalView(
      sequence: sequence, tables: [table] + tables, spilled: spilled, chain: chain, keys: keys)
  }

  /// Bytes of the entries and files that the view is made of.
  package var inputByteCount: Int64 {
    tables.clampedSum { Int64($0.entryByteCount) }
      .adding(clamping: spilled.byteCount).adding(clamping: chain.byteCount)
  }

  /// The same for the entries whose keys have a prefix, by how many blocks of each file can hold them.
  package func inputByteCount(prefix: [UInt8]?) -> Int64 {
    guard let prefix else { return inputByteCount }
    return tables.clampedSum { Int64($0.entryByteCount) }
      .adding(
        clamping: (spilled.readers + chain.readers).clampedSum {
          $0.byteCount(ofBlocksWithPrefix: prefix)
        })
  }

  /// The value of a key and the commit that put it; `nil` when absent.
  package func get(
    _ key: Span<UInt8>
  ) throws(JournalError) -> (value: [UInt8], sequence: LogSequenceNumber)? {
    precondition(keys.contains(key), "the view was not made for this key")
    for table in tables {
      switch table.lookup(key) {
      case .value(let value, let sequence): return (value, sequence)
      case .removed: return nil
      case .unknown: continue
      }
    }
    for layer in [spilled, chain] {
      switch try layer.lookup(key) {
      case .value(let value, let sequence): return (value, sequence)
      case .removed: return nil
      case .unknown: continue
      }
    }
    return nil
  }

  /// Walks the live entries in key order, those with `prefix` from `start` on.
  ///
  /// - Parameter limit: as of ``SnapshotReader/cursor(from:prefix:upTo:)``.
  package func cursor(
    prefix: [UInt8]? = nil, from start: [UInt8]? = nil, upTo limit: [UInt8]? = nil
  ) -> MergeCursor {
    precondition(
      keys.containsAll(withPrefix: prefix), "the view was not made for all of these keys")
    return MergeCursor(
      newestFirst: tables.map { $0.layer(prefix: prefix, from: start) }
        + spilled.layers(from: start, prefix: prefix, upTo: limit)
        + chain.layers(from: start, prefix: prefix, upTo: limit),
      droppingRemovals: true)
  }
}

extension ChangeTable {
  /// The table as the newest layer of a merge.
  func layer(prefix: [UInt8]? = nil, from start: [UInt8]? = nil) -> MergeCursor.Layer {
    MergeCursor.Layer(
      cursor(prefix: prefix, from: start), removedPrefixes: RemovedPrefixes(removedPrefixes))
  }
}
