import FileIO
import StorageSimulator
import Testing

@testable import JournalEngine

/// The kernel tells of a directory that could not be written once to each open one.
@Suite("Names whose sync has failed")
struct DirectorySyncTests {
  private struct Progress {
    var isArmed = false
    var isSyncing = false
    var hasCommitted = false
  }

  @Test(
    "P5: where a compaction is told that names are lost, no commit relies on one of its own meanwhile"
  )
  func failureOfAnother() throws {
    let progress = Monitor(Progress())
    let files = InterposedFileSystem(SimulatedFileSystem(seed: 1)) {
      operation, path throws(IOFailure) in
      let isTold = progress.withLock { progress in
        if operation == .rename, path.hasSuffix(".snapshot.tmp") { progress.isArmed = true }
        guard operation == .syncDirectory, progress.isArmed, !progress.isSyncing else {
          return false
        }
        progress.isSyncing = true
        return true
      }
      progress.notifyAll()
      guard isTold else { return }
      // Long enough for a writer that does not wait for this to begin a segment.
      _ = progress.wait(until: { $0.hasCommitted ? () : nil }, for: .milliseconds(300))
      throw IOFailure(.syncDirectory, path: path, code: 5)
    }
    let journal = try Journal.open(storePath, in: files, options: .small(200))
    for number in 0..<6 { try journal.commit([.put("k\(number)", "v")]) }
    let compaction = try OwnedThread(name: "compaction") { _ = try? journal.compact() }
    progress.wait { $0.isSyncing ? () : nil }
    let error = #expect(throws: JournalError.self) {
      // A few of them fill the segment, and the next one has a name to be made durable.
      for number in 0..<6 {
        try journal.commit([.put("new\(number)", String(repeating: "v", count: 60))])
      }
      progress.withLock { $0.hasCommitted = true }
      progress.notifyAll()
    }
    guard case .poisoned = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    compaction.join()
    #expect(try journal.value("k0") == "v")
  }

  @Test(
    "P5: after a sync of names that failed, whatever the reason, the next one is no proof",
    arguments: [Fault.Effect.inputOutput, .noSpace])
  func nextSync(effect: Fault.Effect) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(200))
    system.inject(Fault(effect, of: .syncDirectory))
    var acknowledged = 0
    for number in 0..<20 where (try? journal.commit([.put("k\(number)", "v")])) != nil {
      acknowledged += 1
    }
    guard case .poisoned = journal.failure?.reason else {
      Issue.record("\(String(describing: journal.failure))")
      return
    }
    #expect(acknowledged < 20)
    #expect(try system.afterPowerLoss(.allLost).open(.small(200)).state().count == acknowledged)
  }
}
