/// Stops a program at every file operation of its life, loses what was not synced in every one of a
/// set of ways, lets it recover, and holds what it finds to what it had promised; then stops it at
/// every operation of that recovery, and once more in the recovery of that.
///
/// You say what the program does, what it promises on the way, how it recovers, and which outcomes
/// keep a promise:
///
/// ```swift
/// let exploration = CrashExploration(promise: 0) { files, promise in
///   let counter = try Counter(in: files)
///   for number in 1...5 {
///     try counter.store(number)
///     promise(number)                                  // stored means: survives power loss
///   }
/// } recover: { files in
///   try Counter(in: files).value
/// } permits: { found, promised, _ in
///   found >= promised                                  // more may have happened, never less
/// }
/// let report = exploration.run()
/// print(report)
/// precondition(report.violations.isEmpty, "\(report.violations)")
/// ```
///
/// The history runs once; the rest works on copies of the disk, each different one once. So the
/// program must do the same operations each time it meets the same disk: one thread, and a clock and
/// random numbers that the test decides about where they reach the disk.
public struct CrashExploration<Promise, Found: Hashable> {
  /// What ended the program.
  public enum Ending: Sendable {
    /// It was killed: the next process finds everything that was written.
    case killed
    /// The power was lost: what was not synced may be gone.
    case powerLost
  }

  /// Random losses at each moment, beside the fixed ones (``LossPattern/fixed``).
  public var randomLossCount = 3
  /// Parts of each write that are tried as all that happened of it.
  public var tearCount = 3
  /// How many recoveries in a row are stopped half-way: 2 stops the recovery, and the recovery from
  /// that. 0 stops none.
  public var recoveryDepth = 2
  /// One in how many disks is explored deeper than one stopped recovery.
  public var deepStride = 1
  /// Files whose content means nothing to recovery, such as the text in a lock file, and directories
  /// that it does not look into: disks that differ in nothing else are explored once.
  public var unimportantPaths: [String] = []
  /// Decides everything that is left to chance.
  public var seed: UInt64 = 1
  /// Writes on from what recovery found, promising again; then everything is stopped
  /// and recovered once more. The first promise comes when it has recovered.
  public var goOn: ((SimulatedFileSystem, Found, (Promise) -> Void) throws -> Void)?
  /// Called before each piece of work with a description of it, for a watchdog.
  public var onProgress: ((String) -> Void)?

  let initialPromise: Promise
  let history: (SimulatedFileSystem, (Promise) -> Void) throws -> Void
  let recover: (SimulatedFileSystem) throws -> Found
  let permits: (Found, Promise, Ending) -> Bool

  /// Describes a program.
  ///
  /// - Parameters:
  ///   - promise: what holds before the program has done anything.
  ///   - history: runs the program to its end on a machine, calling its second argument whenever it
  ///     has promised something new, which takes the place of what it promised before.
  ///   - recover: opens what the program left behind and returns what it finds. It may write; an
  ///     error is a violation. Run again on the disk that it left, or that it left half-done, it must
  ///     find the same.
  ///   - permits: whether finding this keeps that promise, after a kill or a power loss.
  public init(
    promise: Promise,
    history: @escaping (SimulatedFileSystem, (Promise) -> Void) throws -> Void,
    recover: @escaping (SimulatedFileSystem) throws -> Found,
    permits: @escaping (Found, Promise, Ending) -> Bool
  ) {
    initialPromise = promise
    self.history = history
    self.recover = recover
    self.permits = permits
  }

  /// Explores everything, beginning with the disk of `machine` (an empty one when there is none).
  public func run(from machine: SimulatedFileSystem? = nil) -> CrashReport {
    var explorer = CrashExplorer(self)
    explorer.run(from: machine ?? SimulatedFileSystem(seed: seed))
    return explorer.report
  }
}
