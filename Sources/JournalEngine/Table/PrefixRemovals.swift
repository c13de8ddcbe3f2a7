import JournalFormat

/// The prefixes whose keys were removed as a whole: sorted, and none a prefix of another.
///
/// They stand in leaves, so that one more moves a leaf's worth at most, in whatever order they come.
struct PrefixRemovals {
  private struct Removal {
    var prefix: [UInt8]
    var sequence: LogSequenceNumber
  }

  /// A place in a leaf, possibly behind its last prefix.
  private struct Position {
    var leaf: Int
    var offset: Int
  }

  static let leafCapacity = 512

  /// Sorted within and across; none is empty.
  private var leaves: [[Removal]] = []
  private var count = 0
  private var byteCount = 0

  var isEmpty: Bool { leaves.isEmpty }

  var prefixes: [[UInt8]] { leaves.flatMap { $0.map(\.prefix) } }

  /// How many prefixes stand in each leaf.
  var leafCounts: [Int] { leaves.map(\.count) }

  var memoryByteCount: Int {
    byteCount + count * 32
      + leaves.reduce(0) { $0 + 40 + $1.capacity * MemoryLayout<Removal>.stride }
  }

  /// Adds a prefix and forgets those it covers.
  mutating func insert(_ prefix: Span<UInt8>, at sequence: LogSequenceNumber) {
    if let place = placeOfCover(of: prefix) {
      let known = leaves[place.leaf][place.offset].sequence
      leaves[place.leaf][place.offset].sequence = max(known, sequence)
      return
    }
    var copied: [UInt8] = []
    copied.append(prefix)
    let removal = Removal(prefix: copied, sequence: sequence)
    if leaves.isEmpty { leaves.append([]) }
    let place = upperBound(of: prefix)
    dropCovered(by: prefix, from: place)
    leaves[place.leaf].insert(removal, at: place.offset)
    count += 1
    byteCount += copied.count
    if leaves[place.leaf].count == Self.leafCapacity { split(place.leaf) }
  }

  private mutating func split(_ leaf: Int) {
    let half = leaves[leaf].count / 2
    leaves.insert(Array(leaves[leaf][half...]), at: leaf + 1)
    leaves[leaf].removeSubrange(half...)
  }

  /// Forgets what begins with a prefix, which all comes right behind it. The leaf where it begins may
  /// be empty then.
  private mutating func dropCovered(by prefix: Span<UInt8>, from place: Position) {
    drop(inLeaf: place.leaf, from: place.offset, coveredBy: prefix)
    if place.offset < leaves[place.leaf].count { return }
    let next = place.leaf + 1
    var end = next
    while end < leaves.count, let last = leaves[end].last, last.prefix.span.starts(with: prefix) {
      drop(inLeaf: end, from: 0, coveredBy: prefix)
      end += 1
    }
    leaves.removeSubrange(next..<end)
    if next < leaves.count { drop(inLeaf: next, from: 0, coveredBy: prefix) }
  }

  private mutating func drop(inLeaf leaf: Int, from start: Int, coveredBy prefix: Span<UInt8>) {
    var end = start
    while end < leaves[leaf].count {
      let next = leaves[leaf][end].prefix
      guard next.span.starts(with: prefix) else { break }
      byteCount -= next.count
      end += 1
    }
    count -= end - start
    leaves[leaf].removeSubrange(start..<end)
  }

  /// The commit that removed the keys with a prefix of `key`, if one did.
  func sequence(coveringKey key: Span<UInt8>) -> LogSequenceNumber? {
    placeOfCover(of: key).map { leaves[$0.leaf][$0.offset].sequence }
  }

  /// Every string between a prefix of `key` and `key` itself starts with that prefix, and no stored
  /// prefix starts with another one; so only the last one up to `key` can be the one.
  private func placeOfCover(of key: Span<UInt8>) -> Position? {
    if leaves.isEmpty { return nil }
    var place = upperBound(of: key)
    guard place.offset > 0 else { return nil }
    place.offset -= 1
    let prefix = leaves[place.leaf][place.offset].prefix
    return key.starts(with: prefix.span) ? place : nil
  }

  /// Where the first prefix after `key` stands, or would in the leaf of the last one up to it.
  private func upperBound(of key: Span<UInt8>) -> Position {
    let leaf = Self.upperBound(of: key, below: leaves.count) { leaves[$0].first }
    let last = max(leaf - 1, 0)
    return Position(
      leaf: last,
      offset: Self.upperBound(of: key, below: leaves[last].count) { leaves[last][$0] })
  }

  /// The first of `count` prefixes in order that is after `key`.
  private static func upperBound(
    of key: Span<UInt8>, below count: Int, _ removal: (Int) -> Removal?
  ) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      let isAfter = removal(middle).map { key.precedes($0.prefix.span) } ?? false
      if isAfter { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
