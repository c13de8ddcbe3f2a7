/// What a run of kills came to.
package struct KillReport: Sendable {
  package var seed: UInt64
  package var seconds: Int64 = 0
  /// Workloads that were killed.
  package var killCount = 0
  /// Checks that were killed.
  package var checkKillCount = 0
  /// Workloads that came to their end before they could be killed.
  package var endCount = 0
  /// Workloads that were run.
  var lifeCount: Int { killCount + endCount }
  /// Updates that the store holds.
  package var updateCount: UInt64 = 0
  package var acknowledgementCount: UInt64 = 0
  package var violations: [String] = []

  init(seed: UInt64) { self.seed = seed }

  /// One line of figures.
  package var summary: String {
    "\(seconds) s, \(killCount) kills, \(checkKillCount) kills of checks, \(endCount) orderly ends, "
      + "\(updateCount) updates, \(acknowledgementCount) acks, \(violations.count) violations"
  }

  /// The summary and what was found.
  package var text: String {
    violations.reduce("seed \(seed): \(summary)\n") { $0 + "violation: \($1)\n" }
  }
}
