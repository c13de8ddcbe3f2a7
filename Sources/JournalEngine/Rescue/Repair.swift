package import FileIO
import JournalFormat

/// Goes past damage, which nothing else here does: plans first, keeps the originals, can be undone.
///
/// Interrupted at any operation, the store is what it was, a store that does not open as before, or
/// repaired; repairing again completes it. Never does it open with something else.
package struct Repair {
  private let directory: any Directory
  private let listing: DirectoryListing
  private let clock: @Sendable () -> Int64
  private let pins: CommitPins?
  package private(set) var plan: RepairPlan
  private var cut: TailCut?
  private var layers: RescueLayers?
  private var log: RescueLog?

  /// Looks at everything and decides what a repair would do. Writes nothing.
  ///
  /// - Parameter pins: what names commits in the state; a store that is written anew reaches back to none
  ///   of them, so that it goes.
  /// - Throws: ``JournalError/Reason/notAStore``, `newerFormat`, `io`; ``JournalError/Reason/refused``
  ///   when the mode does not reach the damage, or no commit is left.
  package init(
    _ directory: any Directory, mode: RepairMode, dropping pins: CommitPins? = nil,
    clock: @escaping @Sendable () -> Int64 = { WallClock.now },
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) {
    self.directory = directory
    self.clock = clock
    self.pins = pins
    let verification = try StoreVerifier.verify(directory, onProgress: onProgress)
    plan = RepairPlan(mode, verification)
    listing = try DirectoryListing.read(directory)
    let damaged = Self.damagedSnapshots(verification) { _ in true }
    var watermark: Watermark?
    var isWatermarkDamaged = false
    do throws(JournalError) {
      watermark = try WatermarkFile.read(directory)
    } catch {
      guard case .damage = error.reason else { throw error }
      isWatermarkDamaged = true
    }
    plan.through = verification.lastSequence
    if verification.recordCount == 0, listing.snapshots.isEmpty,
      watermark?.durableThrough ?? .zero == .zero, !Self.opens(directory)
    {
      // What a damaged header stands before is no record to a check, and is one to a repair.
      let log = try RescueLog(directory, listing, watermark: watermark)
      if try log.gaps(after: .zero).0 == .zero {
        throw JournalError(
          .refused, file: directory.path, detail: try Self.nothingLeft(log.unprovenSegment()))
      }
    }
    if mode == .tail {
      let cut = try TailCut(directory, listing, damaged: damaged, watermark: watermark)
      self.cut = cut
      planCut(cut)
      try Self.requireOpening(plan.isNeeded ? CutDirectory(directory, cut) : directory)
    } else if isWatermarkDamaged || verification.isDamaged || !Self.opens(directory) {
      let log = try RescueLog(directory, listing, watermark: watermark)
      let layers = try RescueLayers(
        directory, listing, log: log,
        unusable: mode == .salvage
          ? Self.damagedSnapshots(verification) { $0 == .foreignStore }
          : Self.incomplete(damaged, in: directory, store: log.store),
        known: max(watermark?.durableThrough ?? .zero, verification.lastSequence))
      self.log = log
      self.layers = layers
      planRewrite(layers, log)
    }
    planVanishedSegment(watermark)
    do {
      plan.availableByteCount = try directory.availableByteCount()
    } catch {
      throw JournalError(error)
    }
  }

  /// Why there is nothing to repair.
  private static func nothingLeft(_ unproven: String?) -> String {
    guard let unproven else {
      return """
        no file holds a commit that can be read, or says that there was one, so there is nothing to \
        repair: `journal-tool init` completes a creation that was interrupted; else restore a \
        backup, or move the files away and begin anew
        """
    }
    return """
      the header of \(unproven) is damaged, and what the checksums of its records begin with cannot \
      be told: from one record behind it nothing can be told either, as it takes a second one to bear \
      it out; restore a backup, or move the files away and begin anew
      """
  }

  /// Says why a store does not open whose log is cut, or needs no cut.
  private static func requireOpening(_ directory: any Directory) throws(JournalError) {
    do {
      _ = try LogLoader.load(directory, for: .reader, keeping: .nothing)
    } catch {
      guard case .damage = error.reason else { throw error }
      var refusal = error
      refusal.reason = .refused
      refusal.detail += "; a cut of the log does not help: repair with --mode drop-damaged"
      throw refusal
    }
  }

  private static func opens(_ directory: any Directory) -> Bool {
    (try? LogLoader.load(directory, for: .reader, keeping: .nothing)) != nil
  }

  private static func damagedSnapshots(
    _ verification: JournalVerification, where isMeant: (JournalError.Damage) -> Bool
  ) -> Set<SnapshotRange> {
    var ranges: Set<SnapshotRange> = []
    for finding in verification.findings {
      let name = finding.file.split(separator: "/").last ?? ""
      if case .damage(let damage) = finding.kind, isMeant(damage),
        case .snapshot(let range) = FileName(String(name))
      {
        ranges.insert(range)
      }
    }
    return ranges
  }

  /// Those of which a part is lost: damage to what only helps to find things loses nothing.
  private static func incomplete(
    _ damaged: Set<SnapshotRange>, in directory: any Directory, store: StoreIdentity?
  ) -> Set<SnapshotRange> {
    damaged.filter { range in
      let found = try? SalvagedSnapshot.read(range, in: directory, store: store)
      return found?.holes.isEmpty != true
    }
  }

  private mutating func planCut(_ cut: TailCut) {
    plan.through = cut.through
    guard cut.isNeeded else { return }
    plan.action = .cut(file: cut.cut?.name ?? cut.lastName, offset: cut.cut?.offset)
    plan.lostSequences = cut.lost
    plan.keysAtRisk = damagedKeys + cut.keys
    plan.changedFiles = (cut.cut.map { [$0.name] } ?? []) + cut.removed
    // Where the cut leaves it as it is, the next session moves it on, past commits that are gone
    // again once the cut is undone.
    if listing.hasWatermark { plan.changedFiles.append(FileName.watermark.text) }
    plan.estimatedByteCount = 4096
    countQuarantine()
  }

  /// A last segment that is gone held commits, and how many nothing tells.
  private mutating func planVanishedSegment(_ watermark: Watermark?) {
    let next = plan.verification.lastSequence.next
    guard plan.isNeeded, plan.through < next, let watermark, watermark.saysBegun(next),
      plan.verification.findings.contains(where: { $0.severity == .loss && $0.sequence == next }),
      !plan.lostSequences.contains(where: { $0.upperBound >= next })
    else { return }
    plan.lostSequences.append(next...LogSequenceNumber(.max))
  }

  private mutating func planRewrite(_ layers: RescueLayers, _ log: RescueLog) {
    plan.action = .rewrite
    plan.through = layers.through
    plan.lostSequences = layers.lostSequences
    plan.lostKeyRanges = layers.lostKeys
    plan.keysAtRisk = damagedKeys
    plan.foreignFiles = log.foreign
    plan.changedFiles = listing.storeFileNames
    countQuarantine()
    // Everything that is read is written once at most.
    plan.estimatedByteCount = SnapshotEstimate.limit(of: plan.quarantinedByteCount)
  }

  private var damagedKeys: [[UInt8]] { plan.verification.findings.flatMap(\.keysAtRisk) }

  private mutating func countQuarantine() {
    plan.quarantinedByteCount = plan.changedFiles.clampedSum {
      directory.keptByteCount(of: $0)
    }
  }

  // MARK: Doing it

  /// Repairs the store in a directory. When this returns, the repaired store is durable.
  ///
  /// - Throws: ``JournalError/Reason/locked(_:)`` beside a writer or a compaction; ``JournalError/Reason/outOfSpace(_:)``; as
  ///   ``init(_:mode:dropping:clock:onProgress:)``.
  package static func run(
    _ directory: any Directory, mode: RepairMode, dropping pins: CommitPins? = nil,
    clock: @escaping @Sendable () -> Int64 = { WallClock.now },
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    try DirectoryLock.holdingBoth(in: directory, at: clock()) { () throws(JournalError) in
      let repair = try Repair(
        directory, mode: mode, dropping: pins, clock: clock, onProgress: onProgress)
      guard repair.plan.isNeeded else {
        return RepairReport(
          bundle: nil, through: repair.plan.through, entryCount: nil, changedFiles: [])
      }
      return try repair.apply(onProgress: onProgress)
    }
  }

  private func apply(
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> RepairReport {
    try directory.requireSpace(
      plan.quarantinedByteCount.adding(clamping: plan.estimatedByteCount))
    var report = RepairReport(
      bundle: nil, through: plan.through, entryCount: nil, changedFiles: plan.changedFiles)
    if let cut {
      report.bundle = try keepOriginals(onProgress)
      do {
        try cut.apply(in: directory)
      } catch {
        throw JournalError(error)
      }
    } else if let generation = generation(in: directory), let layers {
      let built = try generation.build(
        layers.cursor(), inputByteCount: plan.quarantinedByteCount, onProgress: onProgress)
      report.entryCount = built.entryCount
      report.droppedPins = built.droppedPins
      // Behind what is more likely to fail, so that a failure there leaves nothing in the quarantine.
      report.bundle = try generation.discardedOnFailure { () throws(JournalError) in
        try keepOriginals(onProgress)
      }
      try generation.publish()
      try generation.removeOthers(listing)
    }
    _ = try LogLoader.load(directory, for: .writer, keeping: .nothing)
    return report
  }

  /// Copies what will be changed into the quarantine; the place of the copies there.
  private func keepOriginals(
    _ onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> String {
    let bundle = try OriginalsBundle.make(
      of: directory, listing: listing, changing: Set(plan.changedFiles),
      through: plan.through, named: "repair", at: clock(), outOf: plan.quarantinedByteCount,
      onProgress: onProgress)
    return FileName.quarantine.text + "/" + bundle.name
  }

  /// Says before a directory is made that nothing would be written into it.
  ///
  /// - Throws: ``JournalError/Reason/refused`` when there is nothing to write.
  package func requireRewrite() throws(JournalError) {
    if layers == nil { throw noRewrite }
  }

  private var noRewrite: JournalError {
    JournalError(
      .refused, file: directory.path,
      detail: plan.isNeeded
        ? "a cut is made in place; write a new store with --mode drop-damaged"
        : "there is nothing to repair")
  }

  /// Writes the repaired store into an empty directory and leaves this one as it is.
  ///
  /// - Throws: ``JournalError/Reason/refused`` when there is nothing to write, or a store there.
  package func write(
    into target: any Directory, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    guard let layers, let generation = generation(in: target) else { throw noRewrite }
    try target.requireSpace(plan.estimatedByteCount)
    try StoreGeneration.refuseStore(in: target)
    let built = try generation.build(
      layers.cursor(), inputByteCount: plan.quarantinedByteCount, onProgress: onProgress)
    try generation.publish()
    return RepairReport(
      bundle: nil, through: plan.through, entryCount: built.entryCount,
      droppedPins: built.droppedPins,
      changedFiles: [generation.snapshotName.text, generation.segmentName.text])
  }

  private func generation(in directory: any Directory) -> StoreGeneration? {
    guard let layers, let log else { return nil }
    return StoreGeneration(
      directory: directory, store: log.store ?? .random(), through: layers.through,
      history: .random, epoch: log.epoch &+ 1, clock: clock, pins: pins)
  }
}

extension StoreGeneration {
  /// Removes the files of the store before, of which there are copies.
  func removeOthers(_ listing: DirectoryListing) throws(JournalError) {
    let own = [snapshotName.text, segmentName.text, FileName.watermark.text]
    do throws(IOFailure) {
      for name in listing.storeFileNames where !own.contains(name) {
        try directory.remove(name)
      }
      try directory.sync()
    } catch {
      throw JournalError(error)
    }
  }

  /// Refuses a directory that holds a store already, or something else.
  static func refuseStore(in directory: any Directory) throws(JournalError) {
    let listing = try DirectoryListing.read(directory)
    try listing.refuseOthers(in: directory)
    guard !listing.isStore else {
      throw JournalError(
        .refused, file: directory.path,
        detail: "it holds a store already, or a part of one; choose an empty directory")
    }
  }
}
