/// What an exploration of crashes has looked at, and what it found.
public struct CrashReport: Sendable, CustomStringConvertible {
  /// An outcome that breaks a promise.
  public struct Violation: Sendable, CustomStringConvertible {
    /// Where the program was stopped, what was lost, and so on to the last recovery.
    public var place: String
    /// What was found instead of what was promised.
    public var detail: String

    /// "operation 17: …, random loss, seed 4: …".
    public var description: String { "\(place): \(detail)" }
  }

  /// Operations of the history.
  public internal(set) var operationCount = 0
  /// Moments of the history at which the program was stopped.
  public internal(set) var stopCount = 0
  /// Outcomes of those: each moment with each loss, and with a kill.
  public internal(set) var outcomeCount = 0
  /// Recoveries that were stopped half-way, by how many in a row; the first is 1.
  public internal(set) var stoppedRecoveryCounts: [Int] = []
  /// Histories that went on from a recovered disk.
  public internal(set) var continuationCount = 0
  /// Disks that were recovered; what differs in nothing is recovered once.
  public internal(set) var recoveredDiskCount = 0
  /// The first violations, in the order they were met.
  public internal(set) var violations: [Violation] = []
  /// Violations beyond those.
  public internal(set) var unlistedViolationCount = 0

  /// All states that were held to a promise.
  public var checkedStateCount: Int {
    outcomeCount + stoppedRecoveryCounts.reduce(0, +) + continuationCount
  }

  /// The detail is put into words only if it is kept: that may cost more than finding it.
  mutating func add(_ place: String, _ detail: @autoclosure () -> String) {
    if violations.count < 10 {
      violations.append(Violation(place: place, detail: detail()))
    } else {
      unlistedViolationCount += 1
    }
  }

  mutating func countStoppedRecovery(inARow number: Int) {
    while stoppedRecoveryCounts.count < number { stoppedRecoveryCounts.append(0) }
    stoppedRecoveryCounts[number - 1] += 1
  }

  /// One line of counts.
  public var description: String {
    let recoveries = stoppedRecoveryCounts.map(String.init).joined(separator: " + ")
    return "\(operationCount) operations, \(stopCount) stops, \(outcomeCount) outcomes, "
      + "\(recoveries.isEmpty ? "0" : recoveries) stopped recoveries, "
      + "\(continuationCount) continuations: \(checkedStateCount) states checked on "
      + "\(recoveredDiskCount) different disks, "
      + "\(violations.count + unlistedViolationCount) violations"
  }
}
