import JournalEngine
import StateJournal
import StorageSimulator

/// One storage on one simulated machine, beside the dictionary that says what it must hold.
final class ModelRun {
  static let path = "state"

  let script: ModelScript
  let subject: ModelSubject
  var machine: SimulatedFileSystem
  var storage: JournalStateStorage
  var history = ModelHistory()
  /// What was injected since the storage was opened; errors are expected only where it can be felt.
  var trouble = Trouble()
  /// What the machine comes back with when it stops.
  var lossAtCrash: LossPattern?
  var keptViews: [(view: JournalView, content: ModelContent)] = []

  /// What can go wrong in a session.
  struct Trouble {
    var hasFaults = false
    /// Whether the disk can be full now.
    var isTight = false
    /// Whether a sync can have failed and left less than what was written.
    var canDropPages = false
    /// Whether an error said that nothing more will be acknowledged.
    var isPoisoned = false
  }

  init(_ script: ModelScript, _ subject: ModelSubject) throws(ModelFailure) {
    self.script = script
    self.subject = subject
    machine = SimulatedFileSystem(seed: script.seed)
    do {
      storage = try JournalStateStorage.open(Self.path, options: script.options, in: machine)
    } catch {
      throw ModelFailure("a new storage cannot be opened: \(error)")
    }
  }

  func perform(_ operation: ModelOperation) throws(ModelFailure) {
    switch operation {
    case .update, .remove, .apply, .write, .updateSource, .transaction, .compareAndSet, .invalid:
      try change(operation)
    case .sync: try sync()
    case .compact(let isFull): try compact(isFull: isFull)
    case .compactOutside(let count): try compactOutside(generations: count)
    case .check: try checkAll()
    case .keepView: try keepView()
    case .keepReader: try keepReader()
    case .inspect(let count): try inspect(pastCommit: count)
    case .close(let compacts): try close(compactingBetween: compacts)
    case .abandon: try reopen(on: machine)
    case .kill: try reopen(on: machine.afterProcessKill())
    case .powerLoss(let pattern): try losePower(pattern)
    case .crash(let count, let tearing, let pattern):
      machine.crash(at: machine.operationCount + count, tearing: tearing)
      lossAtCrash = pattern
    case .fault(let fault): inject(fault)
    case .fill(let room): fill(room)
    case .free:
      machine.setCapacity(nil)
      trouble.isTight = false
    }
    if machine.isStopped { try comeBack() }
  }

  /// The end of every script: all of it is read, closed and read again.
  func finish() throws(ModelFailure) {
    try checkAll()
    try close(compactingBetween: false)
    if machine.isStopped { try comeBack() }
    try checkAll()
  }

  private func inject(_ fault: Fault) {
    machine.inject(fault)
    trouble.hasFaults = true
    if case .failedSync(let fate) = fault.effect, fate != .pagesKept { trouble.canDropPages = true }
  }

  private func fill(_ room: Int64) {
    var used: Int64 = 0
    for path in machine.filePaths { used += Int64((try? machine.contents(of: path).count) ?? 0) }
    machine.setCapacity(used + room)
    trouble.isTight = true
  }

  /// What `body` does; nil when it failed for a reason that was injected.
  func attempt<Result>(
    _ what: String, _ body: () throws -> Result
  ) throws(ModelFailure) -> Result? {
    do {
      return try body()
    } catch let failure as ModelFailure {
      throw failure
    } catch {
      let cause = error as? JournalError ?? (error as? StateError)?.journalError
      guard let cause, expects(cause) else { throw ModelFailure("\(what) fails: \(error)") }
      if case .poisoned = cause.reason { trouble.isPoisoned = true }
      return nil
    }
  }

  /// Whether an error of the journal can come of what was injected.
  func expects(_ error: JournalError) -> Bool {
    if machine.isStopped { return true }
    return switch error.reason {
    case .io, .poisoned: trouble.hasFaults
    case .outOfSpace: trouble.hasFaults || trouble.isTight
    default: false
    }
  }
}
