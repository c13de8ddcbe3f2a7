import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("A backup is a store, made beside the writer and without disturbing it")
struct BackupTests {
  @Test("It has every acknowledged commit, verifies clean, and the source is not written to")
  func whole() throws {
    var store = try BackedUpStore()
    try store.put(20, "a")
    try store.journal.compact(isFull: true)
    try store.put(9, "b")
    let before = try store.system.files(of: storePath)
    let count = store.system.operationCount
    let report = try store.system.backUp(isIncremental: false)
    #expect(report.through == store.journal.lastSequence)
    #expect(report.previous == nil)
    #expect(try store.system.readState(of: backupPath) == store.states.last)
    #expect(try store.system.files(of: storePath) == before)
    let written = store.system.writes(after: count).filter { $0.path.hasPrefix(storePath) }
    #expect(written.isEmpty)
    let verification = try StoreVerifier.verify(
      store.system.openDirectory(backupPath, creating: false))
    #expect(verification.worst == nil)
    // The writer goes on, and so does whoever opens the backup.
    try store.put(1, "c")
    let opened = try Journal.open(backupPath, in: store.system, options: .small())
    #expect(try opened.state() == store.states[store.states.count - 2])
    #expect(opened.store == store.journal.store)
  }

  @Test("The next run copies what is new and nothing else", arguments: [1, 3, 200])
  func incremental(count: Int) throws {
    var store = try BackedUpStore(.small(100_000))
    try store.put(300, "a")
    let first = try store.system.backUp()
    #expect(first.copiedByteCount == first.byteCount)
    let unchanged = try store.system.backUp()
    #expect(unchanged.isUnchanged)
    #expect(unchanged.copiedByteCount == 0)
    try store.put(count, "b")
    let second = try store.system.backUp()
    #expect(second.previous == first.through)
    #expect(second.copiedFileCount == 1)
    // Beyond so many syncs the file is written anew.
    let added = second.byteCount - first.byteCount
    #expect(second.copiedByteCount == (count < 100 ? added : second.byteCount))
    #expect(try store.system.readState(of: backupPath) == store.states.last)
  }

  @Test("What a compaction replaced is replaced in the backup too")
  func mirrorsCompaction() throws {
    var store = try BackedUpStore()
    for round in 0..<6 {
      try store.put(12, "\(round)")
      try store.system.backUp()
      try store.journal.compact(isFull: round % 2 == 0)
      let report = try store.system.backUp()
      #expect(report.through == store.journal.lastSequence)
      #expect(try store.system.readState(of: backupPath) == store.states.last)
      let names = try store.system.files(of: storePath).keys.sorted()
      #expect(try store.system.files(of: backupPath).keys.sorted() == names)
    }
    try store.journal.close()
    try store.system.backUp()
    #expect(
      try store.system.files(of: backupPath) == store.system.files(of: storePath))
  }

  @Test("One that lags behind by more than the source has kept catches up")
  func lagging() throws {
    var options = JournalOptions.small(400)
    options.retainedGenerationCount = 0
    var store = try BackedUpStore(options)
    try store.put(9, "a")
    try store.system.backUp()
    for round in 0..<3 {
      try store.put(15, "\(round)")
      try store.journal.compact(isFull: true)
    }
    try store.put(2, "z")
    let report = try store.system.backUp()
    #expect(!report.removedFiles.isEmpty)
    #expect(try store.system.readState(of: backupPath) == store.states.last)
    #expect(
      try store.system.files(of: backupPath).keys.sorted()
        == store.system.files(of: storePath).keys.sorted())
  }

  @Test(
    "A store whose last segment got no header before the power failed is copied as one",
    arguments: [true, false])
  func unfinished(isLogLeft: Bool) throws {
    var store = try BackedUpStore()
    try store.put(20, "a")
    try store.journal.compact(isFull: true)
    let system = store.system.afterPowerLoss(.allKept)
    let names = system.segmentNames
    // A compaction beside the writer that began it has taken the log before.
    for name in names.dropLast() where !isLogLeft {
      try system.removeFile(at: storePath + "/" + name)
    }
    try system.replaceContents(of: storePath + "/" + (names.last ?? ""), with: [])
    try system.removeFile(at: storePath + "/WATERMARK")
    #expect(try system.readState().state == store.states.last)
    for _ in 0..<2 {
      try system.backUp()
      #expect(try system.readState(of: backupPath) == store.states.last)
    }
    let journal = try system.open(.small())
    try journal.commit([.put("new", "v")])
    let state = try journal.state()
    try system.backUp()
    #expect(try system.readState(of: backupPath) == state)
    #expect(try system.backUp().isUnchanged)
  }

  @Test("A compaction that takes files away while they are listed is followed")
  func besideCompaction() throws {
    let base = SimulatedFileSystem(seed: 1)
    var store = try BackedUpStore(on: base)
    try store.put(25, "a")
    let hooked = HookedFileSystem(base)
    let source = try hooked.openDirectory(storePath, creating: false)
    hooked.afterNextListing {
      _ = try? LiveCompaction.compact(storePath, in: base, retainedGenerationCount: 0)
    }
    let report = try BackupRun.run(
      from: source, to: base.openDirectory(backupPath, creating: true), isIncremental: true)
    #expect(report.through == store.journal.lastSequence)
    #expect(try base.readState(of: backupPath) == store.states.last)
  }

  @Test("An append that was cut short is completed by the next run")
  func interruptedAppend() throws {
    var store = try BackedUpStore(.small(100_000))
    try store.put(5, "a")
    try store.system.backUp()
    let name = try #require(store.system.segmentNames.last)
    for garbage in [[UInt8](repeating: 7, count: 3), [UInt8](repeating: 0xFF, count: 90)] {
      try store.system.replaceContents(
        of: backupPath + "/" + name,
        with: try store.system.contents(of: backupPath + "/" + name) + garbage)
      try store.put(2, "b")
      try store.system.backUp()
      #expect(try store.system.readState(of: backupPath) == store.states.last)
      #expect(
        try StoreVerifier.verify(store.system.openDirectory(backupPath, creating: false)).worst
          == nil)
    }
  }

  @Test("A damaged snapshot that the state does not need is left out, and named")
  func omitsDamage() throws {
    var store = try BackedUpStore()
    try store.put(10, "a")
    try store.journal.compact(isFull: true)
    try store.put(10, "b")
    try store.journal.compact(isFull: true)
    try store.put(3, "c")
    try store.journal.close()
    let older = try #require(store.system.snapshotNames.first)
    let sound = try store.system.bytes(older)
    // While the backup has a sound copy, that one stays.
    try store.system.backUp(to: "earlier")
    try store.system.replace(older) { $0[90] ^= 1 }
    let report = try store.system.backUp()
    #expect(report.omittedFiles.map(\.file) == [storePath + "/" + older])
    #expect(try store.system.readState(of: backupPath) == store.states.last)
    try store.system.backUp(to: "earlier")
    #expect(try store.system.contents(of: "earlier/" + older) == sound)
  }

  @Test("A source with acknowledged commits damaged is not copied over a good backup")
  func damagedSource() throws {
    var store = try BackedUpStore(.small(100_000))
    try store.put(9, "a")
    try store.system.backUp()
    let good = try store.system.files(of: backupPath)
    let name = try #require(store.system.segmentNames.last)
    try store.system.replace(name) { $0[200] ^= 1 }
    #expect(throws: JournalError.self) { try store.system.backUp() }
    #expect(try store.system.files(of: backupPath) == good)
  }
}

@Suite("A backup never overwrites another history")
struct BackupRefusalTests {
  private func expectRefusal(
    _ system: SimulatedFileSystem, _ words: String, isIncremental: Bool = true
  ) throws {
    let before = try system.files(of: backupPath)
    let error = #expect(throws: JournalError.self) {
      try system.backUp(isIncremental: isIncremental)
    }
    #expect(error?.reason == .refused)
    #expect(error?.detail.contains(words) == true, "\(String(describing: error))")
    #expect(try system.files(of: backupPath) == before)
  }

  @Test("Not without being asked to continue what is there")
  func full() throws {
    var store = try BackedUpStore()
    try store.put(3, "a")
    try store.system.backUp(isIncremental: false)
    try expectRefusal(store.system, "--incremental", isIncremental: false)
  }

  @Test("Not another store's")
  func otherStore() throws {
    var store = try BackedUpStore()
    try store.put(3, "a")
    try store.system.backUp()
    let other = SimulatedFileSystem(seed: 2)
    for (name, bytes) in try store.system.files(of: backupPath) {
      try other.replaceContents(of: backupPath + "/" + name, with: bytes)
    }
    var second = try BackedUpStore(on: other)
    try second.put(9, "b")
    try expectRefusal(other, "it is of store")
  }

  @Test("Not when the source has lost commits that the backup has")
  func behind() throws {
    var store = try BackedUpStore(.small(100_000))
    try store.put(5, "a")
    let earlier = store.system.afterProcessKill()
    try store.put(5, "b")
    try store.system.backUp()
    for (name, bytes) in try store.system.files(of: backupPath) {
      try earlier.replaceContents(of: backupPath + "/" + name, with: bytes)
    }
    try expectRefusal(earlier, "rewound, restored or has lost its last commits")
    // Also when it has gone on since, to other commits of the same numbers.
    var other = try BackedUpStore(on: earlier, .small(100_000))
    try other.put(9, "c")
    try expectRefusal(earlier, "not those of the source")
  }

  @Test("Not one that somebody has opened and written to")
  func writtenTo() throws {
    var store = try BackedUpStore(.small(100_000))
    try store.put(5, "a")
    try store.system.backUp()
    let opened = try Journal.open(backupPath, in: store.system, options: .small())
    try opened.commit([.put("own", "1")])
    try opened.close()
    try store.put(5, "b")
    try expectRefusal(store.system, "not those of the source")
  }

  @Test("Not the source itself, and not beside somebody who writes to it")
  func itself() throws {
    var store = try BackedUpStore()
    try store.put(5, "a")
    let error = #expect(throws: JournalError.self) {
      try store.system.backUp(to: storePath)
    }
    #expect(error?.reason == .refused)
    try store.system.backUp()
    let opened = try Journal.open(backupPath, in: store.system, options: .small())
    let locked = #expect(throws: JournalError.self) { try store.system.backUp() }
    if case .locked = locked?.reason {} else { Issue.record("\(String(describing: locked))") }
    withExtendedLifetime(opened) {}
  }
}
