import JournalEngine
import StateJournal
import StorageSimulator

/// Syncs, compactions, and the ends of sessions.
extension ModelRun {
  func sync() throws(ModelFailure) {
    guard try attempt("a sync", { try storage.sync() }) != nil else { return }
    if trouble.isPoisoned { throw ModelFailure("a sync succeeds behind a failed one") }
    history.becomeDurable()
  }

  func compact(isFull: Bool) throws(ModelFailure) {
    guard try attempt("a compaction", { try storage.compact(full: isFull) }) != nil else { return }
    // What went into a snapshot was made durable first, and so was what came after: the segment
    // was completed.
    history.becomeDurable()
  }

  func compactOutside(generations: Int) throws(ModelFailure) {
    _ = try attempt("a compaction from outside") {
      try LiveCompaction.compact(Self.path, in: machine, retainedGenerationCount: generations)
    }
  }

  func close(compactingBetween: Bool) throws(ModelFailure) {
    let isClosed = try attempt("a close") { try storage.close() } != nil
    if isClosed, !trouble.hasFaults { history.becomeDurable() }
    if isClosed, compactingBetween {
      try compactOutside(generations: script.generationCount)
    }
    if !machine.isStopped { try reopen(on: machine) }
  }

  func losePower(_ pattern: LossPattern) throws(ModelFailure) {
    try reopen(on: machine.afterPowerLoss(pattern), floor: history.durable)
  }

  /// Lets go of the storage and opens the next one; what it shows must be the state after a commit
  /// not before `floor`, which without one is the last that a killed process leaves behind.
  func reopen(on next: SimulatedFileSystem, floor: Int? = nil) throws(ModelFailure) {
    let floor = floor ?? killFloor
    keptViews = []
    // Lets go of the storage, and with it of the lock, before the next one is opened.
    withdraw()
    if next !== machine { lossAtCrash = nil }
    machine = next
    guard let opened = try openAgain() else { return try comeBack() }
    storage = opened
    if let damage = storage.recoveryReport.damagedSnapshots.first {
      throw ModelFailure("damage: \(damage)")
    }
    calmDown()
    let read = try attempt("a read behind recovery") {
      try Self.content(of: storage.journal.view())
    }
    guard let found = read else { return try comeBack() }
    let last = storage.recoveryReport.lastSequence.rawValue
    guard let position = history.position(of: found, from: floor, upTo: last) else {
      let lost = history.position(of: found, from: 0)
      throw ModelFailure(
        "recovered \(lost.map { "only commit \($0) of" } ?? "the state behind no commit of") "
          + "\(floor)...\(history.commits.count - 1): \(found.listed) instead of "
          + "\(history.content.listed)")
    }
    history.restart(from: position, found)
    trouble = Trouble()
  }

  /// The last commit that survives the death of the process.
  var killFloor: Int { trouble.canDropPages ? history.durable : history.acknowledged }

  /// Replaces the storage by one elsewhere, so that the old one goes away.
  private func withdraw() {
    if let other = try? JournalStateStorage.open("idle", in: SimulatedFileSystem(seed: 0)) {
      storage = other
    }
  }

  /// Goes on behind a stop of the machine.
  func comeBack() throws(ModelFailure) {
    if let lossAtCrash {
      try losePower(lossAtCrash)
    } else {
      try reopen(on: machine.afterProcessKill())
    }
  }

  /// Opens the store; once more without what may still be wrong with the machine, if it has to be.
  /// Returns nil when the machine stops on the way.
  private func openAgain() throws(ModelFailure) -> JournalStateStorage? {
    let opened = try attempt("opening", { try openStorage() })
    if opened != nil || machine.isStopped { return opened }
    calmDown()
    return try attempt("opening again", { try openStorage() })
  }

  /// Ends what was injected. What it has done to the files stays.
  private func calmDown() {
    machine.clearFaults()
    machine.setCapacity(nil)
    trouble.hasFaults = false
    trouble.isTight = false
  }

  private func openStorage() throws(JournalError) -> JournalStateStorage {
    try JournalStateStorage.open(Self.path, options: script.options, in: machine)
  }
}
