import FileIO
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

@Suite("Commits share writes and syncs", .timeLimit(.minutes(30)))
struct GroupCommitTests {
  private static let later = JournalOptions.Durability.buffered(interval: .milliseconds(1))

  /// Runs `body` on so many threads and returns when all have ended.
  private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    let threads = try (0..<count).map { index in
      try OwnedThread(name: "test-\(index)") { body(index) }
    }
    for thread in threads { thread.join() }
  }

  /// The sequence numbers of all records in the log, in the order in which they stand there.
  private func sequences(_ system: SimulatedFileSystem) throws -> [UInt64] {
    let directory = try system.openDirectory(storePath, creating: false)
    var sequences: [UInt64] = []
    for first in try DirectoryListing.read(directory).segments {
      let name = FileName.segment(first: first).text
      guard
        var reader = try SegmentReader.open(
          name, in: directory, first: first, isLast: true, store: nil)
      else { continue }
      var expected = first
      while case .record(let header) = try reader.step(expected: expected) {
        sequences.append(header.sequence.rawValue)
        #expect(header.durableThrough < header.sequence)
        expected = expected.next
      }
    }
    return sequences
  }

  @Test("A lone writer writes each commit by itself")
  func lone() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    for number in 0..<50 { try journal.commit([.put("k\(number)", "v")]) }
    #expect(journal.statistics.commitCount == 50)
    #expect(journal.statistics.groupCount == 50)
    // Nobody handed anything over to another thread, and each commit was synced once.
    let syncs = system.operations.filter { $0.kind == .sync && $0.path.hasSuffix(".journal") }
    #expect(syncs.count == 51)
  }

  @Test("While tasks are told of their group, the next waits for half of them, or the end of that")
  func returningTasks() async throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    @Sendable func commit(_ key: Int) async {
      let sequence = try? await journal.commit { record in
        RecordChange.appendPut(
          key: Array("k\(key)".utf8).span, value: Array("v".utf8).span, to: &record)
        return true
      }
      #expect(sequence != nil)
    }
    func gather(_ tasks: inout TaskGroup<Void>, _ keys: ClosedRange<Int>) async {
      for key in keys { tasks.addTask { await commit(key) } }
      while journal.queue.state.withLock({ $0.gathering.tasks.count }) < keys.upperBound {
        await Task.yield()
      }
    }
    journal.queue.state.withLock { $0.returningTaskCount = 10 }
    await withTaskGroup { tasks in
      await gather(&tasks, 1...4)
      #expect(journal.queue.state.withLock { !$0.isTailOwned && $0.flight.isEmpty })
      tasks.addTask { await commit(5) }
      await tasks.waitForAll()
    }
    #expect(journal.statistics.groupCount == 1)
    await withTaskGroup { tasks in
      await gather(&tasks, 1...2)
      #expect(journal.queue.state.withLock { !$0.isTailOwned && $0.flight.isEmpty })
      journal.tell(
        journal.queue.state.withLock {
          $0.returningTaskCount = 0
          return $0.findSuccessor()
        })
      await tasks.waitForAll()
    }
    #expect(journal.statistics.groupCount == 2)
    #expect(journal.queue.state.withLock { $0.returningTaskCount } == 0)
    try journal.close()
  }

  @Test("Threads and tasks, synced and buffered: every commit has its number, and all are there")
  func crowd() async throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(4000)
    options.compactionByteCount = 20_000
    options.maximumJournalByteCount = 60_000
    options.preallocationByteCount = 2000
    let journal = try system.open(options)
    let acknowledged = Shared<[UInt64: String]>([:])
    let body: @Sendable (Int) -> Void = { index in
      for number in 0..<60 {
        do throws(JournalError) {
          let durability = number.isMultiple(of: 3) ? Self.later : .synced
          let sequence = try journal.commit([.put("t\(index)/\(number)", "v")], durability)
          acknowledged.withLock { $0[sequence?.rawValue ?? 0] = "t\(index)/\(number)" }
          if number.isMultiple(of: 20) { try journal.sync() }
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask {
          for number in 0..<40 {
            let key = Array("a\(index)/\(number)".utf8)
            let durability = number.isMultiple(of: 4) ? Self.later : .synced
            let sequence = try await journal.commit(durability) { record in
              RecordChange.appendPut(key: key.span, value: key.span, to: &record)
              return true
            }
            acknowledged.withLock { $0[sequence?.rawValue ?? 0] = "a\(index)/\(number)" }
            if number.isMultiple(of: 10) { try await journal.sync() }
          }
        }
      }
      try onThreads(8, body)
      try await group.waitForAll()
    }
    let all = acknowledged.withLock { $0 }
    #expect(all.count == 8 * 60 + 8 * 40, "no number twice")
    #expect(all[0] == nil)
    let state = try journal.state()
    #expect(Set(state.keys) == Set(all.values))
    for (number, key) in all {
      #expect(try journal.get(Array(key.utf8).span)?.sequence.rawValue == number)
    }
    #expect(journal.statistics.commitCount == all.count)
    #expect(journal.statistics.groupCount < all.count, "commits shared groups")
    try journal.close()
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
  }

  @Test("The log has no gap, whoever wrote it")
  func gapless() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(2000))
    try onThreads(8) { index in
      for number in 0..<100 {
        _ = try? journal.commit(
          [.put("\(index)", "\(number)")], number.isMultiple(of: 2) ? Self.later : .synced)
      }
    }
    let last = journal.lastSequence.rawValue
    #expect(last == 801, "800 commits, and one that says who wrote them")
    #expect(try sequences(system) == Array(1...last))
  }

  @Test(
    "Closing while commits are under way: each is acknowledged and there, or refused and not",
    arguments: 0..<10)
  func closing(round: Int) throws {
    let system = SimulatedFileSystem(seed: UInt64(round))
    let journal = try system.open(.small(1000))
    let acknowledged = Shared<Set<String>>([])
    let refused = Shared<Set<String>>([])
    try onThreads(8) { index in
      for number in 0..<30 {
        if index == 0, number == round * 2 { try? journal.close() }
        let key = "\(index)/\(number)"
        do throws(JournalError) {
          try journal.commit([.put(key, "v")])
          _ = acknowledged.withLock { $0.insert(key) }
        } catch {
          if error.reason != .closed { Issue.record("\(error)") }
          _ = refused.withLock { $0.insert(key) }
        }
      }
    }
    try journal.close()
    #expect(refused.withLock { !$0.isEmpty })
    let disk = system.afterPowerLoss(.allLost)
    let recovered = try disk.open()
    let keys = acknowledged.withLock { $0 }
    #expect(recovered.recoveryReport.closedCleanly || keys.isEmpty)
    #expect(try Set(recovered.state().keys) == keys)
  }

  @Test("Tasks that wait when the journal is closed are answered")
  func closingTasks() async throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(1000))
    let acknowledged = Shared<Set<String>>([])
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<50 {
        group.addTask {
          if index == 25 { try? journal.close() }
          let key = Array("k\(index)".utf8)
          let sequence = try? await journal.commit { record in
            RecordChange.appendPut(key: key.span, value: key.span, to: &record)
            return true
          }
          if sequence != nil { _ = acknowledged.withLock { $0.insert("k\(index)") } }
        }
      }
    }
    try journal.close()
    let recovered = try system.afterPowerLoss(.allLost).open().state()
    #expect(Set(recovered.keys) == acknowledged.withLock { $0 })
  }

  @Test("Transactions of many threads lose no update of one another")
  func transactions() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(3000))
    try onThreads(8) { _ in
      for _ in 0..<50 {
        do throws(JournalError) {
          _ = try journal.transact(wrapping: { $0 }) { (transaction) throws(JournalError) in
            let key: [UInt8] = [1]
            let old = try transaction.state.get(key.span)?.value ?? [0, 0]
            let count = UInt16(old[0]) << 8 + UInt16(old[1]) + 1
            let new = [UInt8(count >> 8), UInt8(count & 0xFF)]
            transaction.put(key: key.span, value: new.span)
          }
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    let key: [UInt8] = [1]
    #expect(try journal.get(key.span)?.value == [1, 144])
  }

  @Test("A full disk takes commits back, and none that a transaction built on them gets through")
  func transactionsOnFullDisk() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(100_000))
    let counts = Shared((acknowledged: 0, refused: 0))
    try onThreads(4) { index in
      for number in 0..<60 {
        if index == 0, number % 6 == 0 {
          system.inject(Fault(.noSpace, of: .write, on: ".journal"))
        }
        do throws(JournalError) {
          _ = try journal.transact(wrapping: { $0 }) { (transaction) throws(JournalError) in
            let key: [UInt8] = [1]
            let old = try transaction.state.get(key.span)?.value ?? [0, 0]
            let count = UInt16(old[0]) << 8 + UInt16(old[1]) + 1
            let new = [UInt8(count >> 8), UInt8(count & 0xFF)]
            transaction.put(key: key.span, value: new.span)
          }
          counts.withLock { $0.acknowledged += 1 }
        } catch {
          guard case .outOfSpace = error.reason else {
            Issue.record("\(error)")
            continue
          }
          counts.withLock { $0.refused += 1 }
        }
      }
    }
    let (acknowledged, refused) = counts.withLock { $0 }
    #expect(acknowledged + refused == 240 && refused > 0)
    let key: [UInt8] = [1]
    let expected = [UInt8(acknowledged >> 8), UInt8(acknowledged & 0xFF)]
    #expect(try journal.get(key.span)?.value == expected)
    #expect(try sequences(system) == Array(1...journal.lastSequence.rawValue))
    let recovered = try system.afterPowerLoss(.allLost).open()
    #expect(try recovered.get(key.span)?.value == expected)
  }

  @Test("A full disk in the middle of a crowd leaves no gap, and nobody waiting")
  func fullDiskInACrowd() async throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(1500))
    let acknowledged = Shared<Set<String>>([])
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<200 {
        group.addTask {
          if index % 20 == 0 { system.inject(Fault(.noSpace, of: .write)) }
          if index % 7 == 0 { try? await journal.sync() }
          let key = Array("k\(index)".utf8)
          let sequence = try? await journal.commit(index % 2 == 0 ? Self.later : .synced) {
            RecordChange.appendPut(key: key.span, value: key.span, to: &$0)
            return true
          }
          if sequence != nil { _ = acknowledged.withLock { $0.insert("k\(index)") } }
        }
      }
    }
    system.clearFaults()
    try journal.commit([.put("last", "")])
    let expected = acknowledged.withLock { $0.union(["last"]) }
    #expect(try Set(journal.state().keys) == expected)
    #expect(try sequences(system) == Array(1...journal.lastSequence.rawValue))
    #expect(try Set(system.afterPowerLoss(.allLost).open().state().keys) == expected)
  }

  @Test("A sync behind commits that were taken back acknowledges none of them")
  func syncBehindTakenBack() async throws {
    let system = SimulatedFileSystem(seed: 1)
    let hook = Shared<[@Sendable () -> Void]>([])
    var options = JournalOptions.small(300)
    options.durability = .buffered(interval: .seconds(36_000))
    options.clock = {
      let body = hook.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      body?()
      return 1
    }
    let journal = try system.open(options)
    try journal.commit([.put("a", String(repeating: "a", count: 300))])
    let last = journal.lastSequence
    // The clock is asked for the commit, and then for the header of the segment that the rotation
    // begins. Another commit is made to gather in that moment.
    let tasks = Shared<Task<Bool, Never>?>(nil)
    hook.withLock { hook in
      hook = [
        {},
        {
          let task = Task {
            let sequence = try? await journal.commit { record in
              RecordChange.appendRemove(key: [1].span, to: &record)
              return true
            }
            return sequence != nil
          }
          tasks.withLock { $0 = task }
          while journal.queue.state.withLock({ $0.gathering.tasks.isEmpty }) {}
        },
      ]
    }
    system.inject(Fault(.noSpace, of: .write, on: ".journal"))
    #expect(throws: JournalError.self) { try journal.commit([.put("b", "b")]) }
    let task = tasks.withLock { $0 }
    #expect(await task?.value == false)
    #expect(journal.lastSequence == last)

    try journal.commit([.put("c", "c")])
    let after = journal.lastSequence
    #expect(after == last.next)
    try await journal.sync()
    #expect(journal.lastSequence == after)
    #expect(journal.durableSequence == after)
    try journal.commit([.put("d", "d")])
    #expect(try sequences(system) == Array(1...after.rawValue + 1))
  }

  @Test("A writer over the limit does not wait for a compaction that waits for the writer")
  func backPressure() throws {
    let system = SimulatedFileSystem(seed: 1)
    let hooked = HookedFileSystem(system)
    var options = JournalOptions.small()
    options.maximumJournalByteCount = 200
    let journal = try Journal.open(storePath, in: hooked, options: options)
    try journal.commit([.put("a", String(repeating: "a", count: 150))])
    // The compaction has begun, and does not own the tail yet.
    hooked.afterNextListing {
      let thread = try? OwnedThread(name: "writer") {
        for number in 0..<4 {
          _ = try? journal.commit([.put("b\(number)", String(repeating: "b", count: 150))])
        }
      }
      thread?.join()
    }
    let report = try journal.compact()
    #expect(report != nil)
    #expect(try journal.state().count == 5)
  }
}
