import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Two groups on their way to the disk")
struct GroupsInFlightTests {
  private struct Progress {
    var isArmed = false
    var syncCount = 0
    var isReleased = false
  }

  @Test("P1: a group is not acknowledged with the one before it while its own sync is under way")
  func ownSync() throws {
    let progress = Monitor(Progress())
    let files = InterposedFileSystem(SimulatedFileSystem(seed: 1)) { operation, path in
      guard operation == .sync, path.hasSuffix(".journal") else { return }
      let number = progress.withLock { progress in
        if progress.isArmed { progress.syncCount += 1 }
        return progress.syncCount
      }
      progress.notifyAll()
      // The first sync goes on when the second is under way, and that one when the test has looked.
      progress.wait { progress in
        switch number {
        case 1: progress.syncCount > 1 ? () : nil
        case 2: progress.isReleased ? () : nil
        default: ()
        }
      }
    }
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    try journal.commit([.put("a", "a")])
    let before = journal.lastSequence
    progress.withLock { $0.isArmed = true }
    let first = try OwnedThread(name: "first") { _ = try? journal.commit([.put("b", "b")]) }
    progress.wait { $0.syncCount > 0 ? () : nil }
    let second = try OwnedThread(name: "second") { _ = try? journal.commit([.put("c", "c")]) }
    first.join()
    #expect(journal.lastSequence == before.next)
    #expect(journal.durableSequence == before.next)
    progress.withLock { $0.isReleased = true }
    progress.notifyAll()
    second.join()
    #expect(journal.durableSequence == before.next.next)
    try journal.close()
  }

  @Test(
    "P5: a sync that fails is told to both lanes, whichever comes first", arguments: [false, true])
  func failureIsToldToBoth(secondComesFirst: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    let header = SegmentHeader(
      store: SegmentBuilder.store, firstSequence: LogSequenceNumber(1), salt: 1, previousSalt: 0,
      history: .empty,
      epoch: 1, createdAt: 0)
    let segment = try SegmentWriter.create(
      header, in: try system.openDirectory(storePath, creating: true),
      policy: TailPolicy(.deterministic))
    try segment.append([UInt8](repeating: 7, count: 100).span, isMapped: false)
    system.inject(Fault(.failedSync(.pagesDropped), of: .sync, on: ".journal"))
    let lanes = [segment.file, segment.secondFile]
    for file in secondComesFirst ? lanes.reversed() : lanes {
      #expect(throws: IOFailure.self) { try file.sync() }
    }
  }
}
