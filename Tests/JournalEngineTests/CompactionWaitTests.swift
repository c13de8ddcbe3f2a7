import FileIO
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

/// Who waits for a compaction, and how long after one that came to nothing.
@Suite("Waiting for compactions", .timeLimit(.minutes(30)))
struct CompactionWaitTests {
  /// Two commits of tasks, and how many have come on their way.
  private struct Tasks {
    var waiters: [TaskWaiter] = []
    var isArmed = false
    var writeCount = 0
  }

  @Test("A compaction that has to lead the commits of tasks does not wait for itself")
  func leadingItself() async throws {
    let system = SimulatedFileSystem(seed: 1)
    let tasks = Monitor(Tasks())
    let opened = Shared<Journal?>(nil)
    @Sendable func enqueue(_ waiter: TaskWaiter?) {
      guard let waiter, let journal = opened.withLock({ $0 }) else { return }
      do throws(JournalError) {
        _ = try journal.order.withLock { _ throws(JournalError) in
          try journal.enqueue(nil, task: waiter) { record in
            StoreChange.put("task", String(repeating: "t", count: 900)).append(to: &record)
            return true
          }
        }
      } catch {
        waiter.fail(error)
      }
    }
    let files = InterposedFileSystem(system) { operation, path in
      guard path.hasSuffix(".journal") else { return }
      // The first comes while the compaction has the tail, to begin a segment; the second while the
      // first is written, behind the header of that segment.
      let waiter = tasks.withLock { tasks -> TaskWaiter? in
        guard tasks.isArmed else { return nil }
        if operation == .write { tasks.writeCount += 1 }
        let isNext =
          tasks.waiters.count == 2 ? operation == .open : tasks.writeCount == 2
        return isNext ? tasks.waiters.popLast() : nil
      }
      enqueue(waiter)
    }
    var options = JournalOptions.small(1 << 20)
    options.maximumJournalByteCount = 4000
    let journal = try Journal.open(storePath, in: files, options: options)
    opened.withLock { $0 = journal }
    for number in 0..<10 {
      try journal.commit([.put("k\(number)", String(repeating: "v", count: 500))])
    }
    // From here on no thread leads what tasks commit.
    journal.shutDown()
    let compactor = try OwnedThread(name: "compactor") {
      tasks.wait { tasks -> Void? in
        guard tasks.waiters.count == 2 else { return nil }
        tasks.isArmed = true
        return ()
      }
      _ = try? journal.compact()
    }
    try await withThrowingTaskGroup { group in
      for _ in 0..<2 {
        group.addTask {
          _ = try await TaskWaiter.suspend { waiter in
            tasks.withLock { $0.waiters.append(waiter) }
            tasks.notifyAll()
          }
        }
      }
      try await group.waitForAll()
    }
    compactor.join()
    opened.withLock { $0 = nil }
    #expect(journal.lastSequence == LogSequenceNumber(13))
    #expect(journal.statistics.lastCompaction?.through == LogSequenceNumber(11))
  }

  @Test(
    "Commits that wait for a compaction are told of when they begin to wait and when they go on")
  func told() throws {
    let waits = Monitor<[String]>([])
    let replayed = Shared(0)
    let files = HookedFileSystem(SimulatedFileSystem(seed: 2))
    var options = JournalOptions.small(1 << 20)
    options.maximumJournalByteCount = 4000
    options.onEvent = { event in
      switch event {
      case .waitingForCompaction(let byteCount):
        replayed.withLock { $0 = byteCount }
        waits.withLock { $0.append("waiting") }
      case .waitedForCompaction(let duration):
        waits.withLock { $0.append(duration > .zero ? "waited" : "waited for no time") }
      default: return
      }
      waits.notifyAll()
    }
    let journal = try Journal.open(storePath, in: files, options: options)
    for number in 0..<10 {
      try journal.commit([.put("k\(number)", String(repeating: "v", count: 500))])
    }
    // Longer than allowed, but nothing is at work that would shorten it.
    #expect(waits.withLock { $0.isEmpty })
    let writer = Shared<OwnedThread?>(nil)
    files.duringNextSnapshot {
      let thread = try? OwnedThread(name: "writer") {
        _ = try? journal.commit([.put("a", String(repeating: "v", count: 600))])
        _ = try? journal.commit([.put("b", String(repeating: "v", count: 600))])
      }
      writer.withLock { $0 = thread }
      // The snapshot is not written before somebody waits for it.
      if thread != nil { waits.wait { $0.isEmpty ? nil : () } }
    }
    try journal.compact()
    writer.withLock { $0.take() }?.join()
    #expect(waits.withLock { $0 } == ["waiting", "waited"])
    #expect(replayed.withLock { $0 } > 4000)
    #expect(journal.lastSequence == LogSequenceNumber(13))
  }

  private let failure = JournalError(.closed, file: storePath)
  private let refusal = JournalError(.locked(nil), file: storePath)
  private let second: Int64 = 1_000_000_000

  @Test("After each failure the next compaction waits twice as long, up to five minutes")
  func failures() {
    var backOff = CompactionBackOff()
    #expect(backOff.nextStart == 0)
    for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] as [Int64] {
      backOff.note(failure, at: 7)
      #expect(backOff.nextStart == 7 + seconds * second)
    }
  }

  @Test("That somebody else compacts is no failure, and cuts the wait after failures no shorter")
  func refusals() {
    var backOff = CompactionBackOff()
    for round in 0..<20 as Range<Int64> {
      backOff.note(refusal, at: round * second)
      #expect(backOff.nextStart == (round + 1) * second)
    }
    for _ in 0..<4 { backOff.note(failure, at: 20 * second) }
    #expect(backOff.nextStart == 28 * second)
    backOff.note(refusal, at: 21 * second)
    #expect(backOff.nextStart == 28 * second)
    backOff.note(failure, at: 28 * second)
    #expect(backOff.nextStart == 44 * second)
  }

  @Test("A journal asks for no compaction right after those that failed, and again after a success")
  func backsOff() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(1 << 20)
    options.maximumJournalByteCount = 4000
    let journal = try system.open(options)
    #expect(journal.compaction.mayStart)
    try journal.commit([.put("k", "v")])
    // Often enough that the pause outlasts any machine's slowness.
    for _ in 0..<8 {
      system.inject(Fault(.noSpace, of: .write, on: ".snapshot.tmp"))
      #expect(throws: JournalError.self) { try journal.compact() }
    }
    #expect(!journal.compaction.mayStart)
    try journal.compact()
    #expect(journal.compaction.mayStart)
  }
}
