package import FileIO
package import JournalFormat

/// Walks the state as of one commit, in order of the keys, in bounded memory. A snapshot that turns
/// out damaged on the way is replaced by the previous generation, and the walk goes on behind the
/// last entry.
package final class StateCursor: EntryCursor {
  private let path: String
  private let fileSystem: any FileSystem
  private let prefix: [UInt8]?
  private let onProgress: ReplayObserver?
  private var reader: JournalReader
  private var cursor: MergeCursor
  private var damaged: Set<SnapshotRange> = []
  private var found: [JournalError] = []
  /// The key that came last, if one did.
  private var last: [UInt8] = []
  private var hasLast = false

  /// A walk over the entries whose keys have a prefix.
  ///
  /// - Parameter onProgress: told how far opening has come with the log.
  /// - Throws: what ``JournalReader`` throws.
  package init(
    _ path: String, in fileSystem: any FileSystem, at sequence: LogSequenceNumber? = nil,
    prefix: [UInt8]? = nil, onProgress: ReplayObserver? = nil
  ) throws(JournalError) {
    self.path = path
    self.fileSystem = fileSystem
    self.prefix = prefix
    self.onProgress = onProgress
    reader = try JournalReader(
      path, in: fileSystem, at: sequence, keeping: KeySelection(prefix: prefix),
      onProgress: onProgress)
    cursor = reader.view.cursor(prefix: prefix)
  }

  /// The store that the state is of.
  package var store: StoreIdentity { reader.store }

  /// About how many bytes the walk passes.
  package var inputByteCount: Int64 { reader.view.inputByteCount(prefix: prefix) }

  /// What was found so far.
  package var report: RecoveryReport {
    var reader = reader
    reader.addDamage(found)
    return reader.report
  }

  package func next(into entry: inout Entry) throws(JournalError) -> Bool {
    while true {
      do throws(JournalError) {
        guard try cursor.next(into: &entry) else { return false }
        // A copy in memory that is there: holding on to the key itself would cost the next one its
        // buffer.
        last.removeAll(keepingCapacity: true)
        last.append(contentsOf: entry.key)
        hasLast = true
        return true
      } catch {
        guard case .damage = error.reason,
          let range = reader.view.range(ofFileAt: error.file),
          damaged.insert(range).inserted
        else { throw error }
        found.append(error)
        try startOver()
      }
    }
  }

  private func startOver() throws(JournalError) {
    let before = reader
    do throws(JournalError) {
      // One moment's state: what comes out later must belong to what has come out already.
      reader = try JournalReader(
        path, in: fileSystem, at: reader.view.sequence, without: damaged,
        keeping: KeySelection(prefix: prefix), onProgress: onProgress)
    } catch {
      // That no other generation can serve follows from the damage, which says more.
      throw found.first ?? error
    }
    if let error = found.first, !reader.agrees(with: before) { throw error }
    // The smallest key behind the last one is that key with a zero appended.
    cursor = reader.view.cursor(prefix: prefix, from: hasLast ? last + [0] : nil)
  }
}
