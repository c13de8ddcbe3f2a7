import FileIO
import Foundation
import StorageSimulator
import Testing

/// Where a file system does not let files be mapped, there is nothing to keep.
@Suite("Mappings keep their contract")
struct MappingContractTests {
  private func mapped(
    _ scratch: Scratch, byteCount: Int = 10_000
  ) throws -> (file: any File, mapping: any FileMapping)? {
    let file = try scratch.directory.openFile("file", .createNew)
    try file.writeFully([UInt8](repeating: 0, count: byteCount).span, at: 0)
    return try file.mapForStoring(0..<65_536).map { (file, $0) }
  }

  @Test("What was stored is read, like what was written", arguments: World.allCases)
  func storeAndRead(world: World) throws {
    let scratch = try world.makeScratch()
    guard let (file, mapping) = try mapped(scratch) else { return }
    let reader = try scratch.directory.openFile("file", .read)
    try mapping.store([1, 2, 3].span, at: 4095)
    try file.writeFully([9].span, at: 4096)
    try mapping.store([UInt8]().span, at: 0)
    #expect(try reader.content()[4094..<4099] == [0, 1, 9, 3, 0])
    #expect(try file.byteCount() == 10_000)
    mapping.prefault(0..<10_000)
    try mapping.store([5].span, at: 9_999)
    #expect(try reader.readByte(at: 9_999) == 5)
  }

  @Test(
    "What was stored stays when it is released for a sync, and goes on being stored into",
    arguments: World.allCases)
  func release(world: World) throws {
    let scratch = try world.makeScratch()
    guard let (file, mapping) = try mapped(scratch) else { return }
    try mapping.store([1, 2, 3].span, at: 4095)
    // As far as the range goes, and beyond the end of the file.
    for part: Range<Int64> in [0..<10_000, 4096..<65_536, 0..<0, 9_999..<1 << 40] {
      mapping.release(part)
      #expect(try file.content()[4094..<4099] == [0, 1, 2, 3, 0])
    }
    try mapping.store([4].span, at: 4096)
    try file.sync()
    #expect(try file.content()[4094..<4099] == [0, 1, 4, 3, 0])
  }

  @Test("A store outside of the range is refused and changes nothing", arguments: World.allCases)
  func outside(world: World) throws {
    let scratch = try world.makeScratch()
    guard let (file, mapping) = try mapped(scratch) else { return }
    for offset in [-1, 65_534, 65_536, Int64.max] {
      #expect(
        code { () throws(IOFailure) in try mapping.store([1, 2, 3].span, at: offset) } != nil)
    }
    #expect(try file.content().allSatisfy { $0 == 0 })
  }

  @Test("A range that begins within a page, or is empty, is refused", arguments: World.allCases)
  func ranges(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    for range: Range<Int64> in [1..<4096, 100..<100] {
      #expect(
        code { () throws(IOFailure) in _ = try file.mapForStoring(range) } == EINVAL)
    }
  }

  @Test("A mapping outlives the cut of the file behind what is stored", arguments: World.allCases)
  func cut(world: World) throws {
    let scratch = try world.makeScratch()
    guard let (file, mapping) = try mapped(scratch) else { return }
    try file.truncate(to: 4096)
    try mapping.store([7].span, at: 4095)
    #expect(try file.readByte(at: 4095) == 7)
  }

  @Test("A file system in memory can be mapped for storing")
  func memory() throws {
    #if os(Linux)
      guard FileManager.default.fileExists(atPath: "/dev/shm") else { return }
      let scratch = try Scratch(
        on: POSIXFileSystem(), path: "/dev/shm/file-io-" + UUID().uuidString)
      defer { try? FileManager.default.removeItem(atPath: scratch.path) }
      let file = try scratch.directory.openFile("file", .createNew)
      #expect(try file.mapForStoring(0..<4096) != nil)
    #endif
  }

  @Test("What was stored and not synced can be lost, in parts smaller than a sector too")
  func powerLoss() throws {
    var outcomes: Set<[UInt8]> = []
    for seed in 0..<200 {
      let files = SimulatedFileSystem(seed: UInt64(seed))
      let directory = try files.openDirectory("state", creating: true)
      let file = try directory.openFile("file", .createNew)
      try file.writeFully([UInt8](repeating: 0, count: 512).span, at: 0)
      try file.sync()
      try directory.sync()
      let mapping = try #require(try file.mapForStoring(0..<4096))
      try mapping.store([1, 1].span, at: 0)
      try file.sync()
      try mapping.store([2, 2, 2, 2].span, at: 2)
      let disk = files.afterPowerLoss(.random(seed: UInt64(seed)))
      outcomes.insert(Array(try disk.contents(of: "state/file").prefix(6)))
    }
    #expect(outcomes.allSatisfy { $0.starts(with: [1, 1]) })
    #expect(outcomes.contains([1, 1, 0, 0, 0, 0]) && outcomes.contains([1, 1, 2, 2, 2, 2]))
    #expect(outcomes.contains { $0.contains(0) && $0.contains(2) })
  }

  @Test("A failed sync is told to every open of the file, once")
  func failedSync() throws {
    let files = SimulatedFileSystem(seed: 1)
    let directory = try files.openDirectory("state", creating: true)
    let first = try directory.openFile("file", .createNew)
    let second = try directory.openFile("file", .readWrite)
    try first.writeFully([1].span, at: 0)
    files.inject(Fault(.failedSync(.pagesDropped), of: .sync))
    #expect(code { () throws(IOFailure) in try first.sync() } == EIO)
    #expect(code { () throws(IOFailure) in try second.sync() } == EIO)
    #expect(code { () throws(IOFailure) in try first.sync() } == nil)
    #expect(code { () throws(IOFailure) in try second.sync() } == nil)
  }
}
