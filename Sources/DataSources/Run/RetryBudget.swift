/// Counts failures in a row against a policy.
struct RetryBudget {
  let policy: StreamErrorPolicy
  private(set) var failureCount = 0

  init(_ policy: StreamErrorPolicy) { self.policy = policy }

  /// The delay before trying again, or `nil` when the policy's outcome is due.
  mutating func delay(after error: DataSourceError) -> Duration? {
    guard error.isTransient else { return nil }
    failureCount += 1
    return policy.retry?.delay(beforeRetry: failureCount)
  }

  /// Something got through: the next failure is a new story.
  mutating func succeed() { failureCount = 0 }
}
