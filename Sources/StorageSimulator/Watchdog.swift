import FileIO

/// Ends the process when one piece of work takes too long, and says which: an endless test tells
/// nobody its seed.
///
/// ```swift
/// let watchdog = Watchdog(limit: .seconds(60))
/// for seed in 0..<1000 {
///   watchdog.begin("seed \(seed)")
///   runJob(seed)
/// }
/// ```
public final class Watchdog: Sendable {
  private struct State {
    var work = "nothing yet"
    var count = 0
    var hasEnded = false
  }

  private let state = Monitor(State())

  /// Watches from now on, until this object goes away. Where no thread can be started to watch,
  /// nothing is watched.
  public init(limit: Duration) {
    let state = state
    _ = try? OwnedThread(name: "watchdog") { Self.watch(state, limit) }
  }

  deinit {
    state.withLock { $0.hasEnded = true }
    state.notifyAll()
  }

  /// A piece of work begins; the one before has ended.
  public func begin(_ work: String) {
    state.withLock { state in
      state.work = work
      state.count += 1
    }
  }

  private static func watch(_ state: Monitor<State>, _ limit: Duration) {
    while true {
      let count = state.withLock { $0.count }
      let hasEnded = state.wait(until: { $0.hasEnded ? true : nil }, for: limit) ?? false
      if hasEnded { return }
      state.withLock { state in
        // A thread that hangs cannot be made to throw; only the end of the process names the place.
        if state.count == count { fatalError("no end after \(limit): \(state.work)") }
      }
    }
  }
}
