import JournalFormat
import StorageSimulator

@testable import JournalEngine

extension SeededGenerator {
  /// A key over a small alphabet, so that keys collide and begin alike.
  mutating func key(upTo count: Int = 6) -> [UInt8] {
    (0..<Int.random(in: 0...count, using: &self)).map { _ in
      [0, 0x61, 0x62, 0xFF].randomElement(using: &self) ?? 0
    }
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
  }
}

extension Entry {
  init(_ key: [UInt8], _ value: [UInt8]?, _ sequence: UInt64) {
    self.init()
    self.key = key
    self.value = value ?? []
    self.sequence = LogSequenceNumber(sequence)
    isRemoval = value == nil
  }

  /// What a layer that holds this entry answers.
  var lookup: Lookup { isRemoval ? .removed : .value(value, sequence) }
}

/// The commits (from, to] as tests think of them: what was put or removed, and removed prefixes.
struct SnapshotModel {
  static let identity = StoreIdentity(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)

  var from: UInt64 = 0
  var to: UInt64 = 1000
  var entries: [[UInt8]: Entry] = [:]
  var removedPrefixes: [[UInt8]] = []

  var sorted: [Entry] {
    entries.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  /// Random entries; a base has neither removals nor removed prefixes.
  static func random(
    count: Int, from: UInt64 = 0, to: UInt64 = 1000, using random: inout SeededGenerator
  ) -> SnapshotModel {
    var model = SnapshotModel(from: from, to: to)
    for _ in 0..<count {
      let key = random.key()
      let isRemoval = from > 0 && Int.random(in: 0..<4, using: &random) == 0
      let value = random.bytes(Int.random(in: 0..<20, using: &random))
      model.entries[key] = Entry(
        key, isRemoval ? nil : value, UInt64.random(in: (from + 1)...to, using: &random))
    }
    if from > 0 {
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        model.removedPrefixes.append(random.key(upTo: 3))
      }
    }
    return model
  }

  /// This state with a newer layer laid over it.
  func overlaid(with newer: SnapshotModel) -> SnapshotModel {
    var result = self
    result.to = newer.to
    for prefix in newer.removedPrefixes {
      result.entries = result.entries.filter { !$0.key.starts(with: prefix) }
    }
    result.entries.merge(newer.entries) { _, new in new }
    result.removedPrefixes += newer.removedPrefixes
    return result
  }

  /// What readers see.
  var visible: [Entry] { sorted.filter { !$0.isRemoval } }

  /// Writes the model as a snapshot.
  @discardableResult
  func write(
    to name: String, in disk: SnapshotDisk, blockByteCount: Int = 256
  ) throws -> SnapshotSummary {
    let header = SnapshotHeader(
      identity: Self.identity, from: LogSequenceNumber(from), to: LogSequenceNumber(to),
      salt: 0x5A17 + from, createdAt: 1_700_000_000_000_000_000,
      historyBefore: HistoryChecksum(UInt32(truncatingIfNeeded: from)),
      historyThrough: HistoryChecksum(UInt32(truncatingIfNeeded: to)))
    let writer = try SnapshotWriter(
      in: disk.directory, temporaryName: name, header: header,
      removedPrefixes: RemovedPrefixes(removedPrefixes), blockByteCount: blockByteCount)
    for entry in sorted { try writer.append(entry) }
    return try writer.finish()
  }

  func reader(
    in disk: SnapshotDisk? = nil, blockByteCount: Int = 256
  ) throws -> SnapshotReader {
    let disk = try disk ?? SnapshotDisk()
    let name = "\(from)-\(to)"
    try write(to: name, in: disk, blockByteCount: blockByteCount)
    return try SnapshotReader(opening: name, in: disk.directory)
  }
}

extension EntryCursor {
  /// Every entry that is left.
  func collect() throws -> [Entry] {
    var entries: [Entry] = []
    var entry = Entry()
    while try next(into: &entry) { entries.append(entry) }
    return entries
  }
}

/// Spans do not pass through the macros of the test library; arrays do.
extension SnapshotReader {
  func lookup(_ key: [UInt8]) throws(JournalError) -> Lookup { try lookup(key.span) }
  func removes(prefixOf key: [UInt8]) -> Bool { removes(prefixOf: key.span) }
}

extension SnapshotChain {
  func lookup(_ key: [UInt8]) throws(JournalError) -> Lookup { try lookup(key.span) }
  func removes(prefixOf key: [UInt8]) -> Bool { removes(prefixOf: key.span) }
}

extension RemovedPrefixes {
  func contains(prefixOf key: [UInt8]) -> Bool { contains(prefixOf: key.span) }
}
