/// How often, and after which pauses, a request is sent again that failed for a reason that may pass.
public struct RetrySchedule: Sendable {
  /// How often a request is sent at most.
  public var attemptCount: Int
  /// The pause before the second attempt; each further one is twice as long.
  public var firstPause: Duration
  /// The longest pause.
  public var longestPause: Duration

  /// Five attempts within some eight seconds unless given otherwise.
  public init(
    attemptCount: Int = 5, firstPause: Duration = .milliseconds(500),
    longestPause: Duration = .seconds(30)
  ) {
    self.attemptCount = max(attemptCount, 1)
    self.firstPause = firstPause
    self.longestPause = longestPause
  }

  /// The pause after a failed attempt, counted from 1. Up to half of it is left to chance, so that
  /// many jobs that failed together do not all come back together.
  package func pause(after attempt: Int, chance: Double) -> Duration {
    let doubled = firstPause * (1 << min(attempt - 1, 20))
    return min(doubled, longestPause) * (0.5 + chance / 2)
  }
}
