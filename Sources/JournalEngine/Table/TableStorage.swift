import JournalFormat

/// The entries of a ``ChangeTable``, found by hash.
struct TableStorage: ~Copyable {
  /// The hash of a key, here and in no other table.
  let hash: KeyHash
  private var arena: Arena
  private var slots: SlotArray
  /// The bytes of all keys and values.
  private(set) var entryByteCount: Int

  init() {
    hash = KeyHash()
    arena = Arena()
    slots = SlotArray()
    entryByteCount = 0
  }

  /// The same entries at the same references, in memory of its own.
  init(copying other: borrowing TableStorage) {
    hash = other.hash
    arena = Arena(copying: other.arena)
    slots = other.slots
    entryByteCount = other.entryByteCount
  }

  /// The entries, removals included.
  var count: Int { slots.count }

  var memoryByteCount: Int { arena.memoryByteCount + slots.memoryByteCount }

  /// Whether ``rebuild(order:)`` is worth its while.
  var isMostlyGarbage: Bool { arena.isMostlyGarbage }

  // MARK: Finding

  /// The entry with this key.
  func block(of key: Span<UInt8>) -> EntryBlock? {
    guard let index = index(of: key, hash: hash(key)) else { return nil }
    return arena.block(at: slots.reference(at: index))
  }

  /// The entry that is, or once was, at `reference`.
  func block(at reference: EntryReference) -> EntryBlock {
    arena.block(at: arena.resolve(reference))
  }

  /// Whether the key of the entry at `reference` comes before `key`.
  func key(at reference: EntryReference, precedes key: Span<UInt8>) -> Bool {
    // A moved entry leaves its key where it was.
    arena.block(at: reference).withKey { $0.precedes(key) }
  }

  private func index(of key: Span<UInt8>, hash: UInt32) -> Int? {
    var index = slots.firstIndex(of: hash)
    while slots.holds(hash, at: index) {
      let block = arena.block(at: slots.reference(at: index))
      if block.withKey({ $0.hasSameBytes(as: key) }) { return index }
      index += 1
    }
    return nil
  }

  /// Brings the place nearer where a key will be looked for; answers its hash.
  func prefetchSlot(of key: Span<UInt8>) -> UInt32 {
    let hash = hash(key)
    slots.prefetch(hash)
    return hash
  }

  /// Brings the entry nearer that a key with this hash most likely has.
  func prefetchEntry(of hash: UInt32) {
    let index = slots.firstIndex(of: hash)
    guard slots.holds(hash, at: index) else { return }
    arena.block(at: slots.reference(at: index)).prefetch()
  }

  /// Brings the entry nearer that is, or once was, at `reference`.
  func prefetchEntry(at reference: EntryReference) { arena.block(at: reference).prefetch() }

  // MARK: Changing

  /// Makes room for so many entries to be found.
  mutating func reserve(_ expectedCount: Int) { slots.reserve(expectedCount) }

  /// Puts or removes; answers where the entry is if its key is new.
  mutating func record(
    key: Span<UInt8>, value: Span<UInt8>, stamp: EntryStamp, hash: UInt32
  ) -> EntryReference? {
    guard let index = index(of: key, hash: hash) else {
      let reference = arena.add(key: key, value: value, stamp: stamp)
      slots.insert(reference, hash: hash)
      entryByteCount += key.count + value.count
      return reference
    }
    let reference = slots.reference(at: index)
    entryByteCount += value.count - arena.block(at: reference).valueByteCount
    let current = arena.replace(at: reference, key: key, value: value, stamp: stamp)
    if current != reference { slots.setReference(current, at: index) }
    return nil
  }

  /// Drops the entry that is, or once was, at `reference`.
  mutating func drop(at reference: EntryReference) {
    let current = arena.resolve(reference)
    let block = arena.block(at: current)
    let hash = block.withKey { self.hash($0) }
    var index = slots.firstIndex(of: hash)
    while slots.holds(hash, at: index) {
      if slots.reference(at: index) == current {
        slots.remove(at: index)
        break
      }
      index += 1
    }
    entryByteCount -= block.keyByteCount + block.valueByteCount
    arena.drop(at: current)
  }

  /// Leaves the garbage behind: O(entries). Afterwards only the references in `order` hold.
  mutating func rebuild(order: inout KeyOrder) {
    arena.rebuild(slots: &slots, order: &order)
  }
}
