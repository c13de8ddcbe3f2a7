/// A few checked blocks of one snapshot, replaced by the CLOCK rule: a hand goes round and takes
/// the first block that was not used since it came by last. Cheaper than keeping an order of use,
/// and as good at keeping what is used often.
///
/// Holds at most 32 blocks of at most 64 KiB: 2 MiB, and half a megabyte as a rule.
struct SnapshotBlockCache {
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

  /// Keeps the bytes of a block, in the place of another one when all places are taken.
  mutating func insert(_ ordinal: Int, _ bytes: [UInt8]) {
    guard bytes.count <= Self.byteLimitPerBlock, !ordinals.contains(ordinal) else { return }
    if blocks.count < Self.blockLimit {
      ordinals.append(ordinal)
      blocks.append(bytes)
      used.append(false)
      return
    }
    while used[hand] {
      used[hand] = false
      hand = (hand + 1) % Self.blockLimit
    }
    ordinals[hand] = ordinal
    blocks[hand] = bytes
    hand = (hand + 1) % Self.blockLimit
  }
}
