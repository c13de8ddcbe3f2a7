import StorageSimulator

/// Kills a storage's process again and again, and holds what is left to what it had acknowledged.
public struct KillRun: Sendable {
  /// What the kills have shown.
  public struct Report: Sendable, CustomStringConvertible {
    /// Processes that were killed with `SIGKILL`.
    public internal(set) var killCount = 0
    /// Changes that had been acknowledged, and were found.
    public internal(set) var acknowledgedCount: Int64 = 0
    /// Kills after which the change in flight was found too, which is allowed.
    public internal(set) var unacknowledgedCount = 0

    /// "200 kills, 5,321 acknowledged changes found, none lost; …".
    public var description: String {
      "\(killCount) kills, \(acknowledgedCount) acknowledged changes, none lost or torn; "
        + "the change in flight was there \(unacknowledgedCount) times"
    }
  }

  private let subject: StorageUnderTest
  private let killCount: Int
  private let seed: UInt64

  /// A run of so many kills.
  ///
  /// - Parameters:
  ///   - subject: a storage that has the role ``StorageUnderTest/Role/disk``.
  ///   - killCount: how often its process is killed and started again.
  ///   - seed: decides after how many acknowledgements, and how much later, each kill comes.
  public init(_ subject: StorageUnderTest, killCount: Int, seed: UInt64) {
    self.subject = subject
    self.killCount = killCount
    self.seed = seed
  }

  /// Kills, opens and compares.
  ///
  /// - Parameter directory: where to make the storage's own directory, which is removed afterwards;
  ///   the system's temporary one when nil.
  /// - Throws: ``ConformanceFailure`` with the number of the kill when something acknowledged is
  ///   missing, a batch is torn, or something is there that was never begun.
  public func run(in directory: String? = nil) async throws -> Report {
    try await withScratchDirectory(in: directory) { try await run(at: $0) }
  }

  /// The same in a directory that is there.
  func run(at directory: String) async throws -> Report {
    guard let helper = subject.helper else {
      throw ConformanceFailure(
        message: "\(subject.name) has no helper to kill", line: #line, file: #fileID)
    }
    var report = Report()
    var generator = SeededGenerator(seed: seed)
    var last = try await subject.withStorage(in: directory) { try await KillFinding($0).lastStep }
    for kill in 1...killCount {
      let patience = Int.random(in: 1...12, using: &generator)
      let delay = Int64.random(in: 0...3_000_000, using: &generator)
      let acknowledged =
        try await HelperProcess.lastAcknowledgement(
          of: helper, in: directory, after: patience, and: delay) ?? last
      do {
        let found = try await subject.withStorage(in: directory) { try await KillFinding($0) }
        try found.check(acknowledged: acknowledged)
        report.killCount += 1
        report.acknowledgedCount += acknowledged - last
        if found.lastStep > acknowledged { report.unacknowledgedCount += 1 }
        last = found.lastStep
      } catch {
        throw ConformanceFailure(
          message: "kill \(kill), seed \(seed): \(error)", line: #line, file: #fileID)
      }
    }
    return report
  }
}
