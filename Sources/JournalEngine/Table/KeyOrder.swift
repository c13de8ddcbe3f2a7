/// The keys of a table in order, brought up to date when somebody asks for order: leaves of up to
/// 512 sorted references, and the references that came since.
struct KeyOrder {
  /// A place between keys.
  struct Position: Equatable {
    var leaf: Int
    var offset: Int
  }

  private static let leafCapacity = 512
  /// Leaves are cut with some room, so that the next key does not split them.
  private static let leafFill = 448

  /// Sorted within and across; none is empty.
  private var leaves: [[EntryReference]] = []
  private(set) var sortedCount = 0
  private var pending: [EntryReference] = []

  var memoryByteCount: Int {
    leaves.count * (Self.leafCapacity * 4 + 40) + pending.capacity * 4
  }

  /// Notes a key that is not there yet.
  mutating func append(_ reference: EntryReference) {
    if pending.count == pending.capacity {
      pending.reserveCapacity(pending.count + pending.count / 4 + 16)
    }
    pending.append(reference)
  }

  /// Makes room for so many keys to be noted.
  mutating func reserve(_ expectedCount: Int) { pending.reserveCapacity(expectedCount) }

  /// Replaces every reference by what `replacement` says, which must have the same key.
  mutating func replaceReferences(_ replacement: (EntryReference) -> EntryReference) {
    for leaf in leaves.indices {
      for offset in leaves[leaf].indices {
        leaves[leaf][offset] = replacement(leaves[leaf][offset])
      }
    }
    for index in pending.indices { pending[index] = replacement(pending[index]) }
  }

  // MARK: Settling

  /// Sorts in what came since the last time: O(k log n) for a few, O(n log n) for many.
  mutating func settle(in storage: borrowing TableStorage) {
    if pending.count > sortedCount / 8 {
      var all = leaves.flatMap { $0 }
      all.append(contentsOf: pending)
      storage.sortByKey(&all)
      cutLeaves(from: all)
    } else {
      for reference in pending { insert(reference, in: storage) }
      // Drops leave short leaves behind.
      if leaves.count > 16 + sortedCount / 64 { cutLeaves(from: leaves.flatMap { $0 }) }
    }
    pending = []
  }

  private mutating func cutLeaves(from all: [EntryReference]) {
    leaves = stride(from: 0, to: all.count, by: Self.leafFill).map { start in
      var leaf: [EntryReference] = []
      leaf.reserveCapacity(Self.leafCapacity)
      leaf.append(contentsOf: all[start..<min(start + Self.leafFill, all.count)])
      return leaf
    }
    sortedCount = all.count
  }

  private mutating func insert(_ reference: EntryReference, in storage: borrowing TableStorage) {
    var place = storage.block(at: reference).withKey { lowerBound(of: $0, in: storage) }
    if place.leaf == leaves.count {
      place = Position(leaf: place.leaf - 1, offset: leaves[place.leaf - 1].count)
    }
    if leaves[place.leaf].count == Self.leafCapacity {
      let half = Self.leafCapacity / 2
      var back: [EntryReference] = []
      back.reserveCapacity(Self.leafCapacity)
      back.append(contentsOf: leaves[place.leaf][half...])
      leaves[place.leaf].removeSubrange(half...)
      leaves.insert(back, at: place.leaf + 1)
      if place.offset > half { place = Position(leaf: place.leaf + 1, offset: place.offset - half) }
    }
    leaves[place.leaf].insert(reference, at: place.offset)
    sortedCount += 1
  }

  // MARK: Finding

  var start: Position { Position(leaf: 0, offset: 0) }

  /// The reference at a place, nil at the end.
  func reference(at position: Position) -> EntryReference? {
    position.leaf < leaves.count ? leaves[position.leaf][position.offset] : nil
  }

  /// The reference some places further on, if that is in the same leaf.
  func reference(inLeafOf position: Position, ahead count: Int) -> EntryReference? {
    let offset = position.offset + count
    return offset < leaves[position.leaf].count ? leaves[position.leaf][offset] : nil
  }

  func position(after position: Position) -> Position {
    position.offset + 1 < leaves[position.leaf].count
      ? Position(leaf: position.leaf, offset: position.offset + 1)
      : Position(leaf: position.leaf + 1, offset: 0)
  }

  /// The place of the first key that is not before `key`; settled keys only.
  func lowerBound(of key: Span<UInt8>, in storage: borrowing TableStorage) -> Position {
    var low = 0
    var high = leaves.count
    while low < high {
      let middle = (low + high) / 2
      let last = leaves[middle][leaves[middle].count - 1]
      if storage.key(at: last, precedes: key) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    let leaf = low
    guard leaf < leaves.count else { return Position(leaf: leaf, offset: 0) }
    low = 0
    high = leaves[leaf].count
    while low < high {
      let middle = (low + high) / 2
      if storage.key(at: leaves[leaf][middle], precedes: key) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return Position(leaf: leaf, offset: low)
  }

  /// The place so many keys further on.
  func position(after start: Position, by count: Int) -> Position {
    var (leaf, offset) = (start.leaf, start.offset + count)
    while leaf < leaves.count, offset >= leaves[leaf].count {
      offset -= leaves[leaf].count
      leaf += 1
    }
    return Position(leaf: leaf, offset: leaf < leaves.count ? offset : 0)
  }

  // MARK: Removing

  /// Removes the keys from `start` up to `end`.
  mutating func remove(from start: Position, to end: Position) {
    let countBefore = leaves[min(start.leaf, leaves.count)..<min(end.leaf + 1, leaves.count)]
      .reduce(0) { $0 + $1.count }
    var kept: [[EntryReference]] = []
    if start.offset > 0 { kept.append(Array(leaves[start.leaf][..<start.offset])) }
    if end.leaf < leaves.count { kept.append(Array(leaves[end.leaf][end.offset...])) }
    let touched = start.leaf..<min(end.leaf + 1, leaves.count)
    leaves.replaceSubrange(touched, with: kept.filter { !$0.isEmpty })
    sortedCount -= countBefore - kept.reduce(0) { $0 + $1.count }
  }
}
