import Synchronization

/// A clock whose time passes only by sleeping: either at once (and it notes for how long), or
/// never.
final class TestClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  /// What happens to somebody who sleeps.
  enum Mode {
    /// Time leaps to the end of the sleep.
    case leaping
    /// Time stands still; only cancellation ends a sleep.
    case frozen
  }

  private struct State {
    var now = Instant(offset: .zero)
    var sleeps: [Duration] = []
  }

  private let mode: Mode
  private let state = Mutex(State())

  /// Is told of each sleep before time leaps.
  private let onSleep: @Sendable (Duration) -> Void

  init(_ mode: Mode, onSleep: @escaping @Sendable (Duration) -> Void = { _ in }) {
    self.mode = mode
    self.onSleep = onSleep
  }

  var now: Instant { state.withLock { $0.now } }
  var minimumResolution: Duration { .nanoseconds(1) }
  /// How long everybody slept, in order.
  var sleeps: [Duration] { state.withLock { $0.sleeps } }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    switch mode {
    case .leaping:
      onSleep(now.duration(to: deadline))
      state.withLock { state in
        state.sleeps.append(state.now.duration(to: deadline))
        state.now = max(state.now, deadline)
      }
    case .frozen:
      await Gate().pass()
      throw CancellationError()
    }
  }
}
