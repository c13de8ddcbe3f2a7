import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// Directories put together by chance from pieces of a history, and of a copy that was written on, with
/// damage here and there: whatever is asked about them agrees, and no answer is a state that never was.
@Suite("Files mixed by chance")
struct MixedFilesTests {
  @Test("Reading, opening, verifying and repairing agree", arguments: 0..<10)
  func agree(block: UInt64) throws {
    for seed in (block * 60)..<(block * 60 + 60) {
      try check(MixedFiles(seed: seed), "seed \(seed)")
    }
  }

  @Test(
    "They agree where only the log tells that what would serve is of another history",
    arguments: [51_268] as [UInt64])
  func otherHistory(seed: UInt64) throws { try check(MixedFiles(seed: seed), "seed \(seed)") }

  private func check(_ mix: MixedFiles, _ seed: String) throws {
    let system = try SimulatedFileSystem.store(mix.files)
    let before = try system.files(of: storePath)
    guard try DirectoryListing.read(system.store).isStore else { return }
    let verification = try system.verify()
    var state: StoreState?
    do {
      let found = try system.readState()
      state = found.state
      #expect(mix.states(after: found.report.lastSequence).contains(found.state), "\(seed)")
      #expect(verification.isStateIntact, "\(seed): \(verification.findings)")
      #expect(verification.lastSequence == found.report.lastSequence, "\(seed)")
      #expect(try system.readState(within: .bounded(byteCount: 1)).state == found.state, "\(seed)")
    } catch {
      if error.reason != .notAStore { #expect(!verification.isStateIntact, "\(seed): \(error)") }
      // A journal reads blocks when it is asked for them, and of its snapshots only what it was asked for.
      let journal = try? system.afterProcessKill().open()
      if let journal, let state = try? journal.state() {
        #expect(mix.states(after: journal.lastSequence).contains(state), "\(seed)")
      }
    }
    _ = try system.status()
    _ = try system.walk()
    for number in 1...mix.count {
      let sequence = LogSequenceNumber(number)
      let past = try? JournalReader.reading(storePath, in: system, at: sequence) {
        (reader) throws(JournalError) in try reader.view.state()
      }
      if let past { #expect(mix.states(after: sequence).contains(past), "\(seed) at \(number)") }
    }
    for mode in RepairMode.allCases {
      try checkRepair(mode, of: system, mix, before: before, isReadable: state != nil, seed)
    }
    try checkCopies(of: system, state, mix, seed)
    if let state { try goOn(system.afterProcessKill(), state, seed) }
    #expect(try system.files(of: storePath) == before)
  }

  private func checkRepair(
    _ mode: RepairMode, of original: SimulatedFileSystem, _ mix: MixedFiles,
    before: [String: [UInt8]], isReadable: Bool, _ seed: String
  ) throws {
    let system = original.afterProcessKill()
    let place = "\(seed), \(mode)"
    let plan: RepairPlan
    do {
      plan = try system.plan(mode)
    } catch {
      #expect([.refused, .notAStore].contains(error.reason), "\(place): \(error)")
      #expect(throws: JournalError.self, "\(place)") { try system.repair(mode) }
      #expect(try system.files(of: storePath) == before)
      return
    }
    let report = try system.repair(mode)
    let found: (state: StoreState, report: RecoveryReport)
    do {
      found = try system.readState()
    } catch {
      // A cut leaves snapshots as they are.
      #expect(mode == .tail && error.reason == .damage(.snapshotBlock), "\(place): \(error)")
      return
    }
    #expect(found.report.lastSequence == plan.through, "\(place)")
    #expect(found.state.allSatisfy { mix.hadValue($0.value, for: $0.key) }, "\(place)")
    #expect(try system.verify().isStateIntact, "\(place)")
    guard let bundle = report.bundle else {
      #expect(!plan.isNeeded && isReadable, "\(place)")
      return
    }
    try system.undo(bundle)
    #expect(try system.files(of: storePath) == before, "\(place)")
    try system.repair(mode)
    try goOn(system, found.state, place)
  }

  /// What makes other files of these ones loses nothing, and makes nothing of a store that does not open.
  private func checkCopies(
    of original: SimulatedFileSystem, _ state: StoreState?, _ mix: MixedFiles, _ seed: String
  ) throws {
    let before = try original.files(of: storePath)
    for isForced in [false, true] {
      let system = original.afterProcessKill()
      do {
        _ = try LiveCompaction.compact(storePath, in: system, isForced: isForced)
        if let state {
          #expect(try system.readState().state == state, "\(seed), compacted")
          #expect(try system.verify().isStateIntact, "\(seed), compacted")
        }
      } catch {
        #expect(state == nil, "\(seed): \(error)")
      }
    }
    let system = original.afterProcessKill()
    let target = try system.openDirectory("copy", creating: true)
    do {
      let report = try BackupRun.run(from: system.store, to: target, isIncremental: true)
      let copied = try system.readState(of: "copy")
      #expect(mix.states(after: report.through).contains(copied), "\(seed), backed up")
      if let state { #expect(copied == state, "\(seed), backed up") }
    } catch {
      #expect(state == nil, "\(seed): \(error)")
    }
    #expect(try system.files(of: storePath) == before, "\(seed)")
    for number in 0...mix.count {
      let machine = original.afterProcessKill()
      let sequence = LogSequenceNumber(number)
      guard
        (try? Rewind.run(
          storePath, in: machine, to: sequence, clock: { 1_700_000_000_000_000_000 })) != nil
      else { continue }
      #expect(mix.states(after: sequence).contains(try machine.readState().state), "\(seed)")
      #expect(try machine.verify().isStateIntact, "\(seed), rewound to \(number)")
    }
  }

  /// A session commits, compacts and closes, and everything is there.
  private func goOn(_ system: SimulatedFileSystem, _ state: StoreState, _ place: String) throws {
    let journal = try system.open(.small(200))
    var expected = state
    for round in 0..<3 {
      try journal.commit([.put("new\(round)", "v")])
      expected["new\(round)"] = "v"
      try journal.compact(isFull: round == 2)
      #expect(try journal.state() == expected, "\(place)")
      #expect(try system.afterPowerLoss(.allLost).open().state() == expected, "\(place)")
    }
    try journal.close()
    #expect(try system.readState().state == expected, "\(place)")
    #expect(try system.verify().isStateIntact, "\(place)")
  }
}
