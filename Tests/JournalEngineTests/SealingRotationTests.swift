import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// A writer that begins a segment while a compaction is about to do so.
@Suite("Segments that fill up before a compaction") struct SealingRotationTests {
  private static let value = String(repeating: "v", count: 100)

  @Test(
    "Where a compaction is about to set the log aside, the segment that a writer begins does that",
    arguments: [false, true])
  func setsAside(isFull: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(2000))
    try journal.commit([.put("a", Self.value)])
    // What a compaction begins with, before it waits for a sync.
    journal.compaction.beginSeal()
    var count = 1
    while !journal.compaction.hasFrozen, count < 100 {
      count += 1
      try journal.commit([.put("k\(count)", Self.value)])
    }
    let segments = system.segmentNames
    #expect(segments.count == 2)
    #expect(!journal.compaction.wantsSeal)
    // Up to the commit before the one that went into the new segment.
    let through = journal.lastSequence.previous
    #expect(journal.compaction.sealed.through == through)
    let report = try #require(try journal.compact(isFull: isFull))
    #expect(report.through == through)
    #expect(Set(system.segmentNames).isSubset(of: segments), "no segment was begun once more")
    let before = try system.readState()
    #expect(before.state.count == count)
    let machine = system.afterPowerLoss(.allLost)
    let recovered = try machine.readState()
    #expect(recovered.state == before.state)
    #expect(recovered.report.lastSequence == journal.lastSequence)
    // The next compaction finds what came since.
    let next = try #require(try journal.compact())
    #expect(next.through == journal.lastSequence)
  }

  @Test(
    "P5: a sync that fails while a compaction sets the log aside is told once",
    arguments: [".journal", "WATERMARK.tmp", storePath])
  func failedSync(path: String) throws {
    let system = SimulatedFileSystem(seed: 1)
    let toldCount = Shared(0)
    var options = JournalOptions.small(2000)
    options.onEvent = { event in
      if case .poisoned = event { toldCount.withLock { $0 += 1 } }
    }
    let journal = try system.open(options)
    try journal.commit([.put("a", Self.value)])
    let operation: IOFailure.Operation = path == storePath ? .syncDirectory : .sync
    system.inject(Fault(.failedSync(.pagesDropped), of: operation, on: path))
    #expect(throws: JournalError.self) { try journal.compact() }
    #expect(throws: JournalError.self) { try journal.commit([.put("b", Self.value)]) }
    #expect(journal.failure != nil)
    #expect(toldCount.withLock { $0 } == 1)
  }

  @Test("No owner of the tail waits for a compaction that may still want it")
  func waiting() throws {
    let state = CompactionState(journalByteCount: 800)
    try OwnedThread(name: "compactor") {
      state.begin()
      state.beginSeal()
    }.join()
    #expect(state.wantsSeal && !state.isOthersWork)
    // Somebody has begun a segment; the compactor has yet to notice, and may ask for the tail first.
    state.freeze(through: LogSequenceNumber(1), history: .empty)
    #expect(!state.wantsSeal && !state.isOthersWork)
    state.endSeal()
    #expect(state.isOthersWork)
  }
}
