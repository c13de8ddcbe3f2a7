package import FileIO
package import JournalFormat

/// The state of a store as another process sees it: takes no lock, writes nothing, blocks nobody.
///
/// It shows one moment, all of it or the keys that are asked for: the state after a commit that was in
/// the log when the reader was opened. It stays valid while a writer goes on and a compaction removes
/// files under it, since open files keep their content. For something newer, open another one.
package struct JournalReader: Sendable {
  /// What was found; a torn tail is ignored, not cut.
  package private(set) var report: RecoveryReport
  package let store: StoreIdentity
  package let view: JournalView
  /// What all commits up to the view's last one sum up to.
  private let history: HistoryChecksum

  /// Reads the store at `path`, as of a commit if one is given.
  ///
  /// - Parameters:
  ///   - damaged: snapshots that must not be used.
  ///   - keys: what ``view`` can be asked for. All of the log is judged in any case.
  ///   - memory: what becomes of changes that take more memory than they may.
  ///   - onProgress: called now and then while the log is replayed, and when all of it has been.
  /// - Throws: ``JournalError/Reason/notFound``, ``JournalError/Reason/notAStore``,
  ///   ``JournalError/Reason/unreachable`` for a commit that the files do not reach, and what
  ///   opening for writing throws about damage.
  package init(
    _ path: String, in fileSystem: any FileSystem, at sequence: LogSequenceNumber? = nil,
    without damaged: Set<SnapshotRange> = [], keeping keys: KeySelection = .everything,
    within memory: ReplayMemory = .bounded, onProgress: ReplayObserver? = nil
  ) throws(JournalError) {
    try self.init(
      Self.openDirectory(path, in: fileSystem), at: sequence, without: damaged, keeping: keys,
      within: memory, onProgress: onProgress)
  }

  /// Reads the store in an open directory; see ``init(_:in:at:without:keeping:within:onProgress:)``.
  package init(
    _ directory: any Directory, at sequence: LogSequenceNumber? = nil,
    without damaged: Set<SnapshotRange> = [], keeping keys: KeySelection = .everything,
    within memory: ReplayMemory = .bounded, onProgress: ReplayObserver? = nil
  ) throws(JournalError) {
    guard
      let log = try LogLoader.load(
        directory, for: .reader, limit: sequence, without: damaged, keeping: keys,
        within: memory, onProgress: onProgress)
    else {
      throw JournalError(
        .notAStore, file: directory.path,
        detail: "the directory holds no segment and no snapshot")
    }
    if let sequence, log.report.lastSequence < sequence {
      throw JournalError(
        .unreachable, file: directory.path, sequence: sequence,
        detail: "the last commit is \(log.report.lastSequence)")
    }
    report = log.report
    store = log.store
    view = log.makeView()
    history = log.history
  }

  /// Whether another reader may take this one's place. Files that say how the same commit was reached say
  /// the same; others are of another history, which nothing else compares where a snapshot ends with the
  /// commit that is asked for.
  func agrees(with other: JournalReader) -> Bool {
    view.sequence != other.view.sequence || history == other.history
  }

  /// Runs `body` on a reader; when a block of a snapshot turns out damaged on the way, runs it again
  /// on the previous generation, if that can serve. `body` must be repeatable.
  package static func reading<Result>(
    _ path: String, in fileSystem: any FileSystem, at sequence: LogSequenceNumber? = nil,
    keeping keys: KeySelection = .everything, within memory: ReplayMemory = .bounded,
    onProgress: ReplayObserver? = nil, _ body: (JournalReader) throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    var damaged: Set<SnapshotRange> = []
    var found: [JournalError] = []
    var first: JournalReader?
    while true {
      var reader: JournalReader
      do {
        reader = try JournalReader(
          path, in: fileSystem, at: sequence, without: damaged, keeping: keys, within: memory,
          onProgress: onProgress)
      } catch {
        throw found.first ?? error
      }
      if let first, let error = found.first, !reader.agrees(with: first) { throw error }
      first = first ?? reader
      reader.addDamage(found)
      do {
        return try body(reader)
      } catch {
        guard case .damage = error.reason,
          let range = reader.view.range(ofFileAt: error.file),
          damaged.insert(range).inserted
        else { throw error }
        found.append(error)
      }
    }
  }

  /// Notes damage that was met before this reader was opened in spite of it.
  package mutating func addDamage(_ found: [JournalError]) {
    report.damagedSnapshots = found + report.damagedSnapshots
  }

  /// What an error says of a directory that cannot be made where none is above it.
  package static let noParent = "there is no directory to make it in"

  /// Opens a directory, and makes it, but nothing above it, when it is missing.
  package static func createDirectory(
    _ path: String, in fileSystem: any FileSystem
  ) throws(JournalError) -> any Directory {
    do throws(IOFailure) {
      return try fileSystem.openDirectory(path, creating: true)
    } catch {
      guard error.isMissing else { throw JournalError(error) }
      throw JournalError(.notFound, file: path, detail: noParent)
    }
  }

  package static func openDirectory(
    _ path: String, in fileSystem: any FileSystem
  ) throws(JournalError) -> any Directory {
    do throws(IOFailure) {
      return try fileSystem.openDirectory(path, creating: false)
    } catch {
      guard error.isMissing else { throw JournalError(error) }
      throw JournalError(
        .notFound, file: path, detail: "there is no such directory; check the path")
    }
  }
}
