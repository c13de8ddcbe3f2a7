package import FileIO
package import JournalFormat

/// Walks the state as of one commit, in order of the keys, in bounded memory.
package struct StateWalk {
  /// Calls `body` with each live entry whose key has `prefix`, in key order, until it returns false.
  /// A snapshot that turns out damaged on the way is replaced by the previous generation, and the
  /// walk goes on behind the last entry.
  ///
  /// - Returns: what was found on the way.
  /// - Throws: what ``JournalReader`` throws.
  package static func run(
    _ path: String, in fileSystem: any FileSystem, at sequence: LogSequenceNumber? = nil,
    prefix: [UInt8]? = nil, _ body: (Entry) -> Bool
  ) throws(JournalError) -> RecoveryReport {
    var sequence = sequence
    var damaged: Set<SnapshotRange> = []
    var found: [JournalError] = []
    var last: [UInt8]?
    while true {
      var reader: JournalReader
      do {
        reader = try JournalReader(path, in: fileSystem, at: sequence, without: damaged)
      } catch {
        // That no other generation can serve follows from the damage, which says more.
        throw found.first ?? error
      }
      // One moment's state: what comes out later must belong to what has come out already.
      sequence = reader.view.sequence
      do throws(JournalError) {
        // The smallest key behind the last one is that key with a zero appended.
        let cursor = reader.view.cursor(prefix: prefix, from: last.map { $0 + [0] })
        var entry = Entry()
        while try cursor.next(into: &entry) {
          if !body(entry) { break }
          last = entry.key
        }
        reader.addDamage(found)
        return reader.report
      } catch {
        guard case .damage = error.reason,
          let range = reader.view.chain.range(ofFileAt: error.file),
          damaged.insert(range).inserted
        else { throw error }
        found.append(error)
      }
    }
  }
}
