import Synchronization
import Testing

@testable import FileIO

@Suite("Gates", .timeLimit(.minutes(30)))
struct ThreadGateTests {
  @Test("An opened gate lets everybody through, early and late", arguments: [0, 50])
  func open(spinCount: Int) throws {
    for threadCount in [1, 2, 3, 8, 33] {
      let gate = ThreadGate()
      let passed = Atomic<Int>(0)
      let answer = Atomic<Int>(0)
      try withThreads(threadCount) {
        if gate.wait(spinCount: spinCount) == .isOpen, answer.load(ordering: .relaxed) == 42 {
          passed.add(1, ordering: .relaxed)
        }
      } while: {
        answer.store(42, ordering: .relaxed)
        gate.open(threadCount: threadCount)
      }
      #expect(passed.load(ordering: .relaxed) == threadCount)
    }
  }

  @Test("An election lets exactly one through; those that are left pass when the gate opens")
  func election() throws {
    for round in 0..<200 {
      let gate = ThreadGate()
      let leaders = Atomic<Int>(0)
      let followers = Atomic<Int>(0)
      try withThreads(4) {
        switch gate.wait(spinCount: round % 3) {
        case .leads:
          leaders.add(1, ordering: .relaxed)
          gate.open(threadCount: 4)
        case .isOpen: followers.add(1, ordering: .relaxed)
        }
      } while: {
        gate.elect()
      }
      #expect(leaders.load(ordering: .relaxed) == 1)
      #expect(followers.load(ordering: .relaxed) == 3)
    }
  }

  private func withThreads(
    _ count: Int, _ body: @escaping @Sendable () -> Void, while action: () -> Void
  ) throws {
    let threads = try (0..<count).map { _ in try OwnedThread(name: "gate", body) }
    action()
    for thread in threads { thread.join() }
  }
}
