import FileIO
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

/// Two groups on their way to the disk at once.
@Suite("Two lanes to the disk", .timeLimit(.minutes(30)))
struct SyncLaneTests {
  /// Holds the first sync of records back until it is let go.
  private final class Brake: Sendable {
    private let state = Monitor((isArmed: false, isHeld: false, isLetGo: false))

    func arm() { state.withLock { $0.isArmed = true } }

    func letGo() {
      state.withLock { $0.isLetGo = true }
      state.notifyAll()
    }

    func waitUntilHeld() { state.wait { $0.isHeld ? () : nil } }

    /// The same for tasks, which must not block a thread that another one may need.
    func untilHeld() async throws {
      let waiting = AsyncStream.makeStream(of: Void.self)
      _ = try OwnedThread(name: "waiting") { [self] in
        waitUntilHeld()
        waiting.continuation.finish()
      }
      for await _ in waiting.stream {}
    }

    func pass(_ operation: IOFailure.Operation) {
      guard operation == .sync else { return }
      let isMine = state.withLock { state in
        defer { if state.isArmed { state = (false, true, state.isLetGo) } }
        return state.isArmed
      }
      guard isMine else { return }
      state.notifyAll()
      state.wait { $0.isLetGo ? () : nil }
    }
  }

  /// A journal with one commit, whose syncs a brake can hold back.
  private func braked() throws -> (SimulatedFileSystem, Brake, Journal) {
    let system = SimulatedFileSystem(seed: 1)
    let brake = Brake()
    let files = InterposedFileSystem(system) { operation, _ in brake.pass(operation) }
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    try journal.commit([.put("a", "0")])
    return (system, brake, journal)
  }

  @Test(
    "A second group is acknowledged while the sync of the first still hangs, and the first with it")
  func overtaking() throws {
    let (system, brake, journal) = try braked()
    brake.arm()
    let first = try OwnedThread(name: "first") { _ = try? journal.commit([.put("a", "1")]) }
    brake.waitUntilHeld()
    try journal.commit([.put("b", "2")])
    // The sync of the second covers the first, which lies before it in the same file.
    #expect(try journal.state() == ["a": "1", "b": "2"])
    #expect(try system.afterPowerLoss(.allLost).open().state() == ["a": "1", "b": "2"])
    brake.letGo()
    first.join()
    try journal.close()
    #expect(try system.readState().state == ["a": "1", "b": "2"])
  }

  @Test("A task's commit is acknowledged while the sync of another one's still hangs")
  func overtakingTasks() async throws {
    let (system, brake, journal) = try braked()
    brake.arm()
    let first = Task { try await put("a", "1", in: journal) }
    try await brake.untilHeld()
    try await put("b", "2", in: journal)
    #expect(try journal.state() == ["a": "1", "b": "2"])
    #expect(try system.afterPowerLoss(.allLost).open().state() == ["a": "1", "b": "2"])
    brake.letGo()
    try await first.value
    try journal.close()
    #expect(try system.readState().state == ["a": "1", "b": "2"])
  }

  @Test("Tasks that are too few for a group beside a larger one are led when that ends")
  func fewBehindMany() async throws {
    let (_, brake, journal) = try braked()
    journal.queue.acquireTail()
    let many = (0..<8).map { number in Task { try await put("k\(number)", "", in: journal) } }
    while journal.queue.state.withLock({ $0.gathering.tasks.count < 8 }) { await Task.yield() }
    brake.arm()
    journal.releaseTail()
    try await brake.untilHeld()
    let few = Task { try await put("b", "1", in: journal) }
    while journal.queue.state.withLock({ $0.gathering.tasks.isEmpty }) { await Task.yield() }
    brake.letGo()
    for task in many { try await task.value }
    // Who has told the large group decides about the small one then.
    while journal.queue.state.withLock({ $0.returningTaskCount > 0 }) { await Task.yield() }
    let isLed = journal.queue.state.withLock {
      $0.gathering.tasks.isEmpty || $0.isGrantedToCommitter
    }
    #expect(isLed)
    // A thread takes along what nobody leads.
    if !isLed { try journal.commit([.put("c", "")]) }
    try await few.value
    #expect(try journal.state().count == 10 + (isLed ? 0 : 1))
    try journal.close()
  }

  private func put(_ key: String, _ value: String, in journal: Journal) async throws {
    try await journal.commit { record in
      RecordChange.appendPut(
        key: Array(key.utf8).span, value: Array(value.utf8).span, to: &record)
      return true
    }
  }

  @Test("A third group waits for a lane, and then goes through one sync with a fourth")
  func gathering() throws {
    let (_, brake, journal) = try braked()
    brake.arm()
    let threads = try (0..<8).map { number in
      try OwnedThread(name: "writer") { _ = try? journal.commit([.put("k\(number)", "")]) }
    }
    brake.waitUntilHeld()
    brake.letGo()
    for thread in threads { thread.join() }
    #expect(try journal.state().count == 9)
    #expect(journal.durableSequence == journal.lastSequence)
  }

  @Test("P5: a failure that one lane meets is not taken for a success by the other")
  func failure() throws {
    for fate in Fault.FailedSync.allCases {
      let (system, brake, journal) = try braked()
      brake.arm()
      let outcome = Monitor<JournalError?>(nil)
      let first = try OwnedThread(name: "first") {
        do throws(JournalError) {
          try journal.commit([.put("a", "1")])
        } catch {
          outcome.withLock { $0 = error }
        }
      }
      brake.waitUntilHeld()
      system.inject(Fault(.failedSync(fate), of: .sync))
      let error = #expect(throws: JournalError.self) { try journal.commit([.put("b", "2")]) }
      guard case .poisoned = error?.reason else {
        Issue.record("\(fate): \(String(describing: error))")
        return
      }
      brake.letGo()
      first.join()
      guard case .poisoned = outcome.withLock({ $0 })?.reason else {
        Issue.record("\(fate): the first was acknowledged")
        return
      }
      #expect(try journal.state() == ["a": "0"])
    }
  }

  @Test("Segments may be as long as they like")
  func endlessSegment() throws {
    let system = SimulatedFileSystem(seed: 1)
    for durability in [JournalOptions.Durability.synced, .buffered(interval: .seconds(36_000))] {
      var options = JournalOptions.deterministic
      options.durability = durability
      options.segmentByteCount = .max
      options.preallocationByteCount = 16 << 10
      let journal = try system.open(options)
      try journal.commit([.put("a", "1")])
      try journal.close()
    }
    #expect(try system.readState().state == ["a": "1"])
  }

  @Test("A mapped tail is stored into only where this process has written zeros")
  func tailOfACopy() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.deterministic
    options.durability = .buffered(interval: .seconds(36_000))
    options.preallocationByteCount = 16 << 10
    do {
      let journal = try system.open(options)
      try journal.commit([.put("a", "1")])
    }
    let killed = system.afterProcessKill()
    let name = try #require(killed.segmentNames.first)
    let end = try killed.bytes(name).count
    let journal = try killed.open(options)
    try journal.commit([.put("b", "2")])
    let operations = killed.operations.filter { $0.path.hasSuffix(name) }
    let cut = try #require(operations.first { $0.kind == .truncate })
    #expect(try #require(cut.offset) < end)
    let store = try #require(operations.first { $0.kind == .store })
    let zeros = operations.last { $0.kind == .write && $0.number < store.number }
    #expect(try #require(zeros).number > cut.number)
  }

  @Test("Groups leave the flight from the front, and the one taken last can be taken back")
  func flight() {
    var flight = CommitFlight()
    let groups = (0..<4).map { _ in CommitGroup() }
    for group in groups { flight.append(group) }
    #expect(flight.endFirst(while: { $0 === groups[1] }) === nil)
    flight.removeLast()
    let ended = flight.endFirst(while: { $0 !== groups[2] })
    #expect(ended === groups[0] && ended?.next === groups[1] && groups[1].next == nil)
    #expect(groups[0].hasEnded && groups[1].hasEnded && !groups[2].hasEnded)
    #expect(flight.first === groups[2])
    flight.removeLast()
    #expect(flight.isEmpty)
    flight.append(groups[3])
    #expect(flight.first === groups[3])
  }

  @Test("The flight knows how many tasks wait for its groups")
  func tasksInFlight() async throws {
    _ = try await TaskWaiter.suspend { waiter in
      let groups = (1...3).map { count in
        let group = CommitGroup()
        group.batch.tasks = Array(repeating: (waiter, .zero), count: count)
        return group
      }
      var flight = CommitFlight()
      for group in groups { flight.append(group) }
      #expect(flight.taskCount == 6)
      flight.removeLast()
      #expect(flight.taskCount == 3)
      _ = flight.endFirst(while: { $0 === groups[0] })
      #expect(flight.taskCount == 2)
      _ = flight.endFirst(while: { _ in true })
      #expect(flight.taskCount == 0)
      waiter.succeed(.zero)
    }
  }
}
