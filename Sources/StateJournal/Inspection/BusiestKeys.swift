import JournalEngine
import JournalFormat

/// Counts keys in bounded memory (after Misra and Gries): when there is no room for another key, the
/// less busy half is given up, and what the busiest of them had amounts to bounds every error.
///
/// A log has many more changes than keys, so a change of a known key makes nothing: keys stand one
/// behind the other in one array and are found by hash.
struct BusiestKeys {
  private struct Entry {
    var keyOffset: Int
    var keyByteCount: Int
    var hash: UInt32
    var tally = StateActivity.Tally()
  }

  private static let maximumCount = 100_000
  /// A power of two, and so much more than the count that most keys are found at once.
  private static let slotCount = 1 << 18

  private let measure: StateActivity.Measure
  private let hash = KeyHash()
  private var entries: [Entry] = []
  private var keys: [UInt8] = []
  /// The hash (upper half) and the index behind that of an entry; 0 where there is none.
  private var slots = [UInt64](repeating: 0, count: slotCount)
  /// The entry of the last key: neighbours in a log often share their source.
  private var lastIndex: Int?
  private(set) var uncertainty: Int64 = 0

  init(by measure: StateActivity.Measure) { self.measure = measure }

  mutating func add(
    _ key: Span<UInt8>, byteCount: Int, isRemoval: Bool, at time: Int64,
    _ sequence: LogSequenceNumber
  ) {
    let index = index(of: key)
    lastIndex = index
    entries[index].tally.add(
      byteCount: byteCount, isRemoval: isRemoval, at: time, sequence)
  }

  /// The entry of a key, which is made when there is none.
  private mutating func index(of key: Span<UInt8>) -> Int {
    if let lastIndex, has(key, at: lastIndex) { return lastIndex }
    let hash = hash(key)
    var slot = Self.home(of: hash)
    while slots[slot] != 0 {
      let index = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) == hash, has(key, at: index) {
        return index
      }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    if entries.count >= Self.maximumCount {
      makeRoom()
      return append(key, hash)
    }
    return append(key, hash, in: slot)
  }

  private func has(_ key: Span<UInt8>, at index: Int) -> Bool {
    let entry = entries[index]
    guard entry.keyByteCount == key.count else { return false }
    return keys.span.extracting(entry.keyOffset..<(entry.keyOffset + entry.keyByteCount))
      .hasSameBytes(as: key)
  }

  private static func home(of hash: UInt32) -> Int { Int(hash) & (slotCount - 1) }

  private mutating func append(_ key: Span<UInt8>, _ hash: UInt32, in free: Int? = nil) -> Int {
    entries.append(Entry(keyOffset: keys.count, keyByteCount: key.count, hash: hash))
    keys.append(key)
    var slot = free ?? Self.home(of: hash)
    while slots[slot] != 0 { slot = (slot + 1) & (Self.slotCount - 1) }
    slots[slot] = UInt64(hash) << 32 | UInt64(entries.count)
    return entries.count - 1
  }

  private mutating func makeRoom() {
    let limit = medianAmount()
    let (old, oldKeys) = (entries, keys)
    entries.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = 0 }
    lastIndex = nil
    for entry in old where entry.tally.amount(by: measure) > limit {
      let range = entry.keyOffset..<(entry.keyOffset + entry.keyByteCount)
      let index = append(oldKeys.span.extracting(range), entry.hash)
      entries[index].tally = entry.tally
    }
    uncertainty += limit
  }

  /// The amount that half of the keys do not pass. Most keys are hardly busy, and small amounts are
  /// counted rather than sorted.
  private func medianAmount() -> Int64 {
    var counts = [Int](repeating: 0, count: 4096)
    for entry in entries {
      counts[Int(clamping: min(entry.tally.amount(by: measure), Int64(counts.count - 1)))] += 1
    }
    var rest = entries.count / 2
    for amount in 0..<(counts.count - 1) {
      if rest < counts[amount] { return Int64(amount) }
      rest -= counts[amount]
    }
    return entries.map { $0.tally.amount(by: measure) }.sorted()[entries.count / 2]
  }

  /// The busiest, the busiest first, of equals the first by its key.
  func top(_ count: Int) -> [(key: [UInt8], tally: StateActivity.Tally)] {
    let sorted = entries.sorted { left, right in
      let amounts = (left.tally.amount(by: measure), right.tally.amount(by: measure))
      return amounts.0 == amounts.1
        ? key(of: left).span.precedes(key(of: right).span) : amounts.0 > amounts.1
    }
    return sorted.prefix(count).map { (key(of: $0), $0.tally) }
  }

  private func key(of entry: Entry) -> [UInt8] {
    Array(keys[entry.keyOffset..<(entry.keyOffset + entry.keyByteCount)])
  }
}
