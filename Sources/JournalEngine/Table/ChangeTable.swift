package import JournalFormat

/// What changed since the base snapshot, in memory: the last value or removal of each key.
///
/// While it is active, one owner at a time reads and changes it (the journal does so under its
/// lock). ``freeze()`` ends all changes; from then on any number of threads may read at once.
///
/// An entry costs its key and value and up to 48 bytes. Keys are found through a hash table in
/// about 100 ns among a million; their order is worked out when somebody asks for it. A value that
/// fits where the last one stood is put in place, without an allocation.
package final class ChangeTable: @unchecked Sendable {
  // Unchecked: while active, the owner's lock guards every call; once frozen, nothing changes.

  /// The longest key, in bytes.
  package static let longestKeyByteCount = 65_535
  /// The longest value, in bytes.
  package static let longestValueByteCount = 1 << 30

  private let hash = KeyHash()
  private var arena = Arena()
  private var slots = SlotArray()
  private var order = KeyOrder()
  private var removed = PrefixRemovals()
  private var changeCount = 0

  /// Whether ``freeze()`` was called.
  package private(set) var isFrozen = false
  /// The bytes of all keys and values.
  package private(set) var entryByteCount = 0

  package init() {}

  /// The entries, removals included.
  package var count: Int { slots.count }

  /// Whether the table changes nothing about older layers.
  package var isEmpty: Bool { count == 0 && removed.isEmpty }

  /// All memory held, in bytes, unused parts included.
  package var memoryByteCount: Int {
    arena.memoryByteCount + slots.memoryByteCount + order.memoryByteCount
      + removed.memoryByteCount
  }

  /// The prefixes whose keys older layers must not be asked for, in order, none a prefix of
  /// another.
  package var removedPrefixes: [[UInt8]] { removed.prefixes }

  // MARK: Changing

  /// Puts a value.
  ///
  /// - Complexity: O(bytes), amortized over growth.
  package func put(key: Span<UInt8>, value: Span<UInt8>, at sequence: LogSequenceNumber) {
    record(key: key, value: value, stamp: EntryStamp(sequence: sequence, isRemoval: false))
  }

  /// Records that a key was removed, whether or not the table holds it: older layers may.
  package func remove(key: Span<UInt8>, at sequence: LogSequenceNumber) {
    record(key: key, value: Span(), stamp: EntryStamp(sequence: sequence, isRemoval: true))
  }

  /// Drops every entry whose key starts with `prefix`, and remembers the prefix, so that older
  /// layers are not asked for such keys.
  ///
  /// - Complexity: as a cursor's, and O(1) for each entry dropped.
  package func removePrefix(_ prefix: Span<UInt8>, at sequence: LogSequenceNumber) {
    willChange()
    order.settle(in: arena)
    let start = order.lowerBound(of: prefix, in: arena)
    var end = start
    while let reference = order.reference(at: end) {
      let current = arena.resolve(reference)
      let block = arena.block(at: current)
      guard block.withKey({ $0.starts(with: prefix) }) else { break }
      let hash = block.withKey { self.hash($0) }
      if let index = slots.index(of: hash, where: { $0 == current }) { slots.remove(at: index) }
      entryByteCount -= block.keyByteCount + block.valueByteCount
      arena.drop(at: current)
      end = order.position(after: end)
    }
    order.remove(from: start, to: end)
    removed.insert(prefix, at: sequence)
    if arena.isMostlyGarbage { arena.rebuild(order: &order, slots: &slots) }
  }

  private func record(key: Span<UInt8>, value: Span<UInt8>, stamp: EntryStamp) {
    precondition(key.count <= Self.longestKeyByteCount, "the key is too long")
    precondition(value.count <= Self.longestValueByteCount, "the value is too long")
    willChange()
    let hash = hash(key)
    guard let index = index(of: key, hash: hash) else {
      let reference = arena.add(key: key, value: value, stamp: stamp)
      slots.insert(reference, hash: hash)
      order.append(reference)
      entryByteCount += key.count + value.count
      return
    }
    let reference = slots.reference(at: index)
    entryByteCount += value.count - arena.block(at: reference).valueByteCount
    let current = arena.replace(at: reference, key: key, value: value, stamp: stamp)
    if current != reference {
      slots.setReference(current, at: index)
      if arena.isMostlyGarbage { arena.rebuild(order: &order, slots: &slots) }
    }
  }

  private func willChange() {
    precondition(!isFrozen, "a frozen table does not change")
    changeCount &+= 1
  }

  /// Ends all changes and works out the order of keys, after which any number of threads may read.
  ///
  /// - Complexity: O(n log n) for n keys that came since order was last asked for. Meanwhile other
  ///   threads may look keys up, but not take cursors.
  package func freeze() {
    guard !isFrozen else { return }
    order.settle(in: arena)
    isFrozen = true
  }

  // MARK: Reading

  /// What the table knows of a key; the value is a copy.
  package func lookup(_ key: Span<UInt8>) -> Lookup {
    guard let block = block(of: key) else {
      return removed.sequence(coveringKey: key) == nil ? .unknown : .removed
    }
    return block.isRemoval ? .removed : .value(block.value, block.sequence)
  }

  /// The commit that last put or removed a key, be it by its prefix; nil if the table knows nothing
  /// of it.
  package func sequence(of key: Span<UInt8>) -> LogSequenceNumber? {
    block(of: key)?.sequence ?? removed.sequence(coveringKey: key)
  }

  /// Lends the value of a key to `body`, without copying it; nil if the table has no value. `body`
  /// must not change the table.
  package func withValue<Result, Failure: Error>(
    of key: Span<UInt8>, _ body: (Span<UInt8>, LogSequenceNumber) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let block = block(of: key), !block.isRemoval else { return nil }
    let changeCountBefore = changeCount
    defer { precondition(changeCount == changeCountBefore, "the table changed under a value") }
    return try block.withValue { value throws(Failure) in try body(value, block.sequence) }
  }

  private func block(of key: Span<UInt8>) -> EntryBlock? {
    index(of: key, hash: hash(key)).map { arena.block(at: slots.reference(at: $0)) }
  }

  private func index(of key: Span<UInt8>, hash: UInt32) -> Int? {
    slots.index(of: hash) { reference in
      arena.block(at: reference).withKey { $0.hasSameBytes(as: key) }
    }
  }

  // MARK: In order

  /// Walks the entries whose keys start with `prefix` and are not before `from`, in order of their
  /// keys. The cursor ends with the next change of the table; using it after that traps.
  ///
  /// - Complexity: O(log n) to find the first, O(1) for each next one, and O(k log n) for k keys
  ///   that came since order was last asked for (none in a frozen table).
  package func cursor(prefix: [UInt8]? = nil, from: [UInt8]? = nil) -> TableCursor {
    if !isFrozen { order.settle(in: arena) }
    let prefix = prefix ?? []
    let first = from.map { prefix.span.precedes($0.span) ? $0 : prefix } ?? prefix
    let start = order.lowerBound(of: first.span, in: arena)
    return TableCursor(table: self, prefix: prefix, position: start, changeCount: changeCount)
  }

  /// Fills `entry` with what stands at a cursor's place, and moves the place on.
  func copyEntry(
    at position: inout KeyOrder.Position, prefix: Span<UInt8>, changeCount: Int,
    into entry: inout Entry
  ) -> Bool {
    precondition(changeCount == self.changeCount, "the table changed under a cursor")
    guard let reference = order.reference(at: position) else { return false }
    let block = arena.block(at: arena.resolve(reference))
    guard block.withKey({ $0.starts(with: prefix) }) else { return false }
    block.copy(into: &entry)
    position = order.position(after: position)
    return true
  }
}
