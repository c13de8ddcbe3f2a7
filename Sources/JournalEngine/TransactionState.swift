package import JournalFormat

/// The state that a transaction sees: what is acknowledged, the commits on their way on top, and on
/// top of them what the transaction itself has done so far.
package struct TransactionState: Sendable {
  private let journal: Journal
  let overlay: ChangeTable

  init(journal: Journal, overlay: ChangeTable) {
    self.journal = journal
    self.overlay = overlay
  }

  /// The value of a key and the commit that put it.
  package func get(
    _ key: Span<UInt8>
  ) throws(JournalError) -> (value: [UInt8], sequence: LogSequenceNumber)? {
    switch overlay.lookup(key) {
    case .value(let value, let sequence): (value, sequence)
    case .removed: nil
    case .unknown: try journal.get(key)
    }
  }

  /// Everything that the transaction sees now, to be walked before it changes anything more.
  package func view() -> JournalView { journal.view().beneath(overlay) }

  /// Calls `body` with each entry whose key has `prefix`, in key order, until it returns false.
  package func forEach(
    prefix: [UInt8]?, _ body: (Entry) -> Bool
  ) throws(JournalError) {
    var merged: [Entry] = []
    try journal.forEach(prefix: prefix) { entry in
      if overlay.lookup(entry.key.span) == .unknown { merged.append(entry) }
      return true
    }
    let cursor = overlay.cursor(prefix: prefix)
    var entry = Entry()
    while cursor.next(into: &entry) {
      if !entry.isRemoval { merged.append(entry) }
    }
    merged.sort { $0.key.lexicographicallyPrecedes($1.key) }
    for entry in merged where !body(entry) { return }
  }
}
