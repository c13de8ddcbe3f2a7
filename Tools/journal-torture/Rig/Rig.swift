import FileIO
import ToolSupport

/// A store, the processes that work on it, and what is known about it: what all crash tests stand
/// on. A test ends with the first violation and leaves the store as it was found.
struct Rig: ~Copyable {
  let settings: RigSettings
  /// Everybody who works on the store.
  let group: ProcessGroup
  let sight = Sight()
  var report: TortureReport
  /// What the store must hold: the prefix that was acknowledged or shown.
  var model: StateModel
  /// What the last check showed.
  var entries: [String: String] = [:]
  var choices: SeededChoices
  private let start = MonotonicClock.now
  private var nextNote = MonotonicClock.now + 10_000_000_000
  /// The number of the round that runs.
  private(set) var roundCount = 0

  private init(
    _ settings: RigSettings, counting events: [TortureReport.Event]
  ) throws(TortureFailure) {
    self.settings = settings
    report = TortureReport(seed: settings.seed, counting: events)
    report.updateCount = 0
    model = StateModel(seed: settings.seed, hasDeletions: settings.shape.hasDeletions)
    choices = SeededChoices(seed: settings.seed)
    do {
      group = try ProcessGroup()
    } catch {
      throw TortureFailure(error)
    }
  }

  /// Runs rounds until the time is over, a violation was found, or somebody asks to stop. Each round
  /// ends with no process but readers on the store.
  ///
  /// - Throws: when the processes cannot be run, or the store holds another workload's state.
  static func run(
    _ settings: RigSettings, counting events: [TortureReport.Event],
    _ round: (inout Rig) throws -> Void
  ) throws(TortureFailure) -> TortureReport {
    do throws(IOFailure) {
      // A check of a store that was never begun would look like a violation.
      _ = try POSIXFileSystem().openDirectory(settings.directory, creating: true)
    } catch {
      throw TortureFailure(
        .usage, "there is no directory \(settings.directory), and none can be made: \(error)")
    }
    var rig = try Rig(settings, counting: events)
    do {
      try rig.learn()
      let crowd = try ReaderCrowd(
        settings, group: rig.group.identifier, sight: rig.sight, model: rig.model)
      defer { crowd.end() }
      while rig.goesOn() {
        try round(&rig)
        try rig.sight.check()
        rig.report.updateCount = rig.model.updateCount
      }
    } catch {
      // The signal ended the processes that the test was looking at.
      if !Interruption.isAsked {
        guard let violation = error as? Violation else {
          throw error as? TortureFailure ?? TortureFailure(.failed, "\(error)")
        }
        rig.report.violations.append(violation.text)
        rig.report.remarks.append("\(settings.directory) is left as it was found")
      }
    }
    return rig.finish()
  }

  /// Whether there is time for another round.
  private mutating func goesOn() -> Bool {
    count()
    if MonotonicClock.now >= nextNote {
      TortureCommand.note(report.summary)
      nextNote += 10_000_000_000
    }
    roundCount += 1
    return hasTime && roundCount <= settings.maximumRoundCount && !Interruption.isAsked
  }

  /// Whether the time is not over yet.
  var hasTime: Bool { MonotonicClock.now - start < settings.seconds * 1_000_000_000 }

  private mutating func finish() -> TortureReport {
    count()
    report.signal = Interruption.signal
    return report
  }

  private mutating func count() {
    report.seconds = (MonotonicClock.now - start) / 1_000_000_000
    let readers = sight.readerCounts
    report[.readerKills] = readers.kills
    report[.reads] = readers.reads + quietReadCount
  }

  /// Readers that ran by themselves.
  var quietReadCount = 0
  /// Where messages of processes go that are expected to fail, if not to ours.
  var silence: Int32?
  /// Whether a full disk is an answer.
  var toleratesFullDisk = false

  /// The moment by which whoever is waited for must have answered.
  var deadline: Int64 { MonotonicClock.now + settings.patience }

  /// Starts a process on the store.
  func start(_ verb: String, _ arguments: [String] = [], errors: Int32? = nil) throws
    -> ChildProcess
  {
    try ChildProcess(
      settings.executable, [verb, settings.directory] + arguments, group: group.identifier,
      errors: errors)
  }

  /// Makes known that the store must hold the first `count` updates from now on.
  mutating func expect(_ count: UInt64) {
    model.advance(to: count)
    sight.floor = model.updateCount
  }
}
