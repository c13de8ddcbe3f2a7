public import FileIO
public import JournalEngine
public import JournalFormat

/// A backup of a journal: a directory that is itself a store, with the same identity, and that can be
/// opened, inspected and restored like any other.
///
/// ```swift
/// let backup = JournalBackup("/backup/state")
/// let report = try backup.update(from: "state")
/// print(report.through, report.copiedByteCount)
/// ```
///
/// The source is read beside its writer, without a lock, and nothing is written there. What is copied
/// is every commit whose record is whole, so all that were acknowledged before the call. `LOCK` and
/// `quarantine/` are not copied.
///
/// Open a backup for reading only (``JournalInspector``): a commit of its own makes it another history,
/// which is not overwritten any more.
public struct JournalBackup: Sendable {
  /// The path of the backup's directory.
  public let path: String
  private let fileSystem: any FileSystem

  /// Called now and then while a log is read, and what is to be copied is checked, before anything is
  /// copied or compared, as ``JournalInspector/onOpeningProgress``.
  public var onOpeningProgress: (@Sendable (InspectionProgress) -> Void)?

  /// Called now and then while the backup is compared, and when that is over, as
  /// ``JournalInspector/onStateProgress``.
  public var onStateProgress: (@Sendable (InspectionProgress) -> Void)?

  /// A backup in a directory, which is not touched until something is asked.
  public init(_ path: String, in fileSystem: any FileSystem = POSIXFileSystem()) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// Brings the backup up to what a store holds now. When this returns, it is durable.
  ///
  /// Only bytes that are not there are copied: new segments and snapshots, and the end of the last
  /// segment. What the source's compaction has replaced is replaced here as well. At every moment,
  /// also after a crash, the backup opens with the state of the run before or one up to the new one;
  /// the exception is a run that finds no log to continue (the first one, or one that lags a whole
  /// generation of files behind), until which is complete there is no backup or it does not open, and
  /// another run completes it.
  ///
  /// - Parameters:
  ///   - source: the directory of the store to copy, which may be in use.
  ///   - isIncremental: whether an earlier backup is continued. Without it, a directory that holds a
  ///     store is refused.
  ///   - onProgress: called about once per mebibyte.
  /// - Throws: ``JournalError/Reason/refused`` when the directory holds something else than an earlier
  ///   state of the same history (another store, a source that was rewound or has lost commits);
  ///   ``JournalError/Reason/locked(_:)`` when somebody writes to the backup; `damage` when the source
  ///   is damaged; ``JournalError/Reason/outOfSpace(_:)``.
  /// - Complexity: O(bytes that are new, and the last segment); memory is bounded by the longest record.
  @discardableResult
  public func update(
    from source: String, isIncremental: Bool = true,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> BackupReport {
    let directory = try openStore(source)
    return try BackupRun.run(
      from: directory, to: try create(path), isIncremental: isIncremental,
      onOpening: onOpeningProgress, onProgress: onProgress)
  }

  /// Writes the backup's state into an empty directory, as a store that jobs can go on with. When this
  /// returns, it is durable. The backup is not changed.
  ///
  /// Without a commit it is a copy of the files, history included; until that is complete, the new store
  /// refuses to open, so that a job that is started too early begins none of its own. With one, it is the
  /// state after that commit as a new beginning, whose log goes on after the last commit of the backup,
  /// and which has no labels, since no commit before is within reach there.
  ///
  /// - Parameters:
  ///   - target: an empty directory (or none yet) for the new store.
  ///   - sequence: the last commit of the state to restore; `nil` for all that the backup has.
  ///   - onProgress: called now and then.
  /// - Returns: the last commit of the new store.
  /// - Throws: ``JournalError/Reason/unreachable`` for a commit that the backup does not reach;
  ///   ``JournalError/Reason/refused`` when the directory holds a store; `damage`; `outOfSpace`.
  @discardableResult
  public func restore(
    to target: String, at sequence: LogSequenceNumber? = nil,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> LogSequenceNumber {
    try write(to: target, at: sequence, onProgress: onProgress).through
  }

  /// Restores, and says what was left out as well: the last commit of the backup, where it is damaged
  /// and nothing tells whether it was acknowledged.
  package func write(
    to target: String, at sequence: LogSequenceNumber?,
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> (through: LogSequenceNumber, undecidable: InspectionFinding?) {
    guard let sequence else {
      let backup = try openStore(path)
      let target = try create(target)
      // What a restore that was killed has left, a watermark and unfinished files, is gone over.
      let listing = try DirectoryListing.read(target)
      guard listing.segments.isEmpty, listing.snapshots.isEmpty else {
        throw JournalError(
          .refused, file: target.path,
          detail: "it holds a store already, or a part of one; choose an empty directory")
      }
      let report = try BackupRun.run(
        from: backup, to: target, isIncremental: false, refusesFromBeginning: true,
        onOpening: onOpeningProgress, onProgress: onProgress)
      return (report.through, report.undecidable)
    }
    // What cannot be reached is told before a directory is made.
    try Rewind.checkReach(path, in: fileSystem, at: sequence, onOpening: onOpeningProgress)
    let report = try Rewind.write(
      path, in: fileSystem, at: sequence, into: try create(target), dropping: JournalLabel.pins,
      onOpening: onOpeningProgress, onProgress: onProgress)
    return (
      report.through ?? .zero,
      report.tornTail.flatMap { $0.isUndecidable ? InspectionFinding($0) : nil }
    )
  }

  /// Checks every byte of the backup.
  ///
  /// - Throws: as ``JournalInspector/verify(onProgress:)``.
  public func verify(
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> JournalVerification {
    try JournalInspector(path, in: fileSystem).verify(onProgress: onProgress)
  }

  /// Compares the backup, object by object, with the state that a store had after the backup's last
  /// commit.
  ///
  /// - Throws: what opening either throws.
  /// - Complexity: O(state) of both; memory is bounded by the log since the last snapshot.
  public func compare(with source: String) throws(JournalError) -> BackupComparison {
    try BackupComparison.compare(
      backup: path, with: source, in: fileSystem, onOpening: onOpeningProgress,
      onProgress: onStateProgress)
  }

  /// Opens what is to be copied. That nothing is there is told before a directory is made for it.
  private func openStore(_ path: String) throws(JournalError) -> any Directory {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    guard try DirectoryListing.read(directory).isStore else {
      throw JournalError(
        .notAStore, file: path, detail: "the directory holds no segment and no snapshot")
    }
    return directory
  }

  private func create(_ path: String) throws(JournalError) -> any Directory {
    try JournalReader.createDirectory(path, in: fileSystem)
  }
}
