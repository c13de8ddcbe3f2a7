/// Memory handed out from front to back, in chunks that are given back all at once.
struct ChunkList: ~Copyable {
  /// The granules that references set aside for each chunk: 1 MiB, the largest chunk.
  private static let granulesPerChunk = 65_536
  /// 60 GiB; references from 0xF000_0000 on mean something else.
  private static let largestChunkCount = 0xF000

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
    chunks = zip(other.chunks, other.granuleCounts).map { $0.copied(granuleCount: $1) }
    granuleCounts = other.granuleCounts
    nextGranule = other.nextGranule
    endGranule = other.endGranule
    totalGranuleCount = other.totalGranuleCount
  }

  deinit {
    for chunk in chunks { chunk.deallocate() }
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

  /// A small table takes 4 KiB, and of a large one at most a thirty-second part is not yet in use.
  private mutating func addChunk(granuleCount: Int) {
    precondition(chunks.count < Self.largestChunkCount, "a table holds at most 60 GiB of entries")
    let size = min(max(totalGranuleCount / 32, 256, granuleCount), Self.granulesPerChunk)
    nextGranule = chunks.count * Self.granulesPerChunk
    endGranule = nextGranule + size
    totalGranuleCount += size
    granuleCounts.append(size)
    chunks.append(EntryBlock.allocate(granuleCount: size))
  }
}
