import Synchronization

/// Tells those who wait for commits that there may be more of them. A commit that nobody waits for
/// costs one atomic addition of nothing.
final class CommitSignal: Sendable {
  private struct State {
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var lastIdentity: UInt64 = 0
  }

  private let state = Mutex(State())
  /// How many wait, or are about to.
  private let waiterCount = Atomic<Int>(0)
  private let isEnded = Atomic<Bool>(false)

  /// Whether no more commits are to be expected.
  var hasEnded: Bool { isEnded.load(ordering: .acquiring) }

  /// Wakes everybody. To be called after a commit can be read.
  func notify() {
    // Not a mere load: whoever is about to wait has added itself here before it looks for commits.
    // Additions have one order: if its own comes first, it is seen here; else it sees what was
    // committed before this one.
    guard waiterCount.add(0, ordering: .acquiringAndReleasing).newValue > 0 else { return }
    let waiters = state.withLock { state in
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Wakes everybody for good; false when that has been done.
  @discardableResult
  func end() -> Bool {
    let hadEnded = isEnded.exchange(true, ordering: .acquiringAndReleasing)
    notify()
    return !hadEnded
  }

  /// Suspends the task until it is told of a commit, or cancelled. Returns at once when `isDue` says
  /// that there is something already.
  func wait(unless isDue: @Sendable () -> Bool) async {
    waiterCount.add(1, ordering: .acquiringAndReleasing)
    defer { waiterCount.subtract(1, ordering: .acquiringAndReleasing) }
    let identity = state.withLock { state in
      state.lastIdentity += 1
      return state.lastIdentity
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { $0.waiters[identity] = continuation }
        // In this order: what is committed from here on wakes the continuation.
        if isDue() || hasEnded || Task.isCancelled { wake(identity) }
      }
    } onCancel: {
      wake(identity)
    }
  }

  private func wake(_ identity: UInt64) {
    state.withLock { $0.waiters.removeValue(forKey: identity) }?.resume()
  }
}
