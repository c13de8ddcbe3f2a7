import FileIO
import StorageSimulator
import Testing
import ToolSupport

@testable import JournalEngine
@testable import JournalFormat

@Suite("A sparse snapshot takes no memory")
struct SparseSnapshotTests {
  enum Part: CaseIterable {
    case block
    case removedPrefixes
    case index
  }

  private static let header = SnapshotHeader(
    identity: SegmentBuilder.store, from: .zero, to: LogSequenceNumber(1), salt: 7, createdAt: 0,
    historyBefore: .empty, historyThrough: .empty)

  /// A store whose snapshot has sound ends, and between them one part of nothing but zeros.
  static func disk(_ part: Part, byteCount: Int64) throws -> InterposedFileSystem {
    var front: [UInt8] = []
    header.encode(into: &front)
    var back: [UInt8] = []
    var footer = SnapshotFooter()
    let footerOffset = byteCount - Int64(SnapshotFooter.byteCount)
    footer.removedPrefixesOffset = Int64(SnapshotHeader.byteCount)
    switch part {
    case .removedPrefixes:
      footer.filtersOffset = footerOffset
      footer.indexOffset = footerOffset
    case .index:
      RemovedPrefixes().encode(
        into: &front, salt: header.salt, offset: footer.removedPrefixesOffset)
      footer.filtersOffset = Int64(front.count)
      footer.indexOffset = Int64(front.count)
    case .block:
      var index = SnapshotIndexBuilder()
      index.add(blockAt: Int64(SnapshotHeader.byteCount), firstKey: [1].span, after: Span())
      var indexBytes: [UInt8] = []
      index.encode(into: &indexBytes, filterEnds: [], lastKey: [2], salt: header.salt, offset: 0)
      footer.blockCount = 1
      footer.entryCount = 1
      footer.indexOffset = footerOffset - Int64(indexBytes.count)
      footer.filtersOffset = footer.indexOffset
      footer.removedPrefixesOffset = footer.indexOffset - 4
      RemovedPrefixes().encode(
        into: &back, salt: header.salt, offset: footer.removedPrefixesOffset)
      index.encode(
        into: &back, filterEnds: [], lastKey: [2], salt: header.salt, offset: footer.indexOffset)
    }
    footer.encode(into: &back, header: header, offset: footerOffset)
    let name = snapshotName(through: 1)
    let segment = SegmentBuilder(first: 2)
    return InterposedFileSystem(
      try SimulatedFileSystem.store([name: front, segment.name: segment.bytes]),
      sparse: [name: SparseEnd(byteCount: byteCount, last: back)]
    ) { _, _ in }
  }

  /// Reads and verifies the store, and salvages what is in a block; returns what is wrong with it.
  static func examine(_ part: Part, byteCount: Int64) throws -> JournalError.Reason? {
    let files = try disk(part, byteCount: byteCount)
    let store = try files.openDirectory(storePath, creating: false)
    let range = SnapshotRange(after: .zero, through: LogSequenceNumber(1))
    if part == .block {
      _ = try SalvagedSnapshot.read(range, in: store, store: header.identity)
    }
    guard try !StoreVerifier.verify(store).isStateIntact else { return nil }
    do throws(JournalError) {
      _ = try JournalReader(storePath, in: files).view.get([1].span)
      return nil
    } catch {
      return error.reason
    }
  }

  @Test(
    "P9: blocks that no index tells of are not looked for in a hole, however long",
    arguments: [1 << 26, 1 << 50] as [Int64], [[], [1]] as [[UInt8]])
  func search(byteCount: Int64, last: [UInt8]) throws {
    var front: [UInt8] = []
    Self.header.encode(into: &front)
    let name = snapshotName(through: 1)
    let readCount = Shared(0)
    let files = InterposedFileSystem(
      try SimulatedFileSystem.store([name: front]),
      sparse: [name: SparseEnd(byteCount: byteCount, last: last)]
    ) { operation, _ in
      if operation == .read { readCount.withLock { $0 += 1 } }
    }
    let found = try SalvagedSnapshot.read(
      SnapshotRange(after: .zero, through: LogSequenceNumber(1)),
      in: try files.openDirectory(storePath, creating: false), store: Self.header.identity)
    #expect(found.blocks.isEmpty && found.holes.contains([1].span))
    #expect(readCount.withLock { $0 } < 20)
  }

  @Test("P9: no part of a sparse snapshot makes a store take more than 64 MiB")
  func bounded() async {
    await #expect(processExitsWith: .success) {
      let before = ProcessMemory.peakByteCount
      for part in Part.allCases {
        for byteCount in [Int64(1) << 28, 1 << 32, 1 << 50] {
          let reason = try SparseSnapshotTests.examine(part, byteCount: byteCount)
          guard case .damage = reason else { preconditionFailure("\(part) \(byteCount)") }
        }
      }
      let extra = ProcessMemory.peakByteCount - before
      precondition(extra < 64 << 20, "\(extra) bytes more")
    }
  }
}
