import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Damaged snapshots")
struct SnapshotDamageTests {
  /// A run of several blocks with removals and removed prefixes, some kilobytes.
  struct Golden {
    let model: SnapshotModel
    let bytes: [UInt8]
    let blocks: [Range<Int>]
    let prefixes: Range<Int>
    let filters: [Range<Int>]
    let index: Range<Int>
    let footer: Range<Int>

    init() throws {
      var random = SeededGenerator(seed: 7)
      var model = SnapshotModel.random(count: 90, from: 100, to: 400, using: &random)
      model.removedPrefixes = [[0x61, 0x62], [0xFF]]
      let disk = try SnapshotDisk()
      try model.write(to: "run", in: disk)
      let reader = try SnapshotReader(opening: "run", in: disk.directory)
      self.model = model
      bytes = disk["run"]
      blocks = (0..<reader.index.blockCount).map {
        let place = reader.index.block($0)
        return Int(place.lowerBound)..<Int(place.upperBound)
      }
      footer = (bytes.count - SnapshotFooter.byteCount)..<bytes.count
      index = Int(reader.footer.indexOffset)..<footer.lowerBound
      filters = (0..<reader.index.filterCount).map {
        let place = reader.index.filter($0)
        return Int(place.lowerBound)..<Int(place.upperBound)
      }
      let prefixesEnd = Int(reader.footer.filtersOffset)
      prefixes = Int(reader.footer.removedPrefixesOffset)..<prefixesEnd
    }

    /// The parts with their checksums made right again.
    func resealed(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      let salt = bytes.span.loadUInt64(at: 48)
      bytes.storeUInt32(CRC32C.checksum(bytes.span.extracting(0..<76)), at: 76)
      for part in blocks + filters + [prefixes, index, footer] {
        let sum = SnapshotFormat.checksum(
          bytes.span.extracting(part.lowerBound..<(part.upperBound - 4)), salt: salt,
          offset: Int64(part.lowerBound))
        bytes.storeUInt32(sum, at: part.upperBound - 4)
      }
      return bytes
    }
  }

  static func open(_ bytes: [UInt8]) throws -> SnapshotReader {
    let disk = try SnapshotDisk()
    disk["run"] = bytes
    return try SnapshotReader(opening: "run", in: disk.directory)
  }

  /// Everything that a file has to say, or an error.
  static func readAll(_ bytes: [UInt8]) throws -> [Entry] {
    let reader = try open(bytes)
    let entries = try reader.cursor().collect()
    for entry in entries { #expect(try reader.lookup(entry.key) == entry.lookup) }
    return entries
  }

  @Test("The golden file has several blocks and some kilobytes")
  func golden() throws {
    let golden = try Golden()
    #expect(golden.blocks.count > 3 && (1000..<4000).contains(golden.bytes.count))
    #expect(try Self.readAll(golden.bytes) == golden.model.sorted)
    #expect(golden.resealed(golden.bytes) == golden.bytes)
  }

  @Test("Every flipped bit is an error, when it is read and when it is verified")
  func everyBit() throws {
    let golden = try Golden()
    let entries = golden.model.sorted
    for position in golden.bytes.indices {
      for bit in 0..<8 as Range<UInt8> {
        var bytes = golden.bytes
        bytes[position] ^= 1 << bit
        if golden.filters.contains(where: { $0.contains(position) }) {
          // Nothing is lost with a filter: the blocks answer, and a verification tells.
          let reader = try Self.open(bytes)
          #expect(reader.verify().filterErrors.map(\.reason) == [.damage(.snapshotIndex)])
          #expect(try Self.readAll(bytes) == entries)
          continue
        }
        let isBlock = golden.blocks.contains { $0.contains(position) }
        guard isBlock else {
          let error = #expect(throws: JournalError.self) { _ = try Self.open(bytes) }
          guard case .damage = error?.reason else {
            Issue.record("byte \(position), bit \(bit): \(String(describing: error))")
            continue
          }
          continue
        }
        let reader = try Self.open(bytes)
        let damages = reader.verify().damages
        #expect(damages.count == 1, "byte \(position), bit \(bit)")
        #expect(damages.first?.bytes.contains(Int64(position)) == true)
        #expect(throws: JournalError.self) { try reader.cursor().collect() }
      }
    }
  }

  @Test("Every cut, and anything appended, is an error at opening")
  func everyCut() throws {
    let golden = try Golden()
    for count in 0..<golden.bytes.count {
      let error = #expect(throws: JournalError.self) {
        _ = try Self.open(Array(golden.bytes[..<count]))
      }
      #expect(
        error?.reason == .damage(count < SnapshotHeader.byteCount ? .header : .snapshotFooter))
    }
    for extra in [1, SnapshotFooter.byteCount, 4096] {
      #expect(throws: JournalError.self) {
        _ = try Self.open(golden.bytes + [UInt8](repeating: 0, count: extra))
      }
    }
  }

  @Test("An index in no order behind right checksums is asked for a prefix without a crash")
  func disorderedIndex() throws {
    let golden = try Golden()
    var bytes = golden.bytes
    // A row of each block, which ends with where its separator does, one of the filter, separators.
    let separators = golden.index.lowerBound + golden.blocks.count * 12 + golden.filters.count * 4
    let lastRow = golden.index.lowerBound + golden.blocks.count * 12
    let lastKey = separators + Int(bytes.span.loadUInt32(at: lastRow - 4))
    // The first separator is greater than any key, the last key smaller.
    bytes[separators] = 0xFF
    bytes[lastKey] = 0
    let reader = try Self.open(golden.resealed(bytes))
    for first in 0...255 as ClosedRange<UInt8> {
      #expect(reader.byteCount(ofBlocksWithPrefix: [first]) >= 0)
      _ = try? reader.cursor(prefix: [first]).collect()
    }
  }

  @Test("Any byte behind right checksums ends in an answer or an error, never in a crash")
  func hostileBytes() throws {
    let golden = try Golden()
    let keys = golden.model.sorted.map(\.key)
    var errors = 0
    for position in golden.bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var bytes = golden.bytes
        bytes[position] = value
        do {
          let reader = try Self.open(golden.resealed(bytes))
          for key in keys { _ = try? reader.lookup(key) }
          let verification = reader.verify()
          let entries = try reader.cursor().collect()
          // What a walk accepts is in order, so that a merge of it can be written.
          for (left, right) in zip(entries, entries.dropFirst()) {
            #expect(left.key.lexicographicallyPrecedes(right.key))
          }
          if !verification.isSound { errors += 1 }
        } catch is JournalError {
          errors += 1
        }
      }
    }
    #expect(errors > 1000)
  }

  @Test("Swapped blocks are noticed although each is as it was written")
  func swappedBlocks() throws {
    var model = SnapshotModel()
    for number in 0..<64 as Range<UInt8> { model.entries[[number]] = Entry([number], [1], 1) }
    let disk = try SnapshotDisk()
    let reader = try model.reader(in: disk, blockByteCount: 64)
    let (first, second) = (reader.index.block(1), reader.index.block(2))
    #expect(first.count == second.count)
    var bytes = disk["0-1000"]
    let copy = Array(bytes[Int(first.lowerBound)..<Int(first.upperBound)])
    bytes.replaceSubrange(
      Int(first.lowerBound)..<Int(first.upperBound),
      with: bytes[Int(second.lowerBound)..<Int(second.upperBound)])
    bytes.replaceSubrange(Int(second.lowerBound)..<Int(second.upperBound), with: copy)
    disk["0-1000"] = bytes
    #expect(reader.verify().damages.map(\.bytes) == [first, second])
  }

  @Test("All damaged blocks are reported with their keys, one that cannot be read included")
  func reportsAll() throws {
    let golden = try Golden()
    let disk = try SnapshotDisk()
    disk["run"] = golden.bytes
    let reader = try SnapshotReader(opening: "run", in: disk.directory)
    disk["run"][golden.blocks[0].lowerBound + 10] ^= 1
    let last = golden.blocks.count - 1
    disk["run"][golden.blocks[last].lowerBound + 10] ^= 1
    // The first read is that of the filter.
    disk.files.inject(Fault(.inputOutput, at: 4, of: .read))

    var progress: [Int64] = []
    let result = reader.verify { done, _ in progress.append(done) }
    #expect(!result.isSound && progress.last == Int64(golden.bytes.count))
    #expect(
      result.damages.map { Int($0.bytes.lowerBound) }
        == [0, 2, last].map { golden.blocks[$0].lowerBound })
    #expect(result.damages[0].firstKey == golden.model.sorted.first?.key)
    #expect(result.damages[0].keyLimit == reader.index.separator(1))
    #expect(result.damages[2].keyLimit == nil)
    #expect(result.damages[0].error.reason == .damage(.snapshotBlock))
    #expect(
      result.damages[1].error.reason == .io(IOFailure(.read, path: "snapshots/run", code: 5)))
  }

  @Test("An error names file, offset and the commits at risk")
  func context() throws {
    let golden = try Golden()
    var bytes = golden.bytes
    bytes[golden.blocks[1].lowerBound + 20] ^= 1
    let error = #expect(throws: JournalError.self) { try Self.readAll(bytes) }
    #expect(error?.reason == .damage(.snapshotBlock))
    #expect(error?.file == "snapshots/run")
    #expect(error?.offset == Int64(golden.blocks[1].lowerBound))
    #expect(error?.sequence?.rawValue == 101 && error?.lastSequence?.rawValue == 400)
  }

  @Test("A snapshot of another store, or under another name, is refused")
  func foreign() throws {
    let disk = try SnapshotDisk()
    try SnapshotModel().write(to: "base", in: disk)
    let stranger = #expect(throws: JournalError.self) {
      _ = try SnapshotReader(
        opening: "base", in: disk.directory, expecting: StoreIdentity(high: 1, low: 1))
    }
    #expect(stranger?.reason == .damage(.foreignStore))
    let renamed = #expect(throws: JournalError.self) {
      _ = try SnapshotReader(
        opening: "base", in: disk.directory, covering: (.zero, LogSequenceNumber(999)))
    }
    #expect(renamed?.reason == .damage(.header))
    let missing = #expect(throws: JournalError.self) {
      _ = try SnapshotReader(opening: "none", in: disk.directory)
    }
    #expect(missing?.reason == .io(IOFailure(.open, path: "snapshots/none", code: 2)))
  }

  @Test("A newer version is refused as such when its checksum is right, as damage when not")
  func newerVersion() throws {
    let golden = try Golden()
    var bytes = golden.bytes
    bytes[8] = 2
    let damaged = #expect(throws: JournalError.self) { _ = try Self.open(bytes) }
    #expect(damaged?.reason == .damage(.header))
    let newer = #expect(throws: JournalError.self) { _ = try Self.open(golden.resealed(bytes)) }
    #expect(newer?.reason == .newerFormat(version: 2))
  }

  @Test("An entry that breaks a rule behind a right checksum is malformed")
  func malformed() throws {
    let golden = try Golden()
    var bytes = golden.bytes
    // The first entry of a block says that it shares a byte with the one before: there is none.
    bytes[golden.blocks[0].lowerBound + 8] = 1
    let error = #expect(throws: JournalError.self) { try Self.readAll(golden.resealed(bytes)) }
    #expect(error?.reason == .damage(.malformedEntry))
  }
}
