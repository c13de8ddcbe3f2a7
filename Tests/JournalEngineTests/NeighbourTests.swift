import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

/// Writers, readers and compactions that share a directory.
@Suite("Processes beside each other")
struct NeighbourTests {
  private func fill(_ journal: Journal, _ prefix: String, _ count: Int) throws {
    for number in 0..<count {
      try journal.commit([.put("\(prefix)\(number)", String(repeating: "v", count: 50))])
    }
  }

  @Test("P7: a second writer is refused and told who the first is")
  func secondWriter() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    let before = try system.image
    let error = #expect(throws: JournalError.self) { try system.open() }
    guard case .locked(let owner) = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(owner?.processID == ProcessIdentity.current.processIdentifier)
    #expect(owner?.host == ProcessIdentity.current.hostName)
    let after = try system.image
    #expect(after == before)
    try journal.commit([.put("still", "works")])
    try journal.close()
    let next = try system.open()
    #expect(try next.value("still") == "works")
  }

  @Test("A journal that is let go of without closing leaves its lock")
  func abandonedWriter() throws {
    let system = SimulatedFileSystem(seed: 1)
    var journal: Journal? = try system.open()
    try journal?.commit([.put("a", "1")])
    journal = nil
    #expect(try system.open().value("a") == "1")
  }

  @Test("A second compaction is refused and told who the first is")
  func secondCompaction() throws {
    let system = SimulatedFileSystem(seed: 1)
    let hooked = HookedFileSystem(system)
    let journal = try Journal.open(storePath, in: hooked, options: .small())
    try fill(journal, "a", 5)
    let refusals = Mutex<[JournalError]>([])
    hooked.afterNextListing {
      for _ in 0..<2 {
        do throws(JournalError) {
          _ = try LiveCompaction.compact(storePath, in: system)
        } catch {
          refusals.withLock { $0.append(error) }
        }
      }
    }
    let report = try journal.compact()
    #expect(report != nil)
    let errors = refusals.withLock { $0 }
    #expect(errors.count == 2)
    for error in errors {
      guard case .locked(let owner) = error.reason else {
        Issue.record("\(error)")
        continue
      }
      #expect(owner?.processID == ProcessIdentity.current.processIdentifier)
    }
  }

  @Test(
    "A job starts and commits while a store that nobody had open is compacted, and a repair is refused",
    arguments: [false, true])
  func writerBesideIdleCompaction(isLong: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    let first = try system.open(.small(20_000))
    try fill(first, "a", 1200)
    try first.close()
    let closed = first.durableSequence
    var told = 0
    var expected: StoreState = [:]
    let report = try LiveCompaction.compact(
      storePath, in: system, retainedGenerationCount: 0, beyond: isLong ? 1 : 1 << 30,
      onProgress: { _ in
        told += 1
        guard told == 1 else { return }
        do {
          let job = try system.open()
          try fill(job, "b", 3)
          expected = try job.state()
          try job.close()
        } catch {
          Issue.record("\(error)")
        }
        let error = #expect(throws: JournalError.self) {
          try Rewind.run(storePath, in: system, to: LogSequenceNumber(5))
        }
        guard case .locked = error?.reason else {
          Issue.record("\(String(describing: error))")
          return
        }
      })
    #expect(told > 0 && report?.through == closed)
    #expect(expected.count == 1203)
    #expect(try system.readState().state == expected)
    // Nothing is left of the log that went into the snapshot.
    #expect(system.segmentNames.count == (isLong ? 2 : 1), "\(system.segmentNames)")
    #expect(try system.open().state() == expected)
  }

  @Test("P7: a reader takes no lock, writes nothing, and reads on while files disappear under it")
  func readerBesideCompaction() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small()
    options.retainedGenerationCount = 0
    let journal = try system.open(options)
    try fill(journal, "a", 10)
    try journal.compact()
    try fill(journal, "b", 5)
    let expected = try journal.state()
    let names = Set(system.storeNames)

    let count = system.operationCount
    let reader = try JournalReader(storePath, in: system)
    #expect(system.writes(after: count).isEmpty)
    try fill(journal, "c", 10)
    try journal.commit([.removePrefix("a")])
    try journal.compact(isFull: true)
    #expect(names.subtracting(system.storeNames).count > 2, "files that the reader uses are gone")
    let later = system.operationCount
    #expect(try reader.view.state() == expected)
    #expect(system.writes(after: later).isEmpty)
    let acknowledged = try journal.state()
    #expect(try system.readState().state == acknowledged)
  }

  @Test("A reader that was told of files which are gone when it opens them starts over")
  func readerMeetsCompaction() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small()
    options.retainedGenerationCount = 0
    let journal = try system.open(options)
    try fill(journal, "a", 10)
    let hooked = HookedFileSystem(system)
    hooked.afterNextListing { _ = try? journal.compact(isFull: true) }
    let reader = try JournalReader(storePath, in: hooked)
    let acknowledged = try journal.state()
    #expect(try reader.view.state() == acknowledged)
  }

  @Test("So does a writer that opens beside the compaction of another process")
  func writerMeetsCompaction() throws {
    let system = SimulatedFileSystem(seed: 1)
    let first = try system.open(.small())
    try fill(first, "a", 10)
    let expected = try first.state()
    try first.close()
    let hooked = HookedFileSystem(system)
    let isCompacted = Mutex(false)
    hooked.afterNextListing {
      let report = try? LiveCompaction.compact(storePath, in: system, retainedGenerationCount: 0)
      isCompacted.withLock { $0 = report != nil }
    }
    let journal = try Journal.open(storePath, in: hooked, options: .small())
    #expect(isCompacted.withLock { $0 })
    #expect(try journal.state() == expected)
    #expect(journal.recoveryReport.snapshotSequence > .zero)
  }

  @Test("A reader sees what was acknowledged, also when it comes in the middle of a session")
  func readerFollows() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small()
    options.preallocationByteCount = 4096
    let journal = try system.open(options)
    for number in 0..<20 {
      try journal.commit([.put("k\(number)", "v")])
      let acknowledged = try journal.state()
      #expect(try system.readState().state == acknowledged)
    }
    try journal.close()
    #expect(try system.readState().report.closedCleanly)
  }

  @Test(
    "A compaction from outside, then more changes, then the writer's own: the state is right, also after recovery",
    arguments: [0, 1, 2], [0, 1])
  func liveCompactionThenOwn(generations: Int, ownGenerations: Int) throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small()
    options.retainedGenerationCount = ownGenerations
    options.maximumRunCount = 3
    let journal = try system.open(options)
    var model: StoreState = [:]
    func commit(_ changes: [StoreChange]) throws {
      model.apply(changes)
      try journal.commit(changes)
    }
    func check(_ place: String) throws {
      #expect(try journal.state() == model, "\(place)")
      #expect(try system.readState().state == model, "\(place), by a reader")
      let recovered = try system.afterPowerLoss(.allLost).open().state()
      #expect(recovered == model, "\(place), after power loss")
    }
    for round in 0..<4 {
      for number in 0..<8 {
        try commit([.put("a\(number)", "\(round)"), .put("b\(round)\(number)", "x")])
      }
      if round > 0 { try journal.compact() }
      try check("round \(round), before")
      // Without anything new behind the writer's last compaction, too.
      if round != 2 { try commit([.put("c\(round)", "live")]) }
      _ = try LiveCompaction.compact(storePath, in: system, retainedGenerationCount: generations)
      try check("round \(round), compacted from outside")
      try commit([.removePrefix("a"), .put("a1", "again \(round)")])
      try commit([.remove("b\(round)1")])
      try check("round \(round), changed")
      try journal.compact()
      try check("round \(round), compacted from inside")
    }
    try journal.close()
    try check("closed")
  }

  @Test("P6: a compaction from outside takes only commits that are durable")
  func undurableCommits() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    try journal.commit([.put("a", "durable")])
    let durable = journal.lastSequence
    try journal.commit([.put("b", "cached")], .buffered(interval: .seconds(36_000)))
    let report = try LiveCompaction.compact(storePath, in: system)
    #expect(report?.through == durable)
    system.crash()
    let state = try system.afterPowerLoss(.allLost).open().state()
    #expect(state == ["a": "durable"])
  }

  @Test("A writer whose runs another process has merged away goes on from the merged one")
  func mergedAway() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(200)
    options.retainedGenerationCount = 0
    options.maximumRunCount = 1
    let journal = try system.open(options)
    var model: StoreState = [:]
    func fill(_ prefix: String, _ length: Int) throws {
      let changes = (0..<4).map {
        StoreChange.put("\(prefix)\($0)", String(repeating: prefix, count: length))
      }
      for change in changes {
        model.apply([change])
        try journal.commit([change])
      }
    }
    try fill("a", 200)
    try journal.compact()
    try fill("b", 20)
    try journal.compact()
    #expect(system.snapshotNames.count == 2)
    // Merges base and run, and comes no further than the writer did.
    _ = try LiveCompaction.compact(storePath, in: system, retainedGenerationCount: 0)
    #expect(system.snapshotNames.count == 1)
    try fill("c", 20)
    try journal.compact()
    #expect(try journal.state() == model)
    #expect(try system.readState().state == model)
    #expect(try system.afterPowerLoss(.allLost).open().state() == model)
  }

  @Test("A compaction removes what an earlier one left unfinished, and nothing of others")
  func sweep() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small())
    try fill(journal, "a", 5)
    let foreign = ["notes.tmp", "notes.txt", "x.journal"]
    for name in foreign { try system.replaceContents(of: "\(storePath)/\(name)", with: [1]) }
    let unfinished = snapshotName(through: 3) + FileName.temporarySuffix
    try system.replaceContents(of: "\(storePath)/\(unfinished)", with: [1])
    try journal.compact(isFull: true)
    let names = Set(system.storeNames)
    #expect(names.isSuperset(of: foreign))
    #expect(!names.contains(unfinished))
  }
}
