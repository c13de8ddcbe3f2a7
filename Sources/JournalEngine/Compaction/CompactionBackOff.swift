/// When a compaction may start by itself again after one that came to nothing.
struct CompactionBackOff {
  /// The monotonic time, in nanoseconds, before which none starts by itself.
  private(set) var nextStart: Int64 = 0
  private var failureCount = 0

  /// After a failure the next attempt waits: one second at first, twice as long each time, at most
  /// five minutes.
  ///
  /// That somebody else compacts is none: he shortens the log, or fails and backs off himself. Asked
  /// again after a second, whatever he comes to, and not sooner than earlier failures allow.
  mutating func note(_ error: JournalError, at now: Int64) {
    if case .locked = error.reason {
      nextStart = max(nextStart, now + 1_000_000_000)
      return
    }
    let seconds = min(Int64(1) << Int64(min(failureCount, 9)), 300)
    failureCount += 1
    nextStart = now + seconds * 1_000_000_000
  }
}
