package import FileIO
package import JournalFormat

/// Walks the state as of one commit, in order of the keys, in bounded memory.
package struct StateWalk {
  /// Calls `body` with each live entry whose key has `prefix`, in key order, until it returns false.
  /// ``StateCursor`` says what happens to damaged snapshots.
  ///
  /// - Parameters:
  ///   - onOpening: told how far opening has come with the log.
  ///   - onProgress: told how far the walk has come.
  /// - Returns: what was found on the way.
  /// - Throws: what ``JournalReader`` throws.
  package static func run(
    _ path: String, in fileSystem: any FileSystem, at sequence: LogSequenceNumber? = nil,
    prefix: [UInt8]? = nil, onOpening: ReplayObserver? = nil,
    onProgress: ReplayObserver? = nil, _ body: (Entry) -> Bool
  ) throws(JournalError) -> RecoveryReport {
    let cursor = try StateCursor(
      path, in: fileSystem, at: sequence, prefix: prefix, onProgress: onOpening)
    var progress = StateProgress(cursor.inputByteCount, onProgress)
    var entry = Entry()
    while try cursor.next(into: &entry) {
      progress.pass(entry)
      if !body(entry) { break }
    }
    progress.end()
    return cursor.report
  }
}
