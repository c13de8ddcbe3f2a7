import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

/// The newest snapshot goes bad, at each of its parts and at each moment that it can be noticed.
@Suite("The previous generation serves for a damaged snapshot")
struct SnapshotFallbackTests {
  /// Bytes from the start (or, if negative, from the end) of a snapshot in each part that opening
  /// reads, and in a block.
  private static let header = 30
  private static let index = -115
  private static let footer = -20
  private static let block = 100

  /// A store with a base, and another one of everything before; returns its state.
  private func build(_ system: SimulatedFileSystem, generations: Int = 1) throws -> StoreState {
    var options = JournalOptions.small(300)
    options.retainedGenerationCount = generations
    let journal = try system.open(options)
    // So large that what comes later is written as a run on top of it.
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    for number in 0..<6 { try journal.commit([.put("a\(number)", "first")]) }
    try journal.compact(isFull: true)
    for number in 3..<9 { try journal.commit([.put("a\(number)", "second")]) }
    try journal.commit([.removePrefix("a8")])
    try journal.compact(isFull: true)
    try journal.commit([.put("b", "third"), .remove("a0")])
    let state = try journal.state()
    try journal.close()
    return state
  }

  private func newest(_ system: SimulatedFileSystem) throws -> String {
    try #require(system.snapshotNames.max())
  }

  private func damage(_ system: SimulatedFileSystem, at offset: Int) throws {
    try system.replace(newest(system)) { $0[offset < 0 ? $0.count + offset : offset] ^= 0x40 }
  }

  @Test(
    "P6: the previous generation serves when header, index or footer is damaged",
    arguments: [header, index, footer])
  func atOpen(offset: Int) throws {
    let system = SimulatedFileSystem(seed: 1)
    let expected = try build(system)
    try damage(system, at: offset)

    let (seen, report) = try system.readState()
    #expect(seen == expected)
    #expect(report.damagedSnapshots.count == 1)

    let journal = try system.open()
    let state = try journal.state()
    #expect(state == expected)
    let error = try #require(journal.recoveryReport.damagedSnapshots.first)
    let name = try newest(system)
    #expect(error.file.hasSuffix(name))
    #expect(error.offset != nil)
    try expectWhole(journal, system, expected)
  }

  @Test(
    "P6: no single damaged snapshot loses the state, whichever it is, however often runs were merged",
    arguments: [header, index, footer, block])
  func anySnapshot(offset: Int) throws {
    let original = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.maximumRunCount = 2
    let journal = try original.open(options)
    // Bases so large that what comes later is written as runs on top of them.
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    for round in 0..<14 {
      try journal.commit([
        .put("a\(round)", "first"), .put("b\(round)1", "x"), .put("c", "\(round)"),
      ])
      try journal.commit([.put("b\(round)2", "x"), .remove("a\(round / 2)")])
      if round.isMultiple(of: 3) { try journal.commit([.removePrefix("b\(round)")]) }
      try journal.compact(isFull: round == 0 || round == 6)
      try journal.commit([.put("tail", "\(round)")])
      let expected = try journal.state()
      for name in original.snapshotNames {
        let system = original.afterProcessKill()
        try system.replace(name) { $0[offset < 0 ? $0.count + offset : offset] ^= 0x40 }
        for memory in [ReplayMemory.unbounded, .bounded(byteCount: 1)] {
          #expect(
            try system.readState(within: memory).state == expected,
            "\(name), round \(round), reader, \(memory)")
        }
        #expect(try system.verify().isStateIntact, "\(name), round \(round), verifying")
        let again = try system.open(options)
        #expect(try again.state() == expected, "\(name), round \(round)")
        // Whatever served, what follows is built on it.
        try again.commit([.put("more", "1")])
        try again.compact(isFull: true)
        let more = try again.state()
        #expect(more == expected.merging(["more": "1"]) { $1 })
        system.crash()
        #expect(try system.afterPowerLoss(.allLost).open().state() == more)
      }
    }
  }

  @Test("Reading notices a damaged block: a look-up, a walk, and a reader of another process")
  func atReading() throws {
    let original = SimulatedFileSystem(seed: 1)
    let expected = try build(original)
    try damage(original, at: Self.block)
    for read in ["a value", "all", "what is not there"] {
      let system = original.afterProcessKill()
      let events = Mutex(0)
      var options = JournalOptions.small()
      options.onEvent = { event in
        if case .snapshotDamaged = event { events.withLock { $0 += 1 } }
      }
      let journal = try system.open(options)
      #expect(journal.recoveryReport.damagedSnapshots.isEmpty)
      switch read {
      case "a value": #expect(try journal.value("a1") == "first")
      case "all": #expect(try journal.state() == expected)
      default: #expect(try journal.value("a2x") == nil)
      }
      #expect(events.withLock { $0 } == 1)
      try expectWhole(journal, system, expected)
    }
    let (seen, report) = try original.readState()
    #expect(seen == expected)
    #expect(report.damagedSnapshots.count == 1)
  }

  @Test(
    "A compaction that meets a damaged block merges the previous generation",
    arguments: [true, false])
  func atCompaction(isFull: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    let expected = try build(system)
    try damage(system, at: Self.block)
    var options = JournalOptions.small()
    options.maximumRunCount = 0
    let journal = try system.open(options)
    try journal.compact(isFull: isFull)
    try expectWhole(journal, system, expected)
  }

  @Test(
    "A compaction from outside that meets a damaged block does the same", arguments: [true, false])
  func atLiveCompaction(besideWriter: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    let expected = try build(system)
    try damage(system, at: Self.block)
    let journal = besideWriter ? try system.open() : nil
    let report = try LiveCompaction.compact(storePath, in: system)
    #expect(report != nil)
    let seen = try system.readState()
    #expect(seen.state == expected)
    #expect(seen.report.damagedSnapshots.isEmpty)
    try journal?.close()
    let again = try system.open()
    try expectWhole(again, system, expected)
  }

  /// After a compaction nothing depends on the damaged file, and everything is still there.
  private func expectWhole(
    _ journal: Journal, _ system: SimulatedFileSystem, _ expected: StoreState
  ) throws {
    try journal.commit([.put("after", "it")])
    try journal.compact(isFull: true)
    let state = try journal.state()
    #expect(state == expected.merging(["after": "it"]) { $1 })
    try journal.close()
    let again = try system.open()
    #expect(again.recoveryReport.damagedSnapshots.isEmpty)
    let reopened = try again.state()
    #expect(reopened == state)
    // And the generation before it would serve for the new one.
    try again.close()
    try damage(system, at: Self.footer)
    let (fallenBack, report) = try system.readState()
    #expect(fallenBack == state)
    #expect(!report.damagedSnapshots.isEmpty)
  }

  @Test(
    "Without a previous generation it is an error that says where, and nothing is written",
    arguments: [header, index, footer])
  func withoutGenerations(offset: Int) throws {
    let system = SimulatedFileSystem(seed: 1)
    _ = try build(system, generations: 0)
    #expect(system.snapshotNames.count == 1)
    try damage(system, at: offset)
    let before = try system.image
    let count = system.operationCount
    let error = #expect(throws: JournalError.self) { try system.open() }
    guard case .damage = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    let name = try newest(system)
    #expect(error?.file == storePath + "/" + name)
    #expect(error?.offset != nil)
    if offset != Self.header {
      #expect(error?.sequence == LogSequenceNumber(1))
      #expect(error?.lastSequence != nil)
    }
    #expect(system.writes(after: count).allSatisfy { $0.kind == .lock })
    let after = try system.image
    #expect(after == before)
    #expect(throws: JournalError.self) { try system.readState() }
  }

  @Test(
    "Without a previous generation a damaged block is an error of the read that meets it, and others go on"
  )
  func blockWithoutGenerations() throws {
    let system = SimulatedFileSystem(seed: 1)
    _ = try build(system, generations: 0)
    try damage(system, at: Self.block)
    let before = try system.image
    let journal = try system.open()
    let error = #expect(throws: JournalError.self) { try journal.value("a1") }
    #expect(error?.reason == .damage(.snapshotBlock))
    #expect(error?.offset == 80)
    #expect(try journal.value("b") == "third")
    #expect(throws: JournalError.self) { try journal.compact(isFull: true) }
    #expect(throws: JournalError.self) { try system.readState() }
    let name = try newest(system)
    let snapshot = try system.bytes(name)
    #expect(snapshot == before[storePath + "/" + name])
    try journal.commit([.put("on", "and on")])
    #expect(try journal.value("on") == "and on")
  }

  @Test(
    "A reader that meets damage while a run is written on top of it gets no older value than before"
  )
  func damageDuringCompaction() throws {
    let system = SimulatedFileSystem(seed: 1)
    _ = try build(system)
    try damage(system, at: Self.block)
    let files = HookedFileSystem(system)
    let journal = try Journal.open(storePath, in: files, options: .small())
    try journal.commit([.put("a4", "third"), .put("big", String(repeating: "x", count: 100))])
    // By the time that the run is written, its layers are chosen.
    let isMet = Shared(false)
    files.duringNextSnapshot {
      _ = try? journal.value("a1")
      isMet.withLock { $0 = true }
    }
    let report = try journal.compact()
    #expect(isMet.withLock { $0 })
    #expect(report != nil)
    #expect(try journal.value("a4") == "third")
    #expect(try journal.value("a1") == "first")
    let state = try journal.state()
    try journal.close()
    let reopened = try system.open().state()
    #expect(reopened == state)
  }

  @Test("A run is not written on top of a snapshot that another process made further on")
  func furtherSnapshotThenRun() throws {
    let system = SimulatedFileSystem(seed: 1)
    let expected = try build(system)
    let journal = try system.open(.small())
    for number in 0..<4 {
      try journal.commit([.put("c\(number)", String(repeating: "c", count: 60))])
    }
    _ = try LiveCompaction.compact(storePath, in: system, retainedGenerationCount: 2)
    // Damage what the writer still uses: it goes over to the other's snapshot, which covers commits
    // that its tables hold too.
    let used = try #require(system.snapshotNames.dropLast().last)
    try system.replace(used) { $0[Self.block] ^= 1 }
    #expect(try journal.value("a1") == "first")
    try journal.commit([.put("d", "d")])
    try journal.compact()
    var state = expected
    for number in 0..<4 { state["c\(number)"] = String(repeating: "c", count: 60) }
    state["d"] = "d"
    #expect(try journal.state() == state)
    try journal.close()
    #expect(try system.open().state() == state)
    #expect(try system.readState().state == state)
  }

  @Test("P6: the previous generation serves behind a segment whose creation was interrupted")
  func behindInterruptedCreation() throws {
    let system = SimulatedFileSystem(seed: 1)
    let options = JournalOptions.small(300)
    var journal = try system.open(options)
    while system.segmentNames.count < 3 { try journal.commit([.put("a", "first")]) }
    try journal.close()
    journal = try system.open(options)
    // The clean close vouches for the log to its end, and so does what is made of it.
    _ = try LiveCompaction.compact(storePath, in: system)
    let through = try #require(DirectoryListing.read(system.store).snapshots.last?.through)
    #expect(through == journal.lastSequence)
    // The power is lost while the next segment is created: it has its name, and nothing else.
    let after = system.afterPowerLoss(.allKept)
    try after.replaceContents(
      of: storePath + "/" + FileName.segment(first: through.next).text, with: [])
    journal = try after.open(options)
    try journal.commit([.put("b", "second")])
    try journal.close()
    try damage(after, at: Self.header)
    let (seen, report) = try after.readState()
    #expect(seen == ["a": "first", "b": "second"])
    #expect(report.damagedSnapshots.count == 1)
  }

  @Test(
    "P6: a merge that meets a damaged block falls back to a generation that reaches as far",
    arguments: [true, false])
  func atMerge(isNoticedByReading: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.mergeAtOnceByteCount = 0
    options.retainedGenerationCount = 2
    let journal = try system.open(options)
    for round in 0..<3 {
      for number in 0..<6 { try journal.commit([.put("a\(number)", "round \(round)")]) }
      // A run, and in the end one file of everything, which leaves the runs as its predecessors.
      try journal.compact(isFull: round == 2)
    }
    var expected = StoreState(uniqueKeysWithValues: (0..<6).map { ("a\($0)", "round 2") })
    let base = try #require(
      system.snapshotNames.filter { $0.hasPrefix("00000000000000000000-") }.max())
    try system.replace(base) { $0[Self.block] ^= 0x40 }
    if isNoticedByReading {
      #expect(try journal.state() == expected)
    } else {
      try journal.commit([.put("new", "value")])
      expected["new"] = "value"
    }
    try journal.compact(isFull: true)
    #expect(try journal.state() == expected)
    try journal.close()
    let (seen, report) = try system.readState()
    #expect(seen == expected)
    #expect(report.damagedSnapshots.isEmpty)
  }

  @Test("P4: with a damaged base, any segment that a power loss brings back does no harm")
  func segmentsBroughtBack() throws {
    let original = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.maximumRunCount = 4
    let journal = try original.open(options)
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    var gone: [String: [UInt8]] = [:]
    for round in 0..<12 {
      for number in 0..<4 { try journal.commit([.put("a\(number)", "\(round)")]) }
      for name in original.segmentNames { gone[name] = try original.bytes(name) }
      try journal.compact(isFull: round == 0 || round == 5)
      guard round % 4 == 3 else { continue }
      let expected = try journal.state()
      let present = Set(original.segmentNames)
      let base = try #require(
        original.snapshotNames.filter { $0.hasPrefix("00000000000000000000-") }.max())
      for (name, bytes) in gone.sorted(by: { $0.key < $1.key }) where !present.contains(name) {
        let system = original.afterProcessKill()
        try system.replaceContents(of: storePath + "/" + name, with: bytes)
        try system.replace(base) { $0[20] ^= 0x40 }
        for memory in [ReplayMemory.unbounded, .bounded(byteCount: 1)] {
          #expect(
            try system.readState(within: memory).state == expected, "\(name), round \(round)")
        }
        #expect(try system.verify().isStateIntact, "\(name), round \(round)")
        #expect(try system.open(options).state() == expected, "\(name), round \(round)")
      }
    }
    #expect(gone.count > 10)
  }

  @Test("P9: a run that begins within the base, behind log that has gone, is no way on")
  func overlappingRun() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.retainedGenerationCount = 1000
    options.maximumRunCount = 100
    let journal = try system.open(options)
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    try journal.compact(isFull: true)
    let before = Set(system.snapshotNames)
    for number in 0..<6 { try journal.commit([.put("a\(number)", "1")]) }
    let fork = system.afterProcessKill()
    for number in 0..<6 { try journal.commit([.put("b\(number)", "1")]) }
    let segments = system.segmentNames
    try journal.compact()
    let run = try #require(Set(system.snapshotNames).subtracting(before).first)
    try journal.commit([.put("c", "1")])
    try journal.close()
    // The base reaches into what the run holds, and the log that both were made of has gone.
    let other = try fork.open(options)
    try other.compact(isFull: true)
    let base = try #require(fork.snapshotNames.max { $0 < $1 })
    try other.close()
    let mixed = system.afterProcessKill()
    let directory = try mixed.openDirectory(storePath, creating: false)
    for name in before { try directory.remove(name) }
    let first = try #require(segments.first { $0 > segments[0] })
    for name in segments where name > first { try directory.remove(name) }
    try mixed.replaceContents(of: storePath + "/" + base, with: try fork.bytes(base))
    #expect(mixed.snapshotNames.sorted() == [base, run].sorted())
    let error = #expect(throws: JournalError.self) { try mixed.open(options) }
    guard case .damage = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(throws: JournalError.self) { try mixed.readState(within: .bounded(byteCount: 1)) }
    #expect(try !mixed.verify().isStateIntact)
  }
}
