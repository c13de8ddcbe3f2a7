import FileIO
import JournalEngine
import StorageSimulator
import Testing

/// Openings that end in an error before anything is written.
@Suite("What is refused is left as it was found")
struct RefusedOpeningTests {
  static let damagedRows = RecoveryTableTests.rows.filter { row in
    switch row.expectation {
    case .damage, .newerFormat: true
    case .clean, .torn, .headerless, .previousGeneration: false
    }
  }

  private static func options(creating: Bool) -> JournalOptions {
    var options = JournalOptions.deterministic
    options.createsIfMissing = creating
    return options
  }

  @Test("P3: a damaged store that lost its lock file is not given one", arguments: damagedRows)
  func damageWithoutLockFile(row: RecoveryTableTests.Row) throws {
    for creating in [true, false] {
      let system = try SimulatedFileSystem.store(row.files)
      try system.removeFile(at: storePath + "/LOCK")
      let before = try system.image
      #expect(throws: JournalError.self) { try system.open(Self.options(creating: creating)) }
      let after = try system.image
      #expect(after == before)
      #expect(system.writes(after: 0).isEmpty, "creating: \(creating)")
    }
  }

  @Test("A whole store that lost its lock file opens and gets a new one", arguments: [true, false])
  func wholeWithoutLockFile(creating: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    try system.open().commit([.put("a", "1")])
    let restored = system.afterProcessKill()
    try restored.removeFile(at: storePath + "/LOCK")
    let journal = try restored.open(Self.options(creating: creating))
    #expect(try journal.value("a") == "1")
    #expect(restored.storeNames.contains("LOCK"))
    #expect(throws: JournalError.self) { try restored.open() }
  }

  @Test("Without creating, what an interrupted creation left is no store, and stays as it is")
  func interruptedCreation() throws {
    let rehearsal = SimulatedFileSystem(seed: 1)
    let whole = try rehearsal.open()
    let operationCount = rehearsal.operationCount
    withExtendedLifetime(whole) {}
    var refusalCount = 0
    var openedCount = 0
    for number in 1...(operationCount + 1) {
      for tearing in [false, true] {
        let system = SimulatedFileSystem(seed: UInt64(number))
        system.crash(at: number, tearing: tearing)
        let interrupted = try? system.open()
        system.crash()
        withExtendedLifetime(interrupted) {}
        let disks =
          [system.afterProcessKill(), system.afterPowerLoss(.allLost)]
          + (0..<20).map { system.afterPowerLoss(.random(seed: $0)) }
        for disk in disks {
          let before = try disk.image
          let isStore = (try? disk.afterProcessKill().readState()) != nil
          do throws(JournalError) {
            try disk.open(Self.options(creating: false)).close()
            #expect(isStore, "operation \(number)")
            openedCount += 1
          } catch {
            #expect(!isStore, "operation \(number): \(error)")
            #expect(error.reason == .notAStore || error.reason == .notFound, "\(error)")
            let after = try disk.image
            #expect(after == before, "operation \(number)")
            #expect(disk.writes(after: 0).allSatisfy { $0.kind == .lock }, "operation \(number)")
            if !before.isEmpty { refusalCount += 1 }
          }
          // With creating it is done over.
          try disk.afterProcessKill().open().close()
        }
      }
    }
    #expect(refusalCount > 50)
    #expect(openedCount > 50)
  }
}
