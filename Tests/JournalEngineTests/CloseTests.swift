import FileIO
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Closing")
struct CloseTests {
  private struct Progress {
    var isArmed = false
    var isSyncing = false
    var hasVouched = false
  }

  /// The kernel reports a failed sync once. Here the thread in the background gets it, while the
  /// journal is being closed.
  @Test(
    "A sync that fails in the background while the journal is closed is not taken for a success")
  func backgroundFailure() throws {
    let progress = Monitor(Progress())
    let files = InterposedFileSystem(SimulatedFileSystem(seed: 1)) {
      operation, path throws(IOFailure) in
      let isFirstSync = progress.withLock { progress in
        if operation == .open, path.hasSuffix("WATERMARK.tmp"), progress.isSyncing {
          progress.hasVouched = true
        }
        guard operation == .sync, path.hasSuffix(".journal"), progress.isArmed else { return false }
        progress.isArmed = false
        progress.isSyncing = true
        return true
      }
      progress.notifyAll()
      guard isFirstSync else { return }
      // Long enough for a journal that does not wait for this to vouch for everything.
      _ = progress.wait(until: { $0.hasVouched ? () : nil }, for: .milliseconds(300))
      throw IOFailure(.sync, path: path, code: 5)
    }
    var options = JournalOptions.deterministic
    options.durability = .buffered(interval: .milliseconds(1))
    let journal = try Journal.open(storePath, in: files, options: options)
    progress.withLock { $0.isArmed = true }
    try journal.commit([.put("k", "v")])
    progress.wait { $0.isSyncing ? () : nil }
    let error = #expect(throws: JournalError.self) { try journal.close() }
    guard case .poisoned = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(progress.withLock { !$0.hasVouched }, "the watermark vouches for what may be lost")
  }

  @Test("P1: who closes is told that a sync in the background failed, which he has not heard of")
  func failureBefore() throws {
    let progress = Monitor((isArmed: false, isPoisoned: false))
    let files = InterposedFileSystem(SimulatedFileSystem(seed: 1)) {
      operation, path throws(IOFailure) in
      guard operation == .sync, path.hasSuffix(".journal") else { return }
      if progress.withLock({ $0.isArmed }) { throw IOFailure(.sync, path: path, code: 5) }
    }
    var options = JournalOptions.deterministic
    options.durability = .buffered(interval: .milliseconds(1))
    options.onEvent = { event in
      guard case .poisoned = event else { return }
      progress.withLock { $0.isPoisoned = true }
      progress.notifyAll()
    }
    let journal = try Journal.open(storePath, in: files, options: options)
    progress.withLock { $0.isArmed = true }
    try journal.commit([.put("k", "v")])
    progress.wait { $0.isPoisoned ? () : nil }
    let error = #expect(throws: JournalError.self) { try journal.close() }
    guard case .poisoned = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("P1: who closes again hears of the failure as who closed first", arguments: [1, 2])
  func closingAgain(moreCount: Int) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    try journal.commit([.put("k", "v")], CrashScript.later)
    system.inject(Fault(.inputOutput, of: .sync, on: ".journal"))
    let first = #expect(throws: JournalError.self) { try journal.close() }
    for _ in 0..<moreCount {
      #expect(#expect(throws: JournalError.self) { try journal.close() } == first)
    }
    #expect(first?.poisons == true)
    // The directory is free all the same.
    try system.open().close()
  }

  /// A watermark at the end of the log, behind no note, would say that a segment is missing.
  @Test(
    "A journal that is closed where there is no room for the note opens again, with everything",
    arguments: [Fault.Effect.noSpace, .errorAfterPart(byteCount: 5, IOFailure.noSpaceCode), .full])
  func noRoomForTheNote(effect: Fault.Effect) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small())
    for number in 0..<9 { try journal.commit([.put("k\(number)", "v")]) }
    let before = try journal.state()
    let watermark = try WatermarkFile.read(system.store)
    system.inject(Fault(effect, of: .write, on: ".journal"))
    try journal.close()
    #expect(try WatermarkFile.read(system.store) == watermark)
    #expect(try system.verify().isStateIntact)
    let again = try system.open(.small())
    #expect(try again.state() == before)
    #expect(!again.recoveryReport.closedCleanly)
    #expect(again.recoveryReport.tornTail == nil)
  }

  private struct TwoClosings {
    var isArmed = false
    var isSyncing = false
    var hasSecondBegun = false
    var hasSecondReturned = false
    /// Set where the first closing lets go of the directory: whether the second was over by then.
    var wasSecondEarly: Bool?
  }

  @Test("Who closes a journal while somebody else does returns when the directory is let go of")
  func closingTwice() throws {
    let progress = Monitor(TwoClosings())
    let system = SimulatedFileSystem(seed: 1)
    let files = InterposedFileSystem(system) { operation, path in
      let isSealing = progress.withLock { progress in
        guard operation == .sync, path.hasSuffix(".journal"), progress.isArmed else {
          return false
        }
        progress.isArmed = false
        progress.isSyncing = true
        return true
      }
      if isSealing {
        progress.notifyAll()
        progress.wait { $0.hasSecondBegun ? () : nil }
      }
      if operation == .lock, progress.withLock({ $0.isSyncing && $0.wasSecondEarly == nil }) {
        // Long enough for a closing that does not wait for this one.
        let isEarly: Void? = progress.wait(
          until: { $0.hasSecondReturned ? () : nil }, for: .milliseconds(300))
        progress.withLock { $0.wasSecondEarly = isEarly != nil }
      }
    }
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    try journal.commit([.put("k", "v")])
    progress.withLock { $0.isArmed = true }
    let first = try OwnedThread(name: "first") { try? journal.close() }
    progress.wait { $0.isSyncing ? () : nil }
    let second = try OwnedThread(name: "second") {
      progress.withLock { $0.hasSecondBegun = true }
      progress.notifyAll()
      try? journal.close()
      progress.withLock { $0.hasSecondReturned = true }
      progress.notifyAll()
    }
    second.join()
    // The directory is free, whoever of the two is asked.
    try system.open().close()
    first.join()
    #expect(progress.withLock { $0.wasSecondEarly } == false)
  }

  @Test("A journal that cannot be closed because the disk is full says that commits may be lost")
  func fullDisk() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    try journal.commit([.put("k", "v")], CrashScript.later)
    system.inject(Fault(.noSpace, of: .sync, on: ".journal"))
    let error = #expect(throws: JournalError.self) { try journal.close() }
    guard case .poisoned = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.sequence != nil)
  }
}
