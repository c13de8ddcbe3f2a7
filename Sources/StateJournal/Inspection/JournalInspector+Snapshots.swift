public import JournalEngine
import JournalFormat

/// A superseded file that retention lets go.
public struct PrunableFile: Sendable, Equatable {
  /// The name in the directory.
  public let name: String
  /// Its size.
  public let byteCount: Int64
}

/// Snapshots and what they supersede.
extension JournalInspector {
  /// Every snapshot file, superseded ones as well, in the order of their ends. Takes no lock.
  ///
  /// - Throws: as ``status(isExact:)``. Damage is part of the answer.
  /// - Complexity: O(files); only headers, indexes and footers are read.
  public func snapshots() throws(JournalError) -> [SnapshotFile] {
    try SnapshotInventory.read(JournalReader.openDirectory(path, in: fileSystem))
  }

  /// The same with every byte of every snapshot checked.
  ///
  /// - Complexity: O(bytes of all snapshots); memory is bounded.
  public func verifySnapshots(
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> [SnapshotFile] {
    try SnapshotInventory.read(
      JournalReader.openDirectory(path, in: fileSystem), isDeep: true, onProgress: onProgress)
  }

  /// The files that ``prune(retainedGenerationCount:retainedHistory:onDamage:)`` would remove. Takes no
  /// lock.
  ///
  /// - Parameters:
  ///   - retainedGenerationCount: as there.
  ///   - retainedHistory: as there.
  ///   - onDamage: as there.
  /// - Throws: as ``status(isExact:)``, and why the store cannot be opened.
  public func prunableFiles(
    retainedGenerationCount: Int = 1, retainedHistory: RetainedHistory? = nil,
    onDamage: (JournalError) -> Void = { _ in }
  ) throws(JournalError) -> [PrunableFile] {
    try Pruning.plan(
      openStore(),
      options: retention(retainedGenerationCount, retainedHistory), onDamage: onDamage
    ).map { PrunableFile(name: $0.name, byteCount: $0.byteCount) }
  }

  /// Removes superseded files beyond what is to be retained, beside a writer or not, and returns
  /// their names. What the state needs stays, and so does what the state as of a label needs. Before
  /// anything goes, the snapshots in use are read, every block, and before another way to a label goes, those
  /// on the one that stays. Where one is damaged or cannot be read, what may lead there stays. A compaction
  /// that a job wants meanwhile waits for its next turn.
  ///
  /// - Parameters:
  ///   - retainedGenerationCount: how many generations of superseded files stay.
  ///   - retainedHistory: how far back the past stays within reach beyond that.
  ///   - onDamage: told what is wrong with such a snapshot.
  /// - Throws: as ``status(isExact:)``; ``JournalError/Reason/locked(_:)`` while a compaction is running.
  /// - Complexity: where something would go, O(bytes of the snapshots that are read); memory is bounded.
  @discardableResult
  public func prune(
    retainedGenerationCount: Int = 1, retainedHistory: RetainedHistory? = nil,
    onDamage: (JournalError) -> Void = { _ in }
  ) throws(JournalError) -> [String] {
    try Pruning.run(
      openStore(),
      options: retention(retainedGenerationCount, retainedHistory), onDamage: onDamage)
  }

  /// The directory, in which there is at least a piece of a store.
  private func openStore() throws(JournalError) -> any Directory {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    let listing = try DirectoryListing.read(directory)
    guard listing.isStore || listing.hasLock else {
      throw JournalError(
        .notAStore, file: path, detail: "the directory holds no segment and no snapshot")
    }
    return directory
  }

  private func retention(_ generationCount: Int, _ history: RetainedHistory?) -> JournalOptions {
    var options = JournalOptions()
    options.retainedGenerationCount = generationCount
    options.retainedHistory = history
    options.pins = JournalLabel.pins
    options.onOpeningProgress = onOpeningProgress
    return options
  }

  /// Checks that this release reads every file, and returns how many there are with a header.
  ///
  /// - Throws: ``JournalError/Reason/newerFormat(version:)`` for a file that a later release wrote;
  ///   damage of headers.
  public func checkFormat() throws(JournalError) -> Int {
    try FormatSurvey.run(JournalReader.openDirectory(path, in: fileSystem))
  }

  /// Who holds the locks of the store now. Takes no lock itself.
  ///
  /// - Throws: ``JournalError/Reason/notFound``; `io`.
  public func lockHolders() throws(JournalError) -> (
    writer: JournalStatus.Holder?, compaction: JournalStatus.Holder?
  ) {
    let directory = try openStore()
    return (
      try JournalStatus.Holder(of: .writer, in: directory),
      try JournalStatus.Holder(of: .compaction, in: directory)
    )
  }
}
