import Foundation
import Testing

@testable import FileIO

@Suite("Monitors, threads and clocks")
struct MonitorTests {
  @Test("No change made under the lock is lost")
  func exclusion() throws {
    let count = Monitor(0)
    let threads = try (0..<4).map { _ in
      try OwnedThread(name: "counter") {
        for _ in 0..<10_000 { count.withLock { $0 += 1 } }
      }
    }
    for thread in threads { thread.join() }
    #expect(count.withLock { $0 } == 40_000)
  }

  @Test("A waiting thread gets the answer that another one makes true", .timeLimit(.minutes(30)))
  func pingPong() throws {
    let turn = Monitor(0)
    let other = try OwnedThread(name: "pong") {
      for round in 0..<1000 {
        turn.wait { $0 == 2 * round + 1 ? () : nil }
        turn.withLock { $0 += 1 }
        turn.notifyAll()
      }
    }
    for round in 0..<1000 {
      let seen = turn.wait { $0 == 2 * round ? $0 : nil }
      #expect(seen == 2 * round)
      turn.withLock { $0 += 1 }
      turn.notifyOne()
    }
    other.join()
    #expect(turn.withLock { $0 } == 2000)
  }

  @Test("A wait with a timeout gives up, but looks at the state first")
  func timeout() {
    let monitor = Monitor(5)
    #expect(monitor.wait(until: { $0 == 6 ? $0 : nil }, for: .milliseconds(5)) == nil)
    #expect(monitor.wait(until: { $0 == 5 ? $0 : nil }, for: .zero) == 5)
    #expect(monitor.wait(until: { $0 == 6 ? $0 : nil }, for: .seconds(-1)) == nil)
  }

  @Test("A wait with a very long timeout is woken like any other", .timeLimit(.minutes(30)))
  func longTimeout() throws {
    let monitor = Monitor(false)
    let other = try OwnedThread(name: "waker") {
      monitor.withLock { $0 = true }
      monitor.notifyAll()
    }
    let answer = monitor.wait(
      until: { $0 ? 1 : nil }, for: .seconds(Int64.max))
    #expect(answer == 1)
    other.join()
  }

  @Test("An error thrown under the lock leaves the monitor usable")
  func throwing() {
    struct Refused: Error {}
    let monitor = Monitor(1)
    #expect(throws: Refused.self) {
      try monitor.withLock { (_: inout Int) throws(Refused) -> Void in throw Refused() }
    }
    #expect(throws: Refused.self) {
      try monitor.wait { (_: inout Int) throws(Refused) -> Int? in throw Refused() }
    }
    #expect(monitor.withLock { $0 } == 1)
  }

  @Test("The state goes away with the monitor")
  func release() {
    final class Witness: Sendable {}
    weak var witness: Witness?
    do {
      let monitor = Monitor(Witness())
      witness = monitor.withLock { $0 }
      #expect(witness != nil)
    }
    #expect(witness == nil)
  }

  @Test("Joining waits for the end of the thread, also when it has long ended")
  func join() throws {
    let gate = Monitor(false)
    let done = Monitor(false)
    let thread = try OwnedThread(name: "a name longer than fifteen bytes") {
      gate.wait { $0 ? () : nil }
      done.withLock { $0 = true }
    }
    #expect(!done.withLock { $0 })
    gate.withLock { $0 = true }
    gate.notifyAll()
    thread.join()
    #expect(done.withLock { $0 })
    thread.join()
  }

  @Test("Signals of the application do not run on our threads")
  func signals() throws {
    let before = isBlocked(SIGTERM)
    let blocked = Monitor(false)
    try OwnedThread(name: "signals") { [self] in
      blocked.withLock { $0 = isBlocked(SIGTERM) && !isBlocked(SIGSEGV) }
    }.join()
    #expect(blocked.withLock { $0 })
    #expect(isBlocked(SIGTERM) == before, "the starting thread keeps its own mask")
  }

  private func isBlocked(_ signal: Int32) -> Bool {
    var mask = sigset_t()
    return unsafe pthread_sigmask(SIG_BLOCK, nil, &mask) == 0 && sigismember(&mask, signal) == 1
  }

  @Test("Threads have identifiers of their own, and a process knows who it is")
  func identity() throws {
    let mine = CurrentThread.identifier
    #expect(mine == CurrentThread.identifier)
    let other = Monitor(mine)
    try OwnedThread(name: "other") { other.withLock { $0 = CurrentThread.identifier } }.join()
    #expect(other.withLock { $0 } != mine)
    let identity = ProcessIdentity.current
    #expect(identity == .current)
    #expect(identity.processIdentifier == getpid())
    #expect(!identity.hostName.isEmpty)
    #expect(identity.startTime <= WallClock.now)
    // 2020-01-01: the unit is nanoseconds.
    #expect(WallClock.now > 1_577_836_800_000_000_000)
    #expect(MonotonicClock.now <= MonotonicClock.now)
  }
}

@Suite("Full transfers")
struct FullTransferTests {
  @Test(
    "A path is taken apart as the kernel would",
    arguments: [
      ("a", ".", "a"), ("a/b", "a/", "b"), ("/a", "/", "a"), ("a/b//", "a/", "b"), ("/", "/", ""),
    ])
  func split(path: String, parent: String, name: String) {
    #expect(POSIXFileSystem.split(path) == (parent, name))
  }

  @Test("A failure reads as a sentence")
  func description() {
    let failure = IOFailure(.write, path: "state/a.journal", code: ENOSPC)
    #expect(
      failure.description == "write state/a.journal: No space left on device (errno 28)")
    #expect(failure.isOutOfSpace && !failure.isMissing && !failure.isAlreadyThere)
  }
}
