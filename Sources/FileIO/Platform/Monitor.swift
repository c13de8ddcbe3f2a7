#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One state, the lock that guards it, and a way for threads to wait until it changes
/// (C. A. R. Hoare, "Monitors: an operating system structuring concept", 1974).
///
/// `Mutex` from the standard library has no waiting, and on Linux the thread sanitizer cannot see
/// it and calls all that it guards a race; this has the one and not the other. Waiting blocks the
/// thread, so asynchronous code must not do it. The lock is not reentrant.
@safe package final class Monitor<State: ~Copyable>: @unchecked Sendable {
  // Unchecked because the compiler cannot see that `state` is touched only under `mutex`; every
  // access in this file is between `lock` and `unlock`.

  // Outside of the object, since POSIX forbids moving a mutex or condition once initialised.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let state: UnsafeMutablePointer<State>

  /// Creates a monitor that guards `initial`.
  package init(_ initial: consuming sending State) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe state = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe state.initialize(to: initial)
    check(unsafe pthread_mutex_init(mutex, nil))
    unsafe initializeWithMonotonicClock(condition)
  }

  deinit {
    check(unsafe pthread_cond_destroy(condition))
    check(unsafe pthread_mutex_destroy(mutex))
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` while holding the lock.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock()
    defer { unlock() }
    return try unsafe body(&state.pointee)
  }

  /// Waits until `ready` answers, and returns the answer. `ready` runs under the lock: at once,
  /// and after each notification.
  package func wait<Result, Failure: Error>(
    until ready: (inout sending State) throws(Failure) -> sending Result?
  ) throws(Failure) -> sending Result {
    lock()
    defer { unlock() }
    while true {
      if let result = try unsafe ready(&state.pointee) { return result }
      check(unsafe pthread_cond_wait(condition, mutex))
    }
  }

  /// Waits like ``wait(until:)`` for at most `timeout`, by a clock that nobody sets. Returns nil
  /// when the time is over and a last look at the state had no answer.
  package func wait<Result, Failure: Error>(
    until ready: (inout sending State) throws(Failure) -> sending Result?, for timeout: Duration
  ) throws(Failure) -> sending Result? {
    let deadline = MonotonicClock.deadline(after: timeout)
    lock()
    defer { unlock() }
    while true {
      if let result = try unsafe ready(&state.pointee) { return result }
      let remaining = deadline - MonotonicClock.now
      if remaining <= 0 { return nil }
      unsafe waitOnce(condition, mutex, nanoseconds: remaining, deadline: deadline)
    }
  }

  /// Wakes every waiting thread, to look at the state again.
  package func notifyAll() { check(unsafe pthread_cond_broadcast(condition)) }

  /// Wakes one waiting thread, when any waits. Right only when each of them could use the change.
  package func notifyOne() { check(unsafe pthread_cond_signal(condition)) }

  private func lock() { check(unsafe pthread_mutex_lock(mutex)) }

  private func unlock() { check(unsafe pthread_mutex_unlock(mutex)) }
}

/// The lock operations fail only when the monitor itself is used against its contract.
private func check(_ code: Int32) {
  precondition(code == 0, "monitor misused")
}

/// Prepares a condition whose timeouts follow the monotonic clock: with the wall clock, setting
/// the time back an hour would make a wait an hour longer.
private func initializeWithMonotonicClock(_ condition: UnsafeMutablePointer<pthread_cond_t>) {
  #if canImport(Darwin)
    check(unsafe pthread_cond_init(condition, nil))
  #else
    var attributes = pthread_condattr_t()
    check(unsafe pthread_condattr_init(&attributes))
    check(unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC))
    check(unsafe pthread_cond_init(condition, &attributes))
    check(unsafe pthread_condattr_destroy(&attributes))
  #endif
}

/// Waits for one notification, a spurious one, or the end of the time. Which of them it was does
/// not matter: the caller looks at its state and at the clock.
private func waitOnce(
  _ condition: UnsafeMutablePointer<pthread_cond_t>,
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>,
  nanoseconds remaining: Int64, deadline: Int64
) {
  #if canImport(Darwin)
    var time = timespec(nanoseconds: remaining)
    let code = unsafe pthread_cond_timedwait_relative_np(condition, mutex, &time)
  #else
    var time = timespec(nanoseconds: deadline)
    let code = unsafe pthread_cond_timedwait(condition, mutex, &time)
  #endif
  precondition(code == 0 || code == ETIMEDOUT, "monitor misused")
}
