import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("A store whose first segment is all there is loses nothing that can be read")
struct RepairFirstSegmentTests {
  /// As a job leaves it that was killed before it closed, or began a second segment, for the first time.
  private static func killed() throws -> (system: SimulatedFileSystem, state: StoreState) {
    let store = try WoundedStore(12, .small(100_000), closing: false)
    let system = store.system.afterProcessKill()
    try #require(system.segmentNames.count == 1)
    return (system, try #require(store.states.last))
  }

  @Test(
    "Whatever bit of its header is flipped, every commit behind it is saved, up to the salt",
    arguments: [RepairMode.dropDamaged, .salvage], [false, true])
  func header(mode: RepairMode, hasWatermark: Bool) throws {
    let (left, state) = try Self.killed()
    let files = try left.files(of: storePath)
    let name = try #require(left.segmentNames.first)
    for offset in 0..<SegmentHeader.byteCount where !(40..<48).contains(offset) {
      var damaged = files
      damaged[name]?[offset] ^= UInt8(1) << UInt8(offset % 8)
      if !hasWatermark { damaged["WATERMARK"] = nil }
      let system = try SimulatedFileSystem.store(damaged)
      #expect(try system.plan(mode).lostSequences.isEmpty, "at \(offset)")
      let tail = #expect(throws: JournalError.self) { try system.repair(.tail) }
      #expect(tail?.detail.contains("--mode drop-damaged") == true, "at \(offset): \(tail as Any)")
      try system.repair(mode)
      #expect(try system.expectSound(after: nil) == state, "at \(offset)")
    }
  }

  @Test(
    "A name beyond the first commit says that there were commits before, also where nothing is in it",
    arguments: [RepairMode.dropDamaged, .salvage], [0, 80, 4096])
  func nameAlone(mode: RepairMode, byteCount: Int) throws {
    let name = FileName.segment(first: LogSequenceNumber(7)).text
    let system = try SimulatedFileSystem.store([name: [UInt8](repeating: 0, count: byteCount)])
    #expect(try system.plan(mode).lostSequences == [.range(1...6)])
    try system.repair(mode)
    #expect(try system.expectSound(after: LogSequenceNumber(6)).isEmpty)
  }

  @Test(
    "Without a record, a snapshot or such a name there is nothing to repair",
    arguments: RepairMode.allCases, [0, 80, 4096])
  func nothing(mode: RepairMode, byteCount: Int) throws {
    let name = FileName.segment(first: LogSequenceNumber(1)).text
    let system = try SimulatedFileSystem.store([name: [UInt8](repeating: 7, count: byteCount)])
    let error = #expect(throws: JournalError.self) { try system.plan(mode) }
    #expect(error?.reason == .refused && error?.detail.contains("no file holds a commit") == true)
  }
}
