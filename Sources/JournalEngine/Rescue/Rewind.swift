package import FileIO
package import JournalFormat

/// Gives a store the state that it had after an earlier commit, as a new beginning: no commit number
/// is used a second time.
package enum Rewind {
  /// Rewinds in place. The originals go into a bundle in
  /// the quarantine first. Interrupted anywhere, the store has the old state or the new one.
  ///
  /// - Parameters:
  ///   - pins: what names commits in the state that the store does not reach back to then: it goes.
  ///   - onOpening: told how far reading the log has come, once for each time that it is read.
  ///   - onProgress: told how far the new snapshot has come, and then the copies of the originals.
  /// - Throws: ``JournalError/Reason/locked(_:)``; ``JournalError/Reason/unreachable`` for a commit
  ///   that the files do not reach back to, or that was not made yet; what opening throws.
  package static func run(
    _ path: String, in fileSystem: any FileSystem, to sequence: LogSequenceNumber,
    dropping pins: CommitPins? = nil,
    clock: @escaping @Sendable () -> Int64 = { WallClock.now },
    onOpening: ReplayObserver? = nil, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    return try DirectoryLock.holdingBoth(in: directory, at: clock()) { () throws(JournalError) in
      // Before anything is written: whether it can be reached at all, and whether there is room.
      let reader = try JournalReader(
        path, in: fileSystem, at: sequence, onProgress: onOpening)
      let originals = try DirectoryListing.read(directory).storeFileNames.clampedSum {
        directory.keptByteCount(of: $0)
      }
      try directory.requireSpace(
        originals.adding(clamping: reader.view.snapshotByteCountLimit))
      return try apply(
        path, in: fileSystem, directory, to: sequence, dropping: pins, originals, clock: clock,
        onOpening: onOpening, onProgress: onProgress)
    }
  }

  private static func apply(
    _ path: String, in fileSystem: any FileSystem, _ directory: any Directory,
    to sequence: LogSequenceNumber, dropping pins: CommitPins?, _ originalByteCount: Int64,
    clock: @escaping @Sendable () -> Int64, onOpening: ReplayObserver?,
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> RepairReport {
    let found = try LogLoader.load(
      directory, for: .writer, keeping: .nothing, onProgress: onOpening)
    guard var log = found else {
      throw JournalError(
        .notAStore, file: path, detail: "the directory holds no segment and no snapshot")
    }
    // As at an opening: what a killed writer left may be in the page cache only, and the new snapshot
    // vouches for the log up to its end before the segment behind it is there.
    try TailRepair.apply(&log)
    let listing = try DirectoryListing.read(directory)
    let generation = StoreGeneration(
      directory: directory, store: log.store, through: log.report.lastSequence,
      history: log.history, epoch: log.epoch &+ 1, clock: clock, pins: pins)
    let built = try build(
      generation, path, in: fileSystem, at: sequence, onOpening: onOpening, onProgress: onProgress)
    // Behind what is more likely to fail, so that a failure there leaves nothing in the quarantine.
    let bundle = try generation.discardedOnFailure { () throws(JournalError) in
      try OriginalsBundle.make(
        of: directory, listing: listing, changing: Set(listing.storeFileNames),
        through: generation.through, named: "rewind", at: clock(), outOf: originalByteCount,
        onProgress: onProgress)
    }
    try generation.publish()
    try generation.removeOthers(listing)
    return RepairReport(
      bundle: FileName.quarantine.text + "/" + bundle.name, through: generation.through,
      entryCount: built.entryCount, droppedPins: built.droppedPins,
      changedFiles: listing.storeFileNames)
  }

  /// Writes the state after a commit into an empty directory, as a store of its own.
  package static func write(
    _ path: String, in fileSystem: any FileSystem, at sequence: LogSequenceNumber,
    into target: any Directory, dropping pins: CommitPins? = nil,
    clock: @escaping @Sendable () -> Int64 = { WallClock.now },
    onOpening: ReplayObserver? = nil, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    try StoreGeneration.refuseStore(in: target)
    let log = try LogLoader.load(
      directory, for: .reader, keeping: .nothing, onProgress: onOpening)
    guard let log else {
      throw JournalError(
        .notAStore, file: path, detail: "the directory holds no segment and no snapshot")
    }
    let generation = StoreGeneration(
      directory: target, store: log.store, through: log.report.lastSequence,
      history: .random, epoch: log.epoch &+ 1, clock: clock, pins: pins)
    let built = try build(
      generation, path, in: fileSystem, at: sequence, onOpening: onOpening, onProgress: onProgress)
    try generation.publish()
    return RepairReport(
      bundle: nil, through: generation.through, entryCount: built.entryCount,
      droppedPins: built.droppedPins,
      changedFiles: [generation.snapshotName.text, generation.segmentName.text],
      tornTail: log.report.tornTail)
  }

  /// Says before a directory is made that no state can be written into it: for a commit that is out of
  /// reach, and for a store that has none.
  package static func checkReach(
    _ path: String, in fileSystem: any FileSystem, at sequence: LogSequenceNumber,
    onOpening: ReplayObserver?
  ) throws(JournalError) {
    _ = try JournalReader(
      path, in: fileSystem, at: sequence, keeping: .nothing, onProgress: onOpening)
    guard sequence == .zero,
      try JournalReader(path, in: fileSystem, keeping: .nothing, onProgress: onOpening)
        .report.lastSequence == .zero
    else { return }
    throw JournalError(
      .unreachable, file: path, sequence: sequence,
      detail: "there is no commit yet that a state could be the state after")
  }

  private static func build(
    _ generation: StoreGeneration, _ path: String, in fileSystem: any FileSystem,
    at sequence: LogSequenceNumber, onOpening: ReplayObserver?,
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> (entryCount: Int, droppedPins: [[UInt8]]) {
    try JournalReader.reading(path, in: fileSystem, at: sequence, onProgress: onOpening) {
      (reader) throws(JournalError) in
      try generation.directory.requireSpace(reader.view.snapshotByteCountLimit)
      return try generation.build(
        reader.view.cursor(), inputByteCount: reader.view.inputByteCount, onProgress: onProgress)
    }
  }
}
