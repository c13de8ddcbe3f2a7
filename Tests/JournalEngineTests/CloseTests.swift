import FileIO
import JournalEngine
import StorageSimulator
import Testing

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
