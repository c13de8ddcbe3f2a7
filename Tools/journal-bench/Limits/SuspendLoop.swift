import StateJournal

/// What Swift allows: tasks that suspend, and a thread that resumes them all once all of them wait.
/// Nothing is stored, so no journal can acknowledge the commits of tasks faster.
final class SuspendLoop: Contender {
  private let taskCount: Int

  init(taskCount: Int) { self.taskCount = taskCount }

  func run(round: Int, seconds: Double) throws -> Sample {
    let meeting = Meeting(taskCount: taskCount)
    let before = ProcessCounters.now
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    for _ in 0..<taskCount {
      Task {
        var count = 0
        while MonotonicClock.now < deadline {
          await meeting.wait()
          count += 1
        }
        meeting.leave(after: count)
      }
    }
    let count = meeting.serve()
    let spent = ProcessCounters.now.since(before)
    return Sample(
      perSecond: Double(count) * 1e9 / Double(MonotonicClock.now - begin),
      cpuMicroseconds: spent.cpuMicroseconds / Double(max(count, 1)))
  }

  func finish() throws {}

  /// Where the tasks wait for one another.
  private final class Meeting: Sendable {
    @safe struct Waiter: Sendable {
      let continuation: UnsafeContinuation<Void, Never>

      func resume() { unsafe continuation.resume() }
    }

    private struct State {
      var waiters: [Waiter] = []
      var taskCount: Int
      var count = 0
    }

    private let state: Monitor<State>

    init(taskCount: Int) { state = Monitor(State(taskCount: taskCount)) }

    /// Suspends the calling task until it is resumed with all others.
    func wait() async {
      await unsafe withUnsafeContinuation { continuation in
        let waiter = unsafe Waiter(continuation: continuation)
        let isComplete = state.withLock { state in
          state.waiters.append(waiter)
          return state.waiters.count == state.taskCount
        }
        if isComplete { state.notifyAll() }
      }
    }

    /// Ends a task that has waited so often.
    func leave(after count: Int) {
      state.withLock { state in
        state.taskCount -= 1
        state.count += count
      }
      state.notifyAll()
    }

    /// Resumes tasks until all have left; returns how often they have waited.
    func serve() -> Int {
      while true {
        let (waiters, count) = state.wait { state -> ([Waiter], Int)? in
          guard state.waiters.count == state.taskCount else { return nil }
          let waiters = state.waiters
          state.waiters = []
          state.waiters.reserveCapacity(waiters.count)
          return (waiters, state.count)
        }
        if waiters.isEmpty { return count }
        for waiter in waiters { waiter.resume() }
      }
    }
  }
}
