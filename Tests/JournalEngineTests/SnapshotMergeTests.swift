import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Merging snapshots")
struct SnapshotMergeTests {
  /// A base and some runs, the oldest first.
  static func layers(seed: UInt64) -> (layers: [SnapshotModel], random: SeededGenerator) {
    var random = SeededGenerator(seed: seed)
    var layers = [SnapshotModel.random(count: 120, from: 0, to: 100, using: &random)]
    for number in 1...UInt64.random(in: 1...5, using: &random) {
      let count = Int.random(in: 0...80, using: &random)
      layers.append(
        .random(count: count, from: number * 100, to: number * 100 + 100, using: &random))
    }
    return (layers, random)
  }

  static func chain(_ layers: [SnapshotModel]) throws -> SnapshotChain {
    try SnapshotChain(oldestFirst: layers.map { try $0.reader(blockByteCount: 128) })
  }

  @Test(
    "A chain reads as if its layers had been applied one after another",
    arguments: 0..<40 as Range<UInt64>)
  func chainLaw(seed: UInt64) throws {
    var (layers, random) = Self.layers(seed: seed)
    let model = layers.dropFirst().reduce(layers[0]) { $0.overlaid(with: $1) }
    let chain = try Self.chain(layers)

    #expect(try chain.cursor().collect() == model.visible, "seed \(seed)")
    for _ in 0..<300 {
      let key = random.key()
      let answer = try chain.lookup(key)
      if let entry = model.entries[key], !entry.isRemoval {
        #expect(answer == entry.lookup, "seed \(seed), key \(key)")
      } else {
        #expect(answer == .removed || answer == .unknown, "seed \(seed), key \(key)")
      }
    }
    let prefix = random.key(upTo: 2)
    let start = random.key()
    #expect(
      try chain.cursor(from: start, prefix: prefix).collect()
        == model.visible.filter {
          $0.key.starts(with: prefix) && !$0.key.lexicographicallyPrecedes(start)
        }, "seed \(seed), from \(start), prefix \(prefix)")
    #expect(chain.from == .zero && chain.to.rawValue == model.to)
    #expect(chain.entryCount == layers.reduce(0) { $0 + $1.entries.count })
  }

  @Test(
    "Runs merged into one change any older state as they did one after another",
    arguments: 0..<40 as Range<UInt64>)
  func runLaw(seed: UInt64) throws {
    let (layers, _) = Self.layers(seed: seed)
    let runs = Array(layers.dropFirst())
    let merge = MergeCursor(newestFirst: try Self.chain(runs).layers(), droppingRemovals: false)
    var merged = SnapshotModel(from: runs[0].from, to: runs[runs.count - 1].to)
    merged.removedPrefixes = merge.removedPrefixes.sorted
    for entry in try merge.collect() { merged.entries[entry.key] = entry }

    let expected = runs.reduce(layers[0]) { $0.overlaid(with: $1) }
    #expect(layers[0].overlaid(with: merged).visible == expected.visible, "seed \(seed)")
    // Through a file too.
    let chain = try Self.chain([layers[0], merged])
    #expect(try chain.cursor().collect() == expected.visible, "seed \(seed)")
  }

  @Test("A removed prefix hides what is older, and nothing in its own file")
  func ownEntriesStay() throws {
    var base = SnapshotModel(from: 0, to: 1)
    base.entries = [[1, 1]: Entry([1, 1], [0], 1), [1, 2]: Entry([1, 2], [0], 1)]
    var run = SnapshotModel(from: 1, to: 2)
    run.entries = [[1, 2]: Entry([1, 2], [9], 2)]
    run.removedPrefixes = [[1]]
    let chain = try Self.chain([base, run])
    #expect(try chain.lookup([1, 1]) == .removed)
    #expect(try chain.lookup([1, 2]) == .value([9], LogSequenceNumber(2)))
    #expect(try chain.cursor().collect() == [Entry([1, 2], [9], 2)])
    #expect(chain.removes(prefixOf: [1, 7]) && !chain.removes(prefixOf: [2]))
  }

  @Test("The empty prefix hides everything older")
  func emptyPrefix() throws {
    var base = SnapshotModel(from: 0, to: 1)
    base.entries = [[]: Entry([], [0], 1), [5]: Entry([5], [0], 1)]
    var run = SnapshotModel(from: 1, to: 2)
    run.removedPrefixes = [[], [5]]
    let chain = try Self.chain([base, run])
    #expect(try chain.lookup([5]) == .removed)
    #expect(try chain.cursor().collect().isEmpty)
    #expect(chain.readers[1].removedPrefixes.sorted == [[]])
  }

  @Test("Snapshots that do not join are not a chain")
  func gap() throws {
    let old = try SnapshotModel(from: 0, to: 5).reader()
    let new = try SnapshotModel(from: 6, to: 9).reader()
    let error = #expect(throws: JournalError.self) {
      _ = try SnapshotChain(oldestFirst: [old, new])
    }
    #expect(error?.reason == .damage(.gap) && error?.sequence == LogSequenceNumber(6))
  }

  @Test("A merge ends at the first damage, and does not go on with the layers that are left")
  func damage() throws {
    let disk = try SnapshotDisk()
    var base = SnapshotModel(from: 0, to: 1)
    var run = SnapshotModel(from: 1, to: 2)
    for number in 0..<100 as Range<UInt8> {
      base.entries[[number]] = Entry([number], [0], 1)
      run.entries[[number]] = Entry([number], [1], 2)
    }
    let readers = [try base.reader(in: disk), try run.reader(in: disk)]
    disk["1-2"][Int(readers[1].index.block(1).lowerBound) + 9] ^= 1
    let cursor = try SnapshotChain(oldestFirst: readers).cursor()
    var entry = Entry()
    let error = #expect(throws: JournalError.self) {
      while try cursor.next(into: &entry) { #expect(entry.sequence.rawValue == 2) }
    }
    #expect(error?.reason == .damage(.snapshotBlock))
    #expect(try !cursor.next(into: &entry))
  }

  @Test(
    "Removed prefixes are kept minimal and answer like a list of them",
    arguments: 0..<20 as Range<UInt64>)
  func prefixes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let list = (0..<Int.random(in: 0...8, using: &random)).map { _ in [0x61] + random.key(upTo: 4) }
    let other = [random.key(upTo: 3)]
    let prefixes = RemovedPrefixes(list)
    let union = prefixes.union(RemovedPrefixes(other))
    for _ in 0..<100 {
      let key = random.key()
      #expect(
        prefixes.contains(prefixOf: key) == list.contains { key.starts(with: $0) },
        "seed \(seed), key \(key)")
      #expect(
        union.contains(prefixOf: key) == (list + other).contains { key.starts(with: $0) },
        "seed \(seed), key \(key)")
    }
  }
}
