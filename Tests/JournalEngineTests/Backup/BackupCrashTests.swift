import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Stops the machine at every operation of a life with backups, and asks what the backup opens with.
@Suite("A crash at every operation of a backup")
struct BackupCrashTests {
  /// What was promised: the last commit of the backup, and whether the run at hand finds a log to
  /// continue.
  struct Promise {
    var through = -1
    var isOpen = false
  }

  @Test("P6: the backup opens with the state of the last run, or one of the run at hand")
  func everyOperation() throws {
    // The states by commit are the same in every run of the history.
    let states = Shared<[StoreState]>([])
    func history(_ machine: SimulatedFileSystem, _ promise: (Promise) -> Void) throws {
      var store = try BackedUpStore(on: machine)
      func run(_ isContinued: Bool = true) throws {
        states.withLock { $0 = store.states }
        try machine.backUp()
        promise(Promise(through: store.states.count - 1, isOpen: isContinued))
      }
      try store.put(5, "a")
      try run()
      try store.put(1, "b")
      try run()
      try store.put(12, "c")
      try run()
      try store.journal.compact(isFull: true)
      try store.put(2, "d")
      try run()
      try store.put(9, "e")
      try store.journal.compact(isFull: false)
      try run()
      try store.journal.compact(isFull: true)
      try run()
      try store.journal.close()
      try run()
    }
    var exploration = CrashExploration<Promise, StoreState?>(promise: Promise()) {
      machine, promise in
      try history(machine, promise)
    } recover: { machine in
      do throws(JournalError) {
        var options = JournalOptions.small()
        options.createsIfMissing = false
        return try Journal.open(backupPath, in: machine, options: options).state()
      } catch {
        switch error.reason {
        case .damage, .notAStore, .notFound: return nil
        default: throw error
        }
      }
    } permits: { found, promise, _ in
      // Before the first run is complete there is no backup.
      guard let found else { return !promise.isOpen }
      let known = states.withLock { $0 }
      return known.indices.contains { $0 >= max(promise.through, 0) && known[$0] == found }
    }
    exploration.randomLossCount = TestKnob.number("JOURNAL_CRASH_SEEDS", orElse: 2)
    exploration.recoveryDepth = 1
    // The backup is opened where its store is not known.
    exploration.unimportantPaths = [storePath, backupPath + "/LOCK"]
    let report = exploration.run()
    print("crashes, backup: \(report)")
    for violation in report.violations { Issue.record("\(violation)") }
    #expect(report.checkedStateCount > 500)
  }

  @Test("After a crash anywhere in a run, the next run completes it", arguments: [false, true])
  func nextRun(isFirst: Bool) throws {
    var operationCount = 0
    var number = 0
    repeat {
      number += 1
      var store = try BackedUpStore(.small(300))
      try store.put(14, "a")
      if !isFirst {
        try store.system.backUp()
        try store.put(14, "b")
        try store.journal.compact(isFull: true)
        try store.put(3, "c")
      }
      let start = store.system.operationCount
      if operationCount > 0 { store.system.crash(at: start + number) }
      _ = try? store.system.backUp()
      if operationCount == 0 { operationCount = store.system.operationCount - start }
      let after = store.system.afterPowerLoss(.allLost)
      try after.backUp()
      let state = try after.readState(of: backupPath)
      #expect(state == (try after.readState(of: storePath)), "operation \(number)")
      let directory = try after.openDirectory(backupPath, creating: false)
      #expect(try StoreVerifier.verify(directory).worst == nil, "operation \(number)")
    } while number < operationCount
    #expect(operationCount > 20)
  }

  @Test("P6: a torn copy of a segment that was completed since is completed, whatever its length")
  func tornCopyOfCompleteSegment() throws {
    var operationCount = 1
    var number = 0
    var tornCount = 0
    while number < operationCount {
      var store = try BackedUpStore(.small(4000))
      // So much that little is left to append, which is done in place.
      try store.put(60, "a")
      try store.system.backUp()
      let name = try #require(store.system.segmentNames.first)
      while store.system.segmentNames.count == 1 { try store.put(1, "b") }
      let start = store.system.operationCount
      if number > 0 { store.system.crash(at: start + number) }
      _ = try? store.system.backUp()
      if number == 0 { operationCount = store.system.operationCount - start }
      number += 1
      let after = store.system.afterPowerLoss(.dataLost)
      let (copy, original) = (
        try after.contents(of: backupPath + "/" + name), try after.bytes(name)
      )
      if copy.count == original.count, copy != original { tornCount += 1 }
      try after.backUp()
      #expect(try after.readState(of: backupPath) == store.states.last, "operation \(number)")
      let directory = try after.openDirectory(backupPath, creating: false)
      #expect(try StoreVerifier.verify(directory).worst == nil, "operation \(number)")
    }
    #expect(tornCount > 0)
  }

  @Test("After an error at any operation the next run completes it")
  func errors() throws {
    var operationCount = 1
    var number = 0
    while number < operationCount {
      var store = try BackedUpStore(.small(300))
      try store.put(9, "a")
      try store.system.backUp()
      try store.put(9, "b")
      try store.journal.compact(isFull: true)
      let start = store.system.operationCount
      if number > 0 { store.system.inject(Fault(.inputOutput, at: number)) }
      let result = Result { try store.system.backUp() }
      store.system.clearFaults()
      if number == 0 {
        _ = try result.get()
        operationCount = store.system.operationCount - start
      }
      number += 1
      #expect(store.states.contains(try store.system.readState(of: backupPath)))
      try store.system.backUp()
      #expect(try store.system.readState(of: backupPath) == store.states.last)
    }
    #expect(operationCount > 20)
  }
}
