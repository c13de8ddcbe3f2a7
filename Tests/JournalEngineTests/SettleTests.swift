import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// What a buffered opening has found becomes durable behind its back. Reads do not wait for that.
@Suite("What a buffered opening has found", .timeLimit(.minutes(30)))
struct SettleTests {
  private static let later = JournalOptions.Durability.buffered(interval: .seconds(36_000))

  /// - Parameter isAlone: whether nobody makes it durable but who writes first.
  private static func options(isAlone: Bool = false) -> JournalOptions {
    var options = JournalOptions.small(4000)
    options.durability = later
    options.settlesInBackground = !isAlone
    return options
  }

  private static let found: StoreState = ["a": "1", "b": "2", "c": "3", "d": "4"]

  /// A machine on which a process was killed that had made two of its four commits durable.
  private static func killed() throws -> SimulatedFileSystem {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options(isAlone: true))
    try journal.commit([.put("a", "1")])
    try journal.commit([.put("b", "2")])
    try journal.sync()
    try journal.commit([.put("c", "3")])
    try journal.commit([.put("d", "4")])
    return system.afterProcessKill()
  }

  /// A disk that holds up the first write to the log, and all that come behind it.
  private final class Brake: Sendable {
    private let state = Monitor((isReached: false, isOff: false))

    func files(_ system: SimulatedFileSystem) -> InterposedFileSystem {
      InterposedFileSystem(system) { [state] operation, path in
        guard operation == .write, path.hasSuffix(".journal") else { return }
        state.withLock { $0.isReached = true }
        state.notifyAll()
        state.wait { $0.isOff ? () : nil }
      }
    }

    func waitUntilReached() { state.wait { $0.isReached ? () : nil } }

    func takeOff() {
      state.withLock { $0.isOff = true }
      state.notifyAll()
    }
  }

  /// Reads go on while the thread that makes it durable is held at its first write.
  @Test("Reads do not wait until it is durable; what is durable is not overstated")
  func reads() throws {
    let system = try Self.killed()
    let brake = Brake()
    let journal = try Journal.open(
      storePath, in: brake.files(system), options: Self.options())
    brake.waitUntilReached()
    #expect(try journal.state() == Self.found)
    #expect(journal.durableSequence < journal.lastSequence)
    brake.takeOff()
    try journal.sync()
    #expect(journal.durableSequence == journal.lastSequence)
    #expect(try system.afterPowerLoss(.allLost).open().state() == Self.found)
  }

  @Test("P4: with the default durability it is durable when opening returns")
  func synced() throws {
    let system = try Self.killed()
    let journal = try system.open(.small(4000))
    #expect(journal.durableSequence == journal.lastSequence)
    #expect(try system.afterPowerLoss(.allLost).open().state() == Self.found)
  }

  /// What may be the first thing that is done with the journal.
  enum First: CaseIterable {
    case commit, syncedCommit, sync, close, compact, fullCompact

    func run(_ journal: Journal) throws {
      switch self {
      case .commit: try journal.commit([.put("e", "5")], later)
      case .syncedCommit: try journal.commit([.put("e", "5")], .synced)
      case .sync: try journal.sync()
      case .close: try journal.close()
      case .compact: try journal.compact()
      case .fullCompact: try journal.compact(isFull: true)
      }
    }

    var isCommit: Bool { self == .commit || self == .syncedCommit }
  }

  @Test(
    "P4: it is durable before anything else is written, also where no thread can be started for it",
    arguments: First.allCases, [false, true])
  func first(_ first: First, isAlone: Bool) throws {
    let system = try Self.killed()
    let journal = try system.open(Self.options(isAlone: isAlone))
    try first.run(journal)
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state.filter { $0.key != "e" } == Self.found)
    #expect(first != .syncedCommit || state["e"] == "5")
  }

  @Test("P2: power lost at any operation of it leaves a prefix", arguments: First.allCases)
  func powerLoss(_ first: First) throws {
    let options = Self.options(isAlone: true)
    let rehearsal = try Self.killed()
    let journal = try rehearsal.open(options)
    try first.run(journal)
    let count = rehearsal.operations.count
    var seen: Set<Int> = []
    for number in 1...(count + 1) {
      let system = try Self.killed()
      system.crash(at: number)
      if let journal = try? system.open(options) {
        _ = try? journal.state()
        try? first.run(journal)
      }
      for seed in 0..<12 as Range<UInt64> {
        let loss: LossPattern = seed == 0 ? .allLost : seed == 1 ? .allKept : .random(seed: seed)
        let state = try system.afterPowerLoss(loss).open().state()
        let keys = state.keys.sorted()
        seen.insert(keys.count)
        #expect(
          keys == Array(["a", "b", "c", "d", "e"].prefix(keys.count)) && keys.count >= 2,
          "power lost at operation \(number), seed \(seed): \(state)")
      }
    }
    #expect(seen.isSuperset(of: first.isCommit ? [2, 4, 5] : [2, 4]))
  }

  @Test("P5: a sync of it that fails poisons, and reads go on", arguments: First.allCases)
  func failedSync(_ first: First) throws {
    let system = try Self.killed()
    let poisonedCount = Shared(0)
    var options = Self.options()
    options.onEvent = { event in
      if case .poisoned = event { poisonedCount.withLock { $0 += 1 } }
    }
    system.inject(Fault(.failedSync(.pagesDroppedButReadable), of: .sync, on: ".journal"))
    let journal = try system.open(options)
    for _ in 0..<2 {
      let error = #expect(throws: JournalError.self) { try first.run(journal) }
      guard case .poisoned = error?.reason else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(poisonedCount.withLock { $0 } == 1)
    #expect(journal.durableSequence < journal.lastSequence)
    #expect(try journal.state() == Self.found)
    try? journal.close()
    let again = try system.afterProcessKill().open()
    #expect(try again.state() == Self.found)
  }

  @Test("A full disk meanwhile is an error of the first one who writes, and passes")
  func fullDisk() throws {
    let system = try Self.killed()
    system.inject(Fault(.noSpace, of: .write, on: ".journal", repetitions: 2))
    let journal = try system.open(Self.options(isAlone: true))
    for _ in 0..<2 {
      let error = #expect(throws: JournalError.self) { try journal.commit([.put("e", "5")]) }
      guard case .outOfSpace = error?.reason else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(journal.failure == nil)
    try journal.commit([.put("e", "5")])
    try journal.sync()
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state == Self.found.merging(["e": "5"]) { $1 })
  }

  /// A disk that is full for one write, a limit of open files that is reached once, and such.
  @Test(
    "What only fails once is tried again in the background, also where nobody writes",
    arguments: [(.write, 28), (.open, 24), (.read, 5)] as [(IOFailure.Operation, Int32)])
  func triedAgain(operation: IOFailure.Operation, code: Int32) throws {
    let system = try Self.killed()
    let opener = CurrentThread.identifier
    let progress = Monitor((hasFailed: false, isDone: false))
    let files = InterposedFileSystem(system) { passing, path throws(IOFailure) in
      guard CurrentThread.identifier != opener else { return }
      let fails = progress.withLock { progress in
        if passing == .syncDirectory { progress.isDone = true }
        defer { if passing == operation { progress.hasFailed = true } }
        return passing == operation && !progress.hasFailed
      }
      progress.notifyAll()
      if fails { throw IOFailure(operation, path: path, code: code) }
    }
    let events = Shared([JournalError]())
    var options = Self.options()
    options.onEvent = { event in
      if case .settlingFailed(let error) = event { events.withLock { $0.append(error) } }
    }
    let journal = try Journal.open(storePath, in: files, options: options)
    // It would never come if it were not tried again.
    let done: Void? = progress.wait(until: { $0.isDone ? () : nil }, for: .seconds(120))
    #expect(done != nil)
    // Whoever is at it has this.
    journal.settlement.gate.withLock { #expect($0 == nil) }
    #expect(events.withLock { $0.count } == 1)
    #expect(journal.failure == nil)
    #expect(journal.durableSequence == journal.lastSequence)
    #expect(try system.afterPowerLoss(.allLost).open().state() == Self.found)
  }

  /// The last session was told of a failed sync, whose pages the kernel then calls clean.
  @Test("P2: what has left memory since it was read does not count as written again")
  func evicted() throws {
    let system = SimulatedFileSystem(seed: 1)
    let last = try system.open(Self.options(isAlone: true))
    try last.commit([.put("a", "1")])
    try last.commit([.put("b", "2")])
    try last.sync()
    try last.commit([.put("c", "3")])
    try last.commit([.put("d", "4")])
    system.inject(Fault(.failedSync(.pagesDroppedButReadable), of: .sync, on: ".journal"))
    #expect(throws: JournalError.self) { try last.sync() }
    let next = system.afterProcessKill()
    let name = try #require(next.segmentNames.first)
    let journal = try next.open(Self.options(isAlone: true))
    #expect(try journal.state() == Self.found)
    try next.replaceContents(
      of: storePath + "/" + name, with: try next.afterPowerLoss(.allLost).bytes(name))
    let error = #expect(throws: JournalError.self) { try journal.sync() }
    guard case .poisoned = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(journal.durableSequence < journal.lastSequence)
    #expect(try next.afterPowerLoss(.allLost).open().state() == ["a": "1", "b": "2"])
  }

  @Test("Names are made durable too, where all commits are", arguments: [false, true])
  func names(isTask: Bool) async throws {
    let system = SimulatedFileSystem(seed: 1)
    let last = try system.open(Self.options(isAlone: true))
    try last.commit([.put("a", "1")])
    try last.close()
    let next = system.afterProcessKill()
    let journal = try next.open(Self.options(isAlone: true))
    #expect(journal.durableSequence == journal.lastSequence)
    let count = next.operations.count
    if isTask { try await journal.sync() } else { try syncNow(journal) }
    #expect(next.operations.dropFirst(count).contains { $0.kind == .syncDirectory })
  }

  private func syncNow(_ journal: Journal) throws { try journal.sync() }

  @Test("P7: a closed journal that could not make it durable writes no more")
  func closed() throws {
    let system = try Self.killed()
    let journal = try system.open(Self.options(isAlone: true))
    system.inject(Fault(.error(5), of: .read, on: ".journal"))
    #expect(throws: JournalError.self) { try journal.close() }
    let count = system.operations.count
    let other = try system.open(.small(4000))
    let opened = system.operations.count
    #expect(throws: JournalError.self) { try journal.compact() }
    #expect(throws: JournalError.self) { try journal.sync() }
    #expect(opened > count)
    #expect(
      system.writes(after: opened).allSatisfy { !$0.path.hasSuffix(".journal") },
      "\(system.writes(after: opened))")
    #expect(try other.state() == Self.found)
  }

  @Test("A journal that nobody uses any more has given its lock away, whoever is at work on it")
  func dropped() throws {
    for _ in 0..<50 {
      let system = try Self.killed()
      let brake = Brake()
      var journal: Journal? = try Journal.open(
        storePath, in: brake.files(system), options: Self.options())
      #expect(try journal?.state() == Self.found)
      brake.waitUntilReached()
      let opener = try OwnedThread(name: "opens") { brake.takeOff() }
      journal = nil
      _ = try system.open()
      opener.join()
    }
  }

  @Test("Tasks wait for it as threads do")
  func tasks() async throws {
    let system = try Self.killed()
    let journal = try system.open(Self.options())
    try await journal.sync()
    #expect(try system.afterPowerLoss(.allLost).open().state() == Self.found)
    try await journal.commit { record in
      StoreChange.put("e", "5").append(to: &record)
      return true
    }
    #expect(try journal.state()["e"] == "5")
  }
}
