public import FileIO
public import JournalEngine
public import JournalFormat

/// Goes past damage, and back in history: the only part of this package that changes a store which does
/// not open. It plans first, keeps the originals, and can be undone.
///
/// ```swift
/// let rescue = JournalRescue("state")
/// let plan = try rescue.repairPlan(.dropDamaged)
/// print(plan.lostSequences, plan.keysAtRisk.count)
/// let report = try rescue.repair(.dropDamaged)
/// // … and if it was not what was wanted:
/// if let bundle = report.bundle { try rescue.undo(bundle) }
/// ```
///
/// What changes files in place holds the writer's and the compaction's lock, and copies every file
/// that it changes into `quarantine/` first, from where nothing is ever deleted.
public struct JournalRescue: Sendable {
  /// The path of the directory.
  public let path: String
  let fileSystem: any FileSystem

  /// Called now and then while the log is read by a rewind or its plan, as
  /// ``JournalInspector/onOpeningProgress``.
  public var onOpeningProgress: (@Sendable (InspectionProgress) -> Void)?

  /// Called with the path of a file outside of any store before it is made, which an interruption would
  /// leave behind.
  package var onUnfinishedFile: (@Sendable (String) -> Void)?

  /// A rescue of the journal in a directory, which is not touched until something is asked.
  public init(_ path: String, in fileSystem: any FileSystem = POSIXFileSystem()) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// What ``repair(_:into:onProgress:)`` would do, with every commit and key that would be lost. Takes
  /// no lock and writes nothing.
  ///
  /// - Throws: ``JournalError/Reason/refused`` when the mode does not reach the damage, with the one
  ///   that does, and when no commit is left in any file; `notFound`, `notAStore`, `newerFormat`; `io`,
  ///   also where the store needs no repair and something stands in the place of the writer's lock.
  /// - Complexity: O(bytes of all files); memory is bounded by what opening would need.
  public func repairPlan(
    _ mode: RepairMode, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairPlan {
    let directory = try openDirectory()
    let plan = try Repair(directory, mode: mode, onProgress: onProgress).plan
    // Where no writer gets in, there is more to do than nothing, and not by a repair.
    if !plan.isNeeded { try DirectoryLock.requireOpenable(in: directory) }
    return plan
  }

  /// Repairs the store. When this returns, the repaired store opens, verifies clean, and is durable.
  /// Where it is written anew, no commit before is within reach, and labels go
  /// (``RepairReport/droppedLabels``).
  ///
  /// Interrupted at any moment, the store is what it was, one that does not open as before, or the
  /// repaired one.
  ///
  /// - Parameters:
  ///   - mode: what is given up for a store that opens.
  ///   - target: an empty directory (or none yet) to write the repaired store into, leaving this one
  ///     as it is; in place when it is `nil`.
  ///   - onProgress: called about once per mebibyte.
  /// - Throws: ``JournalError/Reason/locked(_:)`` while a process writes or compacts; `outOfSpace`;
  ///   else as ``repairPlan(_:onProgress:)``.
  @discardableResult
  public func repair(
    _ mode: RepairMode, into target: String? = nil,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    let directory = try openDirectory()
    guard let target else {
      return try Repair.run(
        directory, mode: mode, dropping: JournalLabel.pins, onProgress: onProgress)
    }
    try refuseBesideWriter(directory)
    let repair = try Repair(
      directory, mode: mode, dropping: JournalLabel.pins, onProgress: onProgress)
    try repair.requireRewrite()
    return try repair.write(into: try create(target), onProgress: onProgress)
  }

  /// The bundles of originals in `quarantine/` that ``undo(_:onProgress:)`` takes, in the order of their
  /// names, which end with the time of the repair or rewind.
  ///
  /// - Throws: ``JournalError/Reason/notFound`` when there is no such directory; `io`.
  public func bundles() throws(JournalError) -> [String] {
    try RepairUndo.bundles(in: try openDirectory())
  }

  /// Puts the files back to what they were before a repair or a rewind, byte for byte. What is there
  /// now goes into a bundle of its own, so that this can be undone too.
  ///
  /// - Parameters:
  ///   - bundle: its name in `quarantine/`, as the report of the repair gives it.
  ///   - onProgress: called about once per mebibyte while what is there now is copied.
  /// - Throws: ``JournalError/Reason/notFound``; ``JournalError/Reason/refused`` when a file that the
  ///   repair did not touch has changed since; ``JournalError/Damage/original`` when a copy is not what
  ///   it was; ``JournalError/Reason/locked(_:)``.
  @discardableResult
  public func undo(
    _ bundle: String, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    try RepairUndo.run(bundle, in: try openDirectory(), onProgress: onProgress)
  }

  /// Gives the store the state that it had after an earlier commit. Later commits are gone from it;
  /// the log goes on behind the last of them, so that no number is used twice. Earlier commits are out of
  /// reach then, and so labels go, all of them (``RewindPlan/labels``).
  ///
  /// - Parameters:
  ///   - sequence: the last commit to keep.
  ///   - target: an empty directory (or none yet) to write that state into, as a store of its own,
  ///     leaving this one as it is and a writer at work; in place when it is `nil`.
  ///   - onProgress: called now and then, while the state is written and, from zero again, while the
  ///     originals are copied (in place).
  /// - Throws: ``JournalError/Reason/unreachable`` for a commit that the files do not reach;
  ///   ``JournalError/Reason/locked(_:)``; what opening throws.
  @discardableResult
  public func rewind(
    to sequence: LogSequenceNumber, into target: String? = nil,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    guard let target else {
      return try Rewind.run(
        path, in: fileSystem, to: sequence, dropping: JournalLabel.pins,
        onOpening: onOpeningProgress, onProgress: onProgress)
    }
    try Rewind.checkReach(path, in: fileSystem, at: sequence, onOpening: onOpeningProgress)
    return try Rewind.write(
      path, in: fileSystem, at: sequence, into: try create(target), dropping: JournalLabel.pins,
      onOpening: onOpeningProgress, onProgress: onProgress)
  }

  func openDirectory() throws(JournalError) -> any Directory {
    try JournalReader.openDirectory(path, in: fileSystem)
  }

  private func create(_ path: String) throws(JournalError) -> any Directory {
    try JournalReader.createDirectory(path, in: fileSystem)
  }

  /// What a writer is changing at this moment cannot be judged.
  private func refuseBesideWriter(_ directory: any Directory) throws(JournalError) {
    if let owner = try DirectoryLock.currentOwner(of: .writer, in: directory) {
      throw JournalError(
        .locked(owner), file: path, detail: "stop the owner; what it is writing is no damage")
    }
  }
}
