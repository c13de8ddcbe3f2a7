/// A few checked blocks of one snapshot, replaced by the CLOCK rule: a hand goes round and takes
/// the first block that was not used since it came by last. Cheaper than keeping an order of use,
/// and as good at keeping what is used often.
///
/// Holds at most 32 blocks of at most 64 KiB: 2 MiB, and half a megabyte as a rule.
struct SnapshotBlockCache {
  /// The number of no block.
  private static let vacant = -1

  static let blockLimit = 32
  static let byteLimitPerBlock = 64 << 10

  private var ordinals: [Int] = []
  private var blocks: [[UInt8]] = []
  private var used: [Bool] = []
  private var hand = 0

  /// The bytes of a block, when they are here.
  mutating func block(_ ordinal: Int) -> [UInt8]? {
    guard let slot = ordinals.firstIndex(of: ordinal) else { return nil }
    used[slot] = true
    return blocks[slot]
  }

  /// Makes room for a block, if there is none; answers memory that can be used for it, which holds
  /// anything.
  mutating func makeRoom() -> [UInt8] {
    guard blocks.count == Self.blockLimit, !ordinals.contains(Self.vacant) else { return [] }
    while used[hand] {
      used[hand] = false
      hand = (hand + 1) % Self.blockLimit
    }
    ordinals[hand] = Self.vacant
    var room: [UInt8] = []
    swap(&room, &blocks[hand])
    hand = (hand + 1) % Self.blockLimit
    return room
  }

  /// Keeps the bytes of a block, unless it is too large, or somebody else was faster.
  mutating func insert(_ ordinal: Int, _ bytes: [UInt8]) {
    guard bytes.count <= Self.byteLimitPerBlock, !ordinals.contains(ordinal) else { return }
    if blocks.count < Self.blockLimit {
      ordinals.append(ordinal)
      blocks.append(bytes)
      used.append(false)
      return
    }
    _ = makeRoom()
    guard let slot = ordinals.firstIndex(of: Self.vacant) else { return }
    (ordinals[slot], blocks[slot], used[slot]) = (ordinal, bytes, false)
  }
}
