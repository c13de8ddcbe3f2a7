/// Memory handed out from front to back, in chunks that are given back all at once.
struct ChunkList: ~Copyable {
  /// The granules that references set aside for each chunk.
  private static let granulesPerChunk = ChunkReserve.granulesPerChunk
  /// 60 GiB; references from 0xF000_0000 on mean something else.
  private static let largestChunkCount = 0xF000_0000 / granulesPerChunk
  /// A table of so many bytes is a large one.
  static let largeByteCount = 512 << 10

  private var chunks: [EntryBlock] = []
  /// The size of each chunk.
  private var granuleCounts: [Int] = []
  private var nextGranule = 0
  private var endGranule = 0
  private var totalGranuleCount = 0

  /// Granules handed out, and those at the ends of chunks that were too few for an entry.
  var usedGranuleCount: Int { totalGranuleCount - (endGranule - nextGranule) }

  var memoryByteCount: Int {
    totalGranuleCount * EntryBlock.granuleByteCount + (chunks.capacity + granuleCounts.capacity) * 8
  }

  init() {}

  /// The same entries at the same references, in memory of its own.
  init(copying other: borrowing ChunkList) {
    chunks = zip(other.chunks, other.granuleCounts).map { chunk, granuleCount in
      let copy = Self.makeChunk(granuleCount: granuleCount)
      copy.copy(from: chunk, granuleCount: granuleCount)
      return copy
    }
    granuleCounts = other.granuleCounts
    nextGranule = other.nextGranule
    endGranule = other.endGranule
    totalGranuleCount = other.totalGranuleCount
  }

  deinit {
    for (chunk, granuleCount) in zip(chunks, granuleCounts) {
      if granuleCount == ChunkReserve.granulesPerChunk {
        ChunkReserve.shared.give(chunk)
      } else {
        chunk.deallocate()
      }
    }
  }

  /// The block at a reference that this list handed out.
  func block(at reference: EntryReference) -> EntryBlock {
    let chunk = chunks[Int(reference.rawValue) / Self.granulesPerChunk]
    return chunk.block(afterGranules: Int(reference.rawValue) % Self.granulesPerChunk)
  }

  /// Room for an entry of that many granules, at most 256.
  mutating func allocate(granuleCount: Int) -> EntryReference {
    if endGranule - nextGranule < granuleCount { addChunk(granuleCount: granuleCount) }
    defer { nextGranule += granuleCount }
    return EntryReference(rawValue: UInt32(nextGranule))
  }

  /// A small table takes 4 KiB, and of a large one at most 128 KiB are not yet in use.
  private mutating func addChunk(granuleCount: Int) {
    precondition(chunks.count < Self.largestChunkCount, "a table holds at most 60 GiB of entries")
    let isLarge = totalGranuleCount * EntryBlock.granuleByteCount >= Self.largeByteCount
    let size = isLarge ? Self.granulesPerChunk : max(totalGranuleCount / 32, 256, granuleCount)
    nextGranule = chunks.count * Self.granulesPerChunk
    endGranule = nextGranule + size
    totalGranuleCount += size
    granuleCounts.append(size)
    chunks.append(Self.makeChunk(granuleCount: size))
  }

  private static func makeChunk(granuleCount: Int) -> EntryBlock {
    granuleCount == ChunkReserve.granulesPerChunk
      ? ChunkReserve.shared.take() : EntryBlock.allocate(granuleCount: granuleCount)
  }
}
