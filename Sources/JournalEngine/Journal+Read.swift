package import JournalFormat
import Synchronization

/// The way of a read: tables first, then the snapshots. Reads see acknowledged commits only, and go
/// on when the journal is poisoned.
extension Journal {
  /// What this session has done so far.
  package var statistics: JournalStatistics {
    var statistics = queue.state.withLock { state in
      var statistics = state.statistics
      statistics.lastSequence = state.acknowledged
      statistics.durableSequence = state.durable
      return statistics
    }
    statistics.replayByteCount = compaction.replayByteCount
    let (active, frozen) = tables.withLock { ($0.active.memoryByteCount, $0.frozen) }
    // Not under the lock: a compaction may be busy with their order.
    statistics.changesMemoryByteCount = frozen.reduce(active) { $0 + $1.memoryByteCount }
    return statistics
  }

  /// The last acknowledged commit.
  package var lastSequence: LogSequenceNumber { queue.state.withLock { $0.acknowledged } }

  /// The last commit known durable.
  package var durableSequence: LogSequenceNumber { queue.state.withLock { $0.durable } }

  /// Why nothing more is acknowledged; `nil` while something may be.
  package var failure: JournalError? { queue.state.withLock { $0.failure } }

  /// The value of a key and the commit that put it; `nil` when absent.
  ///
  /// - Complexity: a look-up in memory for recent keys; otherwise one positional read and the check
  ///   of one block, unless the block is cached.
  package func get(
    _ key: Span<UInt8>
  ) throws(JournalError) -> (value: [UInt8], sequence: LogSequenceNumber)? {
    let (found, chain) = tables.withLock { ($0.lookup(key), $0.chain) }
    switch found {
    case .value(let value, let sequence): return (value, sequence)
    case .removed: return nil
    case .unknown: break
    }
    do {
      if case .value(let value, let sequence) = try chain.lookup(key) { return (value, sequence) }
      return nil
    } catch {
      try servePreviousGeneration(because: error, in: chain)
      return try get(key)
    }
  }

  /// A view of the state at this moment, restricted to the keys with `prefix`.
  ///
  /// - Complexity: O(matching keys that changed since the last snapshot).
  package func view(prefix: [UInt8]? = nil) -> JournalView {
    tables.withLock { tables in
      JournalView(
        sequence: tables.sequence,
        tables: [tables.active.frozenCopy(prefix: prefix)] + tables.frozen, chain: tables.chain,
        keys: KeySelection(prefix: prefix))
    }
  }

  /// Calls `body` with each live entry whose key has `prefix`, in key order, from one moment's state;
  /// `body` returns false to stop. A snapshot that turns out damaged on the way is replaced by the
  /// previous generation and the walk goes on behind the last entry.
  package func forEach(
    prefix: [UInt8]? = nil, _ body: (Entry) -> Bool
  ) throws(JournalError) {
    var last = Entry()
    var hasLast = false
    while true {
      let view = view(prefix: prefix)
      do {
        // The smallest key behind the last one is that key with a zero appended.
        let cursor = view.cursor(prefix: prefix, from: hasLast ? last.key + [0] : nil)
        var entry = Entry()
        while try cursor.next(into: &entry) {
          if !body(entry) { return }
          // In turns, so that the buffers of both serve again and again.
          swap(&entry, &last)
          hasLast = true
        }
        return
      } catch {
        try servePreviousGeneration(because: error, in: view.chain)
      }
    }
  }

  /// Makes the files without a snapshot that turned out damaged serve instead, as recovery would:
  /// the previous generation and the log behind it. Throws `error` itself when they cannot.
  func servePreviousGeneration(
    because error: JournalError, in chain: SnapshotChain
  ) throws(JournalError) {
    guard case .damage = error.reason, let range = chain.range(ofFileAt: error.file) else {
      throw error
    }
    try compaction.withFilesHeld { files throws(JournalError) in
      // Somebody else may have met the same damage and be done with it.
      let current = tables.withLock { $0.chain }
      guard current.ranges.contains(range) else { return }
      try files.forgetReplaced(current, in: directory)
      if !chain.isReplaced(range, in: directory) { files.damaged.insert(range) }
      let log: RecoveredLog?
      do throws(JournalError) {
        // Another process may have compacted further meanwhile: its snapshot serves just as well,
        // since the tables hold every change since the chain that is replaced.
        let best = try DirectoryListing.read(directory).chain(limit: nil, without: files.damaged)
        log = try LogLoader.load(
          directory, for: .reader, limit: max(current.to, best.last?.through ?? .zero),
          without: files.damaged)
      } catch let second {
        var both = error
        both.detail += "; the previous generation cannot serve either: \(second.detail)"
        throw both
      }
      guard let log else { throw error }
      // Nothing else compares them where the log is read up to the end of the snapshots that it replaces.
      if log.report.lastSequence == current.to, log.history != current.history {
        var both = error
        both.detail += "; the previous generation is of another history: was a backup mixed in?"
        throw both
      }
      files.damaged.formUnion(log.damagedSnapshots)
      if log.chain.to > current.to { files.tablesOverlapChain = true }
      log.table.freeze()
      tables.withLock { tables in
        // One that reaches as far has no changes behind it, and a run of nothing cannot be written.
        if !log.table.isEmpty { tables.frozen.append(log.table) }
        tables.chain = log.chain
      }
      options.onEvent?(.snapshotDamaged(error))
    }
  }
}
