/// Owns the memory of entries: small ones stand one behind another in chunks, large ones have an
/// allocation each.
///
/// Space of small entries that moved or were dropped is garbage until ``rebuild(slots:order:)``;
/// that of large ones is given back at once. References below ``firstLarge`` count granules, 8,192
/// to a chunk; from there on they count large entries.
struct Arena: ~Copyable {
  /// Entries of up to 4 KiB live in chunks. Larger ones would leave much of a chunk's end unused.
  static let largestGranuleCount = 256
  private static let firstLarge: UInt32 = 0xF000_0000

  private var chunks = ChunkList()
  private var large: [EntryBlock?] = []
  private var unusedLarge: [UInt32] = []
  private var largeGranuleCount = 0
  private var garbageGranuleCount = 0

  init() {}

  /// The same entries at the same references, in memory of its own.
  init(copying other: borrowing Arena) {
    chunks = ChunkList(copying: other.chunks)
    large = other.large.map { block in
      block.map { block in
        let copy = EntryBlock.allocate(granuleCount: block.granuleCount)
        copy.copy(from: block, granuleCount: block.granuleCount)
        return copy
      }
    }
    unusedLarge = other.unusedLarge
    largeGranuleCount = other.largeGranuleCount
    garbageGranuleCount = other.garbageGranuleCount
  }

  deinit {
    for case let block? in large { block.deallocate() }
  }

  /// All memory held, in bytes.
  var memoryByteCount: Int {
    chunks.memoryByteCount + largeGranuleCount * EntryBlock.granuleByteCount
      + (large.capacity + unusedLarge.capacity) * 8
  }

  /// Whether a rebuild would give back more than half of the chunks.
  var isMostlyGarbage: Bool {
    garbageGranuleCount > 4096 && garbageGranuleCount > chunks.usedGranuleCount / 2
  }

  func block(at reference: EntryReference) -> EntryBlock {
    guard reference.rawValue >= Self.firstLarge else { return chunks.block(at: reference) }
    guard let block = large[Int(reference.rawValue - Self.firstLarge)] else {
      preconditionFailure("the entry was dropped")
    }
    return block
  }

  /// Where the entry is that once was at `reference`. Each move leaves an eighth to grow into, so
  /// an entry moves some forty times at most before it is large, and large ones keep their place.
  func resolve(_ reference: EntryReference) -> EntryReference {
    var reference = reference
    while true {
      let block = block(at: reference)
      guard block.isMoved else { return reference }
      reference = block.destination
    }
  }

  // MARK: Changing

  /// Adds an entry.
  mutating func add(
    key: Span<UInt8>, value: Span<UInt8>, stamp: EntryStamp
  ) -> EntryReference {
    let needed = EntryBlock.granuleCount(keyByteCount: key.count, valueByteCount: value.count)
    let reference =
      needed <= Self.largestGranuleCount
      ? chunks.allocate(granuleCount: needed) : addLarge(granuleCount: needed)
    block(at: reference).initialize(
      key: key, value: value, stamp: stamp, granuleCount: needed)
    return reference
  }

  /// Gives an entry another value, in place if it fits; answers where the entry is now.
  mutating func replace(
    at reference: EntryReference, key: Span<UInt8>, value: Span<UInt8>, stamp: EntryStamp
  ) -> EntryReference {
    let old = block(at: reference)
    if old.replaceValue(value, stamp: stamp) { return reference }

    // What grew once is likely to grow again.
    let needed = EntryBlock.granuleCount(keyByteCount: key.count, valueByteCount: value.count)
    let generous = needed + min(needed / 8, Int(UInt16.max))
    if reference.rawValue >= Self.firstLarge {
      largeGranuleCount += generous - old.granuleCount
      let new = EntryBlock.allocate(granuleCount: generous)
      new.initialize(key: key, value: value, stamp: stamp, granuleCount: generous)
      large[Int(reference.rawValue - Self.firstLarge)] = new
      old.deallocate()
      return reference
    }
    garbageGranuleCount += old.granuleCount
    let moved =
      generous <= Self.largestGranuleCount
      ? chunks.allocate(granuleCount: generous) : addLarge(granuleCount: generous)
    block(at: moved).initialize(key: key, value: value, stamp: stamp, granuleCount: generous)
    old.markMoved(to: moved)
    return moved
  }

  /// Gives up an entry that nothing refers to any more.
  mutating func drop(at reference: EntryReference) {
    let block = block(at: reference)
    guard reference.rawValue >= Self.firstLarge else {
      garbageGranuleCount += block.granuleCount
      return
    }
    largeGranuleCount -= block.granuleCount
    block.deallocate()
    large[Int(reference.rawValue - Self.firstLarge)] = nil
    unusedLarge.append(reference.rawValue)
  }

  private mutating func addLarge(granuleCount: Int) -> EntryReference {
    largeGranuleCount += granuleCount
    let block = EntryBlock.allocate(granuleCount: granuleCount)
    if let reference = unusedLarge.popLast() {
      large[Int(reference - Self.firstLarge)] = block
      return EntryReference(rawValue: reference)
    }
    precondition(large.count < UInt32.max - Self.firstLarge, "too many large entries")
    large.append(block)
    return EntryReference(rawValue: Self.firstLarge + UInt32(large.count - 1))
  }

  /// Copies the entries into fresh chunks, in the order of `order`, and leaves the garbage behind.
  mutating func rebuild(slots: inout SlotArray, order: inout KeyOrder) {
    var fresh = ChunkList()
    order.replaceReferences { reference in
      let current = resolve(reference)
      guard current.rawValue < Self.firstLarge else { return current }
      let block = chunks.block(at: current)
      let copied = fresh.allocate(
        granuleCount: EntryBlock.granuleCount(
          keyByteCount: block.keyByteCount, valueByteCount: block.valueByteCount))
      fresh.block(at: copied).initialize(from: block)
      block.markMoved(to: copied)
      return copied
    }
    slots.replaceReferences { reference in
      reference.rawValue < Self.firstLarge ? chunks.block(at: reference).destination : reference
    }
    swap(&chunks, &fresh)
    garbageGranuleCount = 0
  }
}
