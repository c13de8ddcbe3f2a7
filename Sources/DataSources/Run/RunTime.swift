/// The run's clock, counted from its start, behind two closures so that the type of the clock does
/// not spread.
struct RunTime: Sendable {
  /// Time since the start.
  let elapsed: @Sendable () -> Duration
  /// Returns after a while, or throws when the task is cancelled.
  let sleep: @Sendable (Duration) async throws -> Void

  init(_ clock: some Clock<Duration>) {
    let start = clock.now
    elapsed = { start.duration(to: clock.now) }
    sleep = { try await clock.sleep(for: $0) }
  }
}
