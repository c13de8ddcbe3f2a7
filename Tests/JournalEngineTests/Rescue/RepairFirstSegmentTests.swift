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
    "Whatever bit of its header is flipped, the salt's as well, every commit behind it is saved",
    arguments: [RepairMode.dropDamaged, .salvage], [false, true])
  func header(mode: RepairMode, hasWatermark: Bool) throws {
    let (left, state) = try Self.killed()
    let files = try left.files(of: storePath)
    let name = try #require(left.segmentNames.first)
    for offset in 0..<SegmentHeader.byteCount {
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

  /// The files of a store that was killed behind `count` records, with a header of which nothing is left.
  private static func beheaded(
    behind count: Int
  ) throws -> (files: [String: [UInt8]], state: StoreState, name: String) {
    let store = try WoundedStore(12, .small(100_000), closing: false)
    let system = store.system.afterProcessKill()
    let name = try #require(system.segmentNames.first)
    var files = try system.files(of: storePath)
    let end = try store.place(ofCommit: UInt64(count)).range.upperBound
    files[name] = files[name].map { Array($0[..<end]) }
    for offset in 0..<SegmentHeader.byteCount { files[name]?[offset] = UInt8(offset) }
    return (files, store.states[count], name)
  }

  @Test(
    "With nothing left of its header, two records that bear each other out are enough for all",
    arguments: [RepairMode.dropDamaged, .salvage], [2, 3, 12])
  func noHeader(mode: RepairMode, count: Int) throws {
    let (files, state, _) = try Self.beheaded(behind: count)
    let system = try SimulatedFileSystem.store(files)
    #expect(try system.plan(mode).lostSequences.isEmpty)
    try system.repair(mode)
    #expect(try system.expectSound(after: nil) == state)
  }

  @Test("Two records of which one is damaged bear nothing out, and neither does one alone")
  func unproven() throws {
    for count in 1...2 {
      let made = try Self.beheaded(behind: count)
      let name = made.name
      var files = made.files
      if count == 2 { files[name]?[SegmentHeader.byteCount + 40] ^= 1 }
      let system = try SimulatedFileSystem.store(files)
      let error = #expect(throws: JournalError.self) { try system.plan(.dropDamaged) }
      #expect(error?.reason == .refused)
      #expect(error?.detail.contains("the header of \(name) is damaged, and what") == true)
      #expect(error?.detail.contains("restore a backup") == true)
      #expect(try system.files(of: storePath) == files)
    }
  }

  @Test(
    "Which part of a header is damaged is not said where nothing tells it", arguments: [0, 20, 43])
  func anyPartOfHeader(offset: Int) throws {
    let store = try WoundedStore(12, .small(100_000), closing: false)
    let first = try store.place(ofCommit: 1)
    let system = store.system.afterProcessKill()
    try system.replace(first.file) {
      $0.removeSubrange(first.range.upperBound...)
      $0[offset] ^= 4
      $0[first.range.upperBound - 1] ^= 1
    }
    for name in try system.files(of: storePath).keys where name == "WATERMARK" {
      try system.openDirectory(storePath, creating: false).remove(name)
    }
    let error = #expect(throws: JournalError.self) { try system.plan(.dropDamaged) }
    #expect(error?.reason == .refused)
    #expect(
      error?.detail.hasPrefix(
        "the header of \(first.file) is damaged, and what the checksums of its records begin with"
          + " cannot be told") == true, "\(error as Any)")
    #expect(error?.detail.contains("the salt is damaged") == false)
  }

  @Test("Where only the salt is damaged, the header tells it, and what is whole is saved")
  func saltAndRecord() throws {
    let store = try WoundedStore(12, .small(100_000), closing: false)
    let first = try store.place(ofCommit: 2)
    let system = store.system.afterProcessKill()
    try system.replace(first.file) {
      $0[43] ^= 4
      $0[first.range.upperBound - 1] ^= 1
      $0[SegmentHeader.byteCount + 4] ^= 1
    }
    #expect(try system.plan(.dropDamaged).lostSequences == [.range(1...2)])
    try system.repair(.dropDamaged)
    #expect(try system.expectSound(after: nil) == store.state(without: [2]))
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
