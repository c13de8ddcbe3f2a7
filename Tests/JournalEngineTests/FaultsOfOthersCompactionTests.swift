import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@Suite("Faults that other journals shipped: snapshots, locks and tools")
struct FaultsOfOthersCompactionTests {
  /// A journal with a snapshot, and changes since: some that a second replay would get wrong.
  private func grown(
    _ options: JournalOptions = .small()
  ) throws -> (SimulatedFileSystem, Journal, StoreState) {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options)
    var state: StoreState = [:]
    func commit(_ changes: [StoreChange]) throws {
      try journal.commit(changes)
      state.apply(changes)
    }
    for number in 1...6 { try commit([.put("a/\(number)", "old")]) }
    try journal.compact()
    try commit([.removePrefix("a/"), .put("a/1", "new")])
    try commit([.put("b/1", "v")])
    try commit([.remove("b/1"), .put("b/2", "v")])
    return (system, journal, state)
  }

  @Test("The journal emptied before its snapshot is durable", arguments: [0, 1])
  func emptiedTooEarly(generations: Int) throws {
    var options = JournalOptions.small()
    options.retainedGenerationCount = generations
    let (system, journal, state) = try grown(options)
    let count = system.operationCount
    let report = try #require(try journal.compact(isFull: true))
    let operations = Array(system.operations.dropFirst(count))
    let removal = operations.firstIndex {
      $0.kind == .remove && $0.path.hasSuffix(".journal")
    }
    if generations == 0 { #expect(removal != nil, "nothing was removed, so nothing is tested") }
    // Content, then name, then the name's durability, and only then is anything taken away.
    let content = try #require(
      operations.firstIndex { $0.kind == .sync && $0.path.contains(report.file) })
    let name = try #require(
      operations.firstIndex { $0.kind == .rename && $0.path.contains(report.file) })
    let durable = try #require(
      operations[name...].firstIndex { $0.kind == .syncDirectory })
    #expect(content < name)
    if let removal { #expect(durable < removal) }
    for number in 1...operations.count {
      let (machine, journal, _) = try grown(options)
      machine.crash(at: count + number)
      _ = try? journal.compact(isFull: true)
      machine.crash()
      for pattern in LossPattern.fixed + [.random(seed: UInt64(number))] {
        let found = try machine.afterPowerLoss(pattern).open().state()
        #expect(found == state, "operation \(count + number), \(pattern)")
      }
    }
  }

  @Test(
    "Records replayed twice after a crash between snapshot and truncation",
    arguments: [false, true])
  func replayedTwice(fromOutside: Bool) throws {
    let (system, journal, state) = try grown()
    // The snapshot is there, and everything that it covers still is.
    system.inject(Fault(.inputOutput, of: .remove, repetitions: 1000))
    if fromOutside {
      // It then ends in the middle of the segment that the writer goes on with.
      _ = try? LiveCompaction.compact(storePath, in: system)
    } else {
      _ = try? journal.compact(isFull: true)
    }
    try journal.commit([.put("after", "v")])
    system.crash()
    let left = system.afterPowerLoss(.allKept)
    #expect(left.segmentNames.count > 2)
    let again = try left.open()
    let report = again.recoveryReport
    #expect(report.snapshotSequence > LogSequenceNumber(6))
    let behind = again.lastSequence.rawValue - report.snapshotSequence.rawValue
    #expect(report.replayedCommitCount == Int(behind))
    #expect(try again.state() == state.merging(["after": "v"]) { $1 })
    #expect(try left.walk().records.count == Int(again.lastSequence.rawValue))
  }

  @Test(
    "An empty new journal after compaction makes the store unopenable", arguments: [true, false])
  func emptyJournalAfterCompaction(closing: Bool) throws {
    let (system, journal, state) = try grown()
    try journal.compact(isFull: true)
    if closing { try journal.close() }
    var left = system.afterPowerLoss(.allLost)
    // Again and again, with nothing written in between, by all who open it.
    for _ in 0..<3 {
      #expect(try left.readState().state == state)
      let again = try left.open()
      #expect(try again.state() == state)
      try again.compact(isFull: true, isForced: true)
      if closing { try again.close() }
      left = left.afterPowerLoss(.allLost)
      _ = try LiveCompaction.compact(storePath, in: left, isForced: true)
      left = left.afterPowerLoss(.allLost)
    }
    try left.open().commit([.put("after", "v")])
    #expect(try left.afterPowerLoss(.allLost).open().value("after") == "v")
  }

  @Test("A \"read-only\" verb that writes")
  func readOnlyVerbs() throws {
    var disks: [(String, SimulatedFileSystem)] = [
      ("grown", try .grownStore()), ("killed", try .grownStore(closing: false)),
    ]
    for (name, script) in CrashScript.all { disks.append((name, try script.start().0)) }
    for row in RecoveryTableTests.rows {
      disks.append((row.testDescription, try .store(row.files)))
    }
    for (name, disk) in disks where disk.filePaths.contains(where: { $0.hasPrefix(storePath) }) {
      let before = try disk.image
      let machine = disk.afterProcessKill()
      // Whatever they answer, also an error: they must not write.
      _ = try? machine.status()
      _ = try? machine.verify()
      _ = try? machine.walk()
      _ = try? machine.readState()
      _ = try? StateWalk.run(storePath, in: machine, at: nil, prefix: nil) { _ in true }
      // Asking who holds a lock takes none.
      let writes = machine.writes(after: 0).filter { $0.kind != .lock }
      #expect(writes.isEmpty, "\(name): \(writes)")
      #expect(try machine.image == before, "\(name)")
    }
    #expect(disks.count > 50)
  }

  @Test("A verify that raises false alarms beside a live writer")
  func falseAlarms() throws {
    let system = SimulatedFileSystem(seed: 1)
    let alarms = Mutex<[String]>([])
    let checkCount = Mutex(0)
    // Before every operation of the writer, and in the middle of each write.
    let writers = InterposedFileSystem(system, splittingWrites: true) {
      operation, path throws(IOFailure) in
      guard system.storeNames.contains("WATERMARK") else { return }
      checkCount.withLock { $0 += 1 }
      do {
        let result = try system.verify()
        if let worst = result.worst, worst > .note {
          alarms.withLock { $0.append("\(operation) \(path): \(result.findings)") }
        }
        let status = try system.status()
        if let failure = status.failure {
          alarms.withLock { $0.append("\(operation) \(path): \(failure)") }
        }
      } catch {
        alarms.withLock { $0.append("\(operation) \(path): \(error)") }
      }
    }
    var options = JournalOptions.small(300)
    options.retainedGenerationCount = 0
    options.preallocationByteCount = 4096
    let journal = try Journal.open(storePath, in: writers, options: options)
    for round in 0..<3 {
      for number in 0..<4 {
        try journal.commit([.put("k\(number)", String(repeating: "v", count: 60))])
      }
      try journal.compact(isFull: round == 1)
      if round == 2 { _ = try LiveCompaction.compact(storePath, in: writers) }
    }
    try journal.close()
    let found = alarms.withLock { $0 }
    #expect(found.isEmpty, "\(found.count), the first: \(found.first ?? "")")
    #expect(checkCount.withLock { $0 } > 150)
  }

  @Test("A verify that raises false alarms beside a live writer, which goes on between its reads")
  func falseAlarmsBetweenReads() throws {
    var options = JournalOptions.small(300)
    options.retainedGenerationCount = 0
    var moment = 1
    var isPast = false
    while !isPast {
      let (system, journal, _) = try grown(options)
      let operationCount = Mutex(0)
      // Rotates, and takes files away that the check has listed.
      let readers = InterposedFileSystem(system) { [moment] _, path throws(IOFailure) in
        let number = operationCount.withLock { count in
          count += 1
          return count
        }
        guard number == moment else { return }
        do {
          for number in 0..<4 {
            try journal.commit([.put("k\(number)", String(repeating: "v", count: 60))])
          }
          try journal.compact(isFull: moment % 2 == 0)
          try journal.commit([.put("late", "v")])
        } catch {
          Issue.record("\(path): \(error)")
        }
      }
      let found = try StoreVerifier.verify(
        readers.openDirectory(storePath, creating: false))
      let alarms = found.findings.filter { $0.severity > .note }
      #expect(alarms.isEmpty, "operation \(moment)")
      isPast = operationCount.withLock { $0 } < moment
      moment += 1
    }
    #expect(moment > 20)
  }

  @Test("A stale lock of a reused pid")
  func staleLock() throws {
    let system = SimulatedFileSystem(seed: 1)
    try system.open().commit([.put("k", "v")])
    // What a process that is gone has left says that we hold it, or that process 1 does, which runs.
    for process in [ProcessIdentity.current.processIdentifier, 1] {
      let line = "writer pid=\(process) host=\(ProcessIdentity.current.hostName) opened=1700000000"
      let text = Array((line + String(repeating: " ", count: 255 - line.utf8.count) + "\n").utf8)
      let disk = system.afterProcessKill()
      try disk.replaceContents(of: storePath + "/LOCK", with: text + text)
      let directory = try disk.store
      #expect(try DirectoryLock.currentOwner(of: .writer, in: directory) == .none)
      let status = try disk.status()
      #expect(status.writer == nil)
      let journal = try disk.open()
      #expect(try journal.value("k") == "v")
      try journal.commit([.put("k", "w")])
      try journal.compact(isFull: true)
      // And the lock that is held is held, whatever the text says.
      try disk.replace("LOCK") { $0 = Array("nobody".utf8) }
      #expect(throws: JournalError.self) { try disk.open() }
    }
  }

  @Test("Temporary files of failed compactions filling the disk")
  func temporaryFiles() throws {
    let (system, journal, state) = try grown()
    func temporaries(_ system: SimulatedFileSystem) -> [String] {
      system.storeNames.filter { $0.hasSuffix(FileName.temporarySuffix) }
    }
    // A compaction that fails cleans up behind itself, whatever fails.
    for effect in [Fault.Effect.inputOutput, .noSpace, .errorAfterPart(byteCount: 50, 28)] {
      for kind in [IOFailure.Operation.write, .sync] {
        system.inject(Fault(effect, of: kind, on: ".snapshot" + FileName.temporarySuffix))
        #expect(throws: JournalError.self) { try journal.compact(isFull: true) }
        system.clearFaults()
        #expect(temporaries(system).isEmpty, "\(effect) of \(kind)")
      }
    }
    // One that is killed cannot; the next one does.
    var left = system.afterPowerLoss(.allLost)
    for round in 0..<5 {
      let machine = left.afterProcessKill()
      let again = try machine.open()
      let name = ".snapshot" + FileName.temporarySuffix
      let count = machine.operationCount
      let probe = left.afterProcessKill()
      try probe.open().compact(isFull: true, isForced: true)
      let rename = try #require(
        probe.operations.first { $0.kind == .rename && $0.path.hasSuffix(name) })
      machine.crash(at: rename.number)
      _ = try? again.compact(isFull: true, isForced: true)
      #expect(machine.operationCount > count)
      left = machine.afterPowerLoss(.allKept)
      #expect(temporaries(left).count == 1, "round \(round)")
    }
    let last = try left.open()
    try last.compact(isFull: true, isForced: true)
    #expect(temporaries(left).isEmpty)
    #expect(try last.state() == state)
  }

  @Test("Rename visible but not durable when the next run builds on it")
  func visibleRename() throws {
    let rehearsal = SimulatedFileSystem(seed: 1)
    var whole = CrashOracle()
    try CrashScript.everything.run(on: rehearsal, &whole)
    // At each of these a new name can be seen that is not durable yet.
    let points = rehearsal.operations.filter { $0.kind == .syncDirectory }
    #expect(points.count > 20)
    for point in points {
      let system = SimulatedFileSystem(seed: 1)
      var oracle = CrashOracle()
      system.crash(at: point.number)
      _ = try? CrashScript.everything.run(on: system, &oracle)
      // Killed: the next process sees the new name, and only that process could make it durable.
      let next = system.afterProcessKill()
      let found = try next.open(.small()).state()
      let expected = found.merging(["built": "on it"]) { $1 }
      let run = system.afterProcessKill()
      try buildOn(run)
      for pattern in LossPattern.fixed {
        let state = try run.afterPowerLoss(pattern).open(.small()).state()
        #expect(state == expected, "\(point), \(pattern)")
      }
      // Names of the next run may reach the disk without those that it built on.
      for later in run.operations where later.kind == .syncDirectory {
        let run = system.afterProcessKill()
        run.crash(at: later.number)
        var isBuilt = false
        try? buildOn(run) { isBuilt = true }
        for pattern in LossPattern.fixed + (0..<12).map(LossPattern.random) {
          let state = Result { try run.afterPowerLoss(pattern).open(.small()).state() }
          var isKept = (try? state.get()) == expected
          if !isBuilt, !isKept, let seen = try? state.get() {
            isKept = oracle.prefix(of: seen, atLeast: oracle.durableCount) != nil
          }
          #expect(isKept, "\(point), then \(later), \(pattern): \(state)")
        }
      }
    }
  }

  /// A session that adds a commit, and takes away what is superseded.
  private func buildOn(
    _ system: SimulatedFileSystem, acknowledged: () -> Void = {}
  ) throws {
    let journal = try system.open(.small())
    try journal.commit([.put("built", "on it")])
    acknowledged()
    try journal.compact(isFull: true)
  }
}
