import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Look-ups through filters")
struct SnapshotFilterReadTests {
  private func model(from: UInt64 = 100) -> SnapshotModel {
    var model = SnapshotModel(from: from)
    for number in 0..<2_000 as Range<UInt64> {
      let key = Array("key \(10_000 + 2 * number)".utf8)
      model.entries[key] = Entry(key, [1, 2, 3], 200)
    }
    return model
  }

  /// Keys between those of the model.
  private let strangers = (0..<2_000).map { Array("key \(10_001 + 2 * $0)".utf8) }

  private func readCount(_ disk: SnapshotDisk, _ body: () throws -> Void) throws -> Int {
    let before = disk.operations.count
    try body()
    return disk.operations.dropFirst(before).count { $0 == .read }
  }

  @Test("A run is hardly read for keys that it does not have, and a base is read for each")
  func reads() throws {
    let disk = try SnapshotDisk()
    let run = try model().reader(in: disk)
    let filterCount = run.index.filterCount
    #expect(filterCount > 1)
    let runReads = try readCount(disk) {
      let known = try strangers.filter { try run.lookup($0) != .unknown }
      #expect(known.isEmpty)
    }
    // One read for each filter, and a block for each of the few keys that pass.
    #expect(runReads >= filterCount && runReads < filterCount + strangers.count / 20)

    let base = try model(from: 0).reader(in: disk)
    #expect(base.index.filterCount == 0)
    let baseReads = try readCount(disk) {
      let known = try strangers.filter { try base.lookup($0) != .unknown }
      #expect(known.isEmpty)
    }
    #expect(baseReads >= base.index.blockCount - 1)
  }

  @Test("A filter that cannot be read is done without, and read when it can be again")
  func unreadable() throws {
    let disk = try SnapshotDisk()
    let run = try model().reader(in: disk)
    let entries = model().sorted
    let entry = try #require(entries.first)
    disk.files.inject(Fault(.inputOutput, at: 1, of: .read))
    #expect(try run.lookup(entry.key) == entry.lookup)
    let again = try readCount(disk) { _ = try run.lookup(strangers[0]) }
    #expect(again >= 1)
    #expect(try run.lookup(entry.key) == entry.lookup)
  }

  @Test("A damaged filter hides nothing, and a verification reports it")
  func damaged() throws {
    let disk = try SnapshotDisk()
    let name = "100-1000"
    let place = try model().reader(in: disk).index.filter(1)
    for offset in Int(place.lowerBound)..<Int(place.upperBound) { disk[name][offset] = 0 }
    let run = try SnapshotReader(opening: name, in: disk.directory)
    for entry in model().sorted { #expect(try run.lookup(entry.key) == entry.lookup) }
    let verification = run.verify()
    #expect(verification.damages.isEmpty && verification.summaryError == nil)
    #expect(verification.filterErrors.map(\.reason) == [.damage(.snapshotIndex)])
    #expect(verification.filterErrors.first?.offset == place.lowerBound)
    #expect(!verification.isSound)
  }
}
