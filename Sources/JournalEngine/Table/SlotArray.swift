import CPrefetch

/// An open-addressing hash table from hashes to references: linear probing in the order of hashes,
/// in 10 to 15 bytes per entry.
///
/// A slot is a hash (upper half) and a reference. The home of a hash is its share of the range, so
/// slots as a whole are sorted by hash: a search stops at the first larger one, found or not, and
/// growing copies from front to back.
struct SlotArray {
  private static let empty = UInt64.max

  private var slots: [UInt64]
  private var range = 16
  /// Slots behind the range, for what is pushed past its end.
  private var overflowCount = 48
  private(set) var count = 0

  init() {
    slots = [UInt64](repeating: Self.empty, count: range + overflowCount)
  }

  var memoryByteCount: Int { slots.count * 8 }

  private func home(of slot: UInt64) -> Int {
    Int(truncatingIfNeeded: ((slot >> 32) &* UInt64(truncatingIfNeeded: range)) >> 32)
  }

  /// The first index that can hold `hash`: as long as ``holds(_:at:)``, it and those behind it do.
  func firstIndex(of hash: UInt32) -> Int {
    let wanted = UInt64(hash) << 32
    var index = home(of: wanted)
    // The last slot is always empty, and an empty one is larger than every hash.
    while slots[index] < wanted { index += 1 }
    return index
  }

  /// Brings the place of a hash nearer, for a search that comes soon.
  func prefetch(_ hash: UInt32) {
    let index = home(of: UInt64(hash) << 32)
    unsafe slots.withUnsafeBufferPointer { slots in
      guard let start = slots.baseAddress else { return }
      unsafe journal_prefetch(start + index)
    }
  }

  func holds(_ hash: UInt32, at index: Int) -> Bool { slots[index] >> 32 == UInt64(hash) }

  func reference(at index: Int) -> EntryReference {
    EntryReference(rawValue: UInt32(truncatingIfNeeded: slots[index]))
  }

  mutating func setReference(_ reference: EntryReference, at index: Int) {
    slots[index] = slots[index] & ~UInt64(UInt32.max) | UInt64(reference.rawValue)
  }

  /// Replaces every reference by what `replacement` says.
  mutating func replaceReferences(_ replacement: (EntryReference) -> EntryReference) {
    for index in slots.indices where slots[index] != Self.empty {
      setReference(replacement(reference(at: index)), at: index)
    }
  }

  /// Adds a reference that is not there yet.
  mutating func insert(_ reference: EntryReference, hash: UInt32) {
    // Above four fifths, runs of full slots become long.
    if (count + 1) * 5 > range * 4 {
      range += range / 2
      spread()
    }
    var carried = UInt64(hash) << 32 | UInt64(reference.rawValue)
    var index = firstIndex(of: hash)
    while carried != Self.empty {
      swap(&slots[index], &carried)
      index += 1
    }
    count += 1
    if index == slots.count { spread() }
  }

  /// Makes room for so many references in one step.
  mutating func reserve(_ expectedCount: Int) {
    let wanted = expectedCount + expectedCount / 4 + 1
    guard wanted > range else { return }
    range = wanted
    spread()
  }

  /// Empties a slot and moves those behind it nearer to their homes.
  mutating func remove(at index: Int) {
    var index = index
    while slots[index + 1] != Self.empty, home(of: slots[index + 1]) <= index {
      slots[index] = slots[index + 1]
      index += 1
    }
    slots[index] = Self.empty
    count -= 1
  }

  /// Puts the slots into a new array for the range, the last slot empty.
  private mutating func spread() {
    var spread = [UInt64](repeating: Self.empty, count: range + overflowCount)
    while !copy(to: &spread) {
      // Keys that fall together stay together in any range; only room at its end helps.
      overflowCount *= 2
      spread = [UInt64](repeating: Self.empty, count: range + overflowCount)
    }
    slots = spread
  }

  /// Copies the slots in order; false when they do not fit before the last one.
  private func copy(to spread: inout [UInt64]) -> Bool {
    var next = 0
    for slot in slots where slot != Self.empty {
      next = max(next, home(of: slot))
      guard next < spread.count - 1 else { return false }
      spread[next] = slot
      next += 1
    }
    return true
  }
}
