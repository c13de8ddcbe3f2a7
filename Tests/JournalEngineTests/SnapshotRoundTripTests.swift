import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("A snapshot gives back what was written")
struct SnapshotRoundTripTests {
  @Test(
    "Random entries come back whole, in order and by key",
    arguments: 0..<24 as Range<UInt64>, [64, 256, 16 << 10])
  func roundTrip(seed: UInt64, blockByteCount: Int) throws {
    var random = SeededGenerator(seed: seed)
    let model = SnapshotModel.random(
      count: Int.random(in: 1...400, using: &random), from: seed % 2 * 500, using: &random)
    let reader = try model.reader(blockByteCount: blockByteCount)

    #expect(try reader.cursor().collect() == model.sorted, "seed \(seed)")
    for _ in 0..<300 {
      let key = random.key(upTo: 7)
      let expected = model.entries[key]?.lookup ?? .unknown
      #expect(try reader.lookup(key) == expected, "seed \(seed), key \(key)")
    }
    for key in model.entries.keys {
      #expect(try reader.lookup(key) == model.entries[key]?.lookup, "seed \(seed)")
    }
    let check = reader.verify()
    #expect(check.isSound && check.entryCount == model.entries.count, "seed \(seed)")
  }

  @Test(
    "A walk begins where it is told and stays within its prefix", arguments: 0..<24 as Range<UInt64>
  )
  func walks(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let model = SnapshotModel.random(count: 300, using: &random)
    let reader = try model.reader(blockByteCount: [64, 512, 4096][Int(seed % 3)])
    for _ in 0..<60 {
      let start = Bool.random(using: &random) ? random.key(upTo: 7) : nil
      let prefix = Bool.random(using: &random) ? random.key(upTo: 4) : nil
      let expected = model.sorted.filter {
        !$0.key.lexicographicallyPrecedes(start ?? []) && $0.key.starts(with: prefix ?? [])
      }
      let found = try reader.cursor(from: start, prefix: prefix).collect()
      #expect(
        found == expected,
        "seed \(seed), from \(String(describing: start)), prefix \(String(describing: prefix))")
    }
  }

  @Test("The summary counts what is there, on writing as on opening")
  func summary() throws {
    let disk = try SnapshotDisk()
    var model = SnapshotModel(from: 10, to: 20)
    model.entries[[1]] = Entry([1], [7, 7, 7], 11)
    model.entries[[1, 2]] = Entry([1, 2], nil, 20)
    model.removedPrefixes = [[9], [9, 9]]
    let written = try model.write(to: "run", in: disk)
    let reader = try SnapshotReader(
      opening: "run", in: disk.directory, expecting: SnapshotModel.identity,
      covering: (LogSequenceNumber(10), LogSequenceNumber(20)))
    #expect(reader.summary == written)
    #expect(written.byteCount == Int64(disk["run"].count))
    #expect(
      [written.blockCount, written.entryCount, written.removalCount, written.removedPrefixCount]
        == [1, 2, 1, 1])
    #expect(written.keyByteCount == 3 && written.valueByteCount == 3)
  }

  @Test("A snapshot without entries is sound and knows no key")
  func empty() throws {
    let reader = try SnapshotModel().reader()
    #expect(try reader.cursor().collect().isEmpty)
    #expect(try reader.lookup([]) == .unknown)
    #expect(try reader.lookup([1]) == .unknown)
    #expect(reader.verify().isSound)
  }

  @Test("A huge value has a block of its own and leaves its neighbours small")
  func hugeValue() throws {
    var model = SnapshotModel()
    let huge = [UInt8](repeating: 0xAB, count: 3 << 20)
    for (key, value) in [(1, [1]), (2, huge), (3, [3])] as [(UInt8, [UInt8])] {
      model.entries[[key]] = Entry([key], value, 5)
    }
    let disk = try SnapshotDisk()
    let reader = try model.reader(in: disk, blockByteCount: 16 << 10)
    #expect(reader.summary.blockCount == 3)
    #expect(try reader.lookup([2]) == .value(huge, LogSequenceNumber(5)))
    #expect(try reader.lookup([3]) == .value([3], LogSequenceNumber(5)))
    #expect(try reader.cursor().collect() == model.sorted)
  }

  @Test("Small entries cost at most 15 percent more than their bytes")
  func space() throws {
    var random = SeededGenerator(seed: 1)
    var model = SnapshotModel(from: 0, to: 1 << 40)
    for _ in 0..<5000 {
      let key = random.bytes(24)
      model.entries[key] = Entry(
        key, random.bytes(100), UInt64.random(in: 1...(1 << 40), using: &random))
    }
    let reader = try model.reader(blockByteCount: SnapshotFormat.blockByteCount)
    #expect(Double(reader.summary.byteCount) <= 1.15 * 124 * 5000)
  }

  @Test("P8: opening reads no block, and a lookup reads one at most once")
  func readsOnDemand() throws {
    var random = SeededGenerator(seed: 2)
    let disk = try SnapshotDisk()
    let model = SnapshotModel.random(count: 500, using: &random)
    try model.write(to: "base", in: disk)
    let pristine = disk["base"]
    let reader = try SnapshotReader(opening: "base", in: disk.directory)
    let key = try #require(model.sorted.first?.key)
    let answer = try reader.lookup(key)
    // With the blocks gone, only memory can answer.
    let blocks = SnapshotHeader.byteCount..<Int(reader.footer.removedPrefixesOffset)
    disk["base"].replaceSubrange(blocks, with: repeatElement(0, count: blocks.count))
    #expect(try reader.lookup(key) == answer)
    #expect(throws: JournalError.self) { try reader.cursor().collect() }

    let reopened = try SnapshotReader(opening: "base", in: disk.directory)
    #expect(throws: JournalError.self) { try reopened.lookup(key) }
    disk["base"] = pristine
    #expect(try reopened.lookup(key) == answer)
  }

  @Test("The cache answers from memory for what was used last, and stays within its bound")
  func cacheBound() {
    var cache = SnapshotBlockCache()
    for ordinal in 0..<1000 {
      cache.insert(ordinal, [UInt8(ordinal % 256)])
      #expect(cache.block(0) == [0], "a block in steady use stays")
    }
    #expect(cache.block(999) == [UInt8(999 % 256)])
    let kept = (0..<1000).filter { cache.block($0) != nil }
    #expect(kept.count == SnapshotBlockCache.blockLimit)
    cache.insert(2000, [UInt8](repeating: 0, count: SnapshotBlockCache.byteLimitPerBlock + 1))
    #expect(cache.block(2000) == nil)
  }
}
