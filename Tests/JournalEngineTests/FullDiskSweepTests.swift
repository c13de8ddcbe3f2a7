import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("A full disk is no reason to trust what nobody has read")
struct FullDiskSweepTests {
  @Test(
    "P6: a generation stays while the snapshot above it is rotten, by whomever it is compacted",
    arguments: [false, true])
  func rotten(isFromOutside: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small()
    options.retainedGenerationCount = 1
    var journal = try system.open(options)
    for generation in 0..<2 {
      for number in 0..<10 {
        try journal.commit([.put("\(generation)/\(number)", String(repeating: "v", count: 50))])
      }
      try journal.compact(isFull: true)
    }
    try journal.commit([.put("last", "1")])
    let state = try journal.state()
    try journal.close()
    let newest = try #require(system.snapshotNames.last)
    try system.replace(newest) { $0[SnapshotHeader.byteCount + 20] ^= 1 }
    #expect(try system.readState().state == state, "the previous generation serves")

    system.inject(Fault(.noSpace, of: .write, on: ".snapshot.tmp"))
    if isFromOutside {
      #expect(throws: JournalError.self) {
        try LiveCompaction.compact(storePath, in: system, retainedGenerationCount: 0)
      }
    } else {
      options.retainedGenerationCount = 0
      journal = try system.open(options)
      #expect(throws: JournalError.self) { try journal.compact() }
      try journal.close()
    }
    #expect(system.faults.isEmpty)
    #expect(try system.readState().state == state)
  }
}
