import Synchronization

#if canImport(Darwin)
  import Dispatch
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A gate in front of which threads sleep: one may be let through alone, to lead, and then it opens
/// for all that are left, once.
///
/// Unlike a condition variable it has no lock that everybody who wakes up has to take, one behind
/// the other; and those who are let through wake two more each, so that waking many is not one
/// thread's work.
package final class ThreadGate: Sendable {
  /// What a thread that came through is to do.
  package enum Passage: Sendable {
    case leads
    case isOpen
  }

  private static let closed = 0
  private static let election = 1
  private static let open = 2

  private let state = Atomic<Int>(closed)
  private let sleeperCount = Atomic<Int>(0)
  private let semaphore = Semaphore()

  package init() {}

  /// Waits until this thread is elected or the gate is open.
  ///
  /// - Parameter spinCount: how often to look before going to sleep, for waits that are shorter
  ///   than falling asleep and waking up.
  package func wait(spinCount: Int = 0) -> Passage {
    for _ in 0..<spinCount {
      if let passage { return passage }
      pauseBriefly()
    }
    while true {
      semaphore.wait()
      guard let passage else { continue }
      if passage == .isOpen { wakeSome() }
      return passage
    }
  }

  /// Lets one thread through, which leads. Called while one waits, or is about to.
  package func elect() {
    state.store(Self.election, ordering: .releasing)
    semaphore.signal()
  }

  /// Opens the gate for `threadCount` threads that wait or are about to. What was written before is
  /// visible to them.
  package func open(threadCount: Int) {
    sleeperCount.store(threadCount, ordering: .relaxed)
    state.store(Self.open, ordering: .releasing)
    wakeSome()
  }

  /// What the gate has for a thread in front of it now.
  private var passage: Passage? {
    switch state.load(ordering: .acquiring) {
    case Self.open: return .isOpen
    case Self.election:
      let (isMine, _) = state.compareExchange(
        expected: Self.election, desired: Self.closed, ordering: .acquiringAndReleasing)
      return isMine ? .leads : nil
    default: return nil
    }
  }

  private func wakeSome() {
    for _ in 0..<2 {
      // Above zero only as long as there are threads for whom nobody has signalled.
      guard sleeperCount.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 else { return }
      semaphore.signal()
    }
  }
}

/// A number of signals; waiting takes one, and sleeps while there is none.
@safe private final class Semaphore: @unchecked Sendable {
  // Unchecked because of the pointer, which never changes; what it points to is for any thread.

  #if canImport(Darwin)
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }

    func signal() { semaphore.signal() }
  #else
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
      unsafe semaphore = .allocate(capacity: 1)
      unsafe semaphore.initialize(to: sem_t())
      let code = unsafe sem_init(semaphore, 0, 0)
      precondition(code == 0, "no semaphore with the value zero")
    }

    deinit {
      _ = unsafe sem_destroy(semaphore)
      unsafe semaphore.deallocate()
    }

    func wait() {
      // Fails only when a signal handler interrupted it.
      while unsafe sem_wait(semaphore) != 0 {}
    }

    func signal() {
      // Fails only above two billion signals that nobody took.
      _ = unsafe sem_post(semaphore)
    }
  #endif
}

/// Tells the processor that this is a loop that waits.
private func pauseBriefly() {
  #if canImport(Darwin) || canImport(Glibc) || canImport(Musl)
    _ = sched_yield()
  #endif
}
