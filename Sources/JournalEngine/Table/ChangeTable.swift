package import JournalFormat
import Synchronization

/// What changed since the base snapshot, in memory: the last value or removal of each key.
///
/// While it is active, one owner at a time reads and changes it (the journal does so under its
/// lock). ``freeze()`` ends all changes; from then on any number of threads may read at once.
///
/// An entry costs its key and value and up to 48 bytes, and room for further ones up to 128 KiB. Finding
/// a key takes two accesses to memory, however many there are. The order of keys is worked out when
/// somebody asks for it. A value that fits where the last one stood is put in place, without an
/// allocation.
package final class ChangeTable: @unchecked Sendable {
  // Unchecked: while the table is active, its owner's lock guards every call; once it is frozen,
  // only `order` changes, behind its own lock. The owner's lock keeps accesses apart, so what
  // every change touches is not checked for that at run time, which would take a tenth of its time.

  /// The longest key, in bytes.
  package static let longestKeyByteCount = 65_535
  /// The longest value, in bytes.
  package static let longestValueByteCount = 1 << 30

  /// Whether a key and a value of so many bytes have room in a table.
  static func holds(_ keyByteCount: Int, valueByteCount: Int) -> Bool {
    keyByteCount <= longestKeyByteCount && valueByteCount <= longestValueByteCount
  }

  @exclusivity(unchecked) private var storage = TableStorage()
  private var removed = PrefixRemovals()
  private let order: Mutex<KeyOrder>
  @exclusivity(unchecked) private var changeCount = 0

  /// Whether ``freeze()`` was called.
  package var isFrozen: Bool { frozen.load(ordering: .relaxed) }
  private let frozen = Atomic<Bool>(false)

  package init() { order = Mutex(KeyOrder()) }

  /// The same as another table: its memory is copied in large pieces, which takes a fraction of what
  /// putting each entry would.
  private init(copying other: ChangeTable, order: KeyOrder) {
    unsafe storage = TableStorage(copying: other.storage)
    removed = other.removed
    self.order = Mutex(order)
  }

  /// The entries, removals included.
  package var count: Int { unsafe storage.count }

  /// Whether the table changes nothing about older layers.
  package var isEmpty: Bool { unsafe storage.count == 0 && removed.isEmpty }

  /// The bytes of all keys and values.
  package var entryByteCount: Int { unsafe storage.entryByteCount }

  /// All memory held, in bytes, unused parts included.
  package var memoryByteCount: Int {
    unsafe storage.memoryByteCount + removed.memoryByteCount
      + order.withLock { $0.memoryByteCount }
  }

  /// The prefixes whose keys older layers must not be asked for, in order, none a prefix of
  /// another.
  package var removedPrefixes: [[UInt8]] { removed.prefixes }

  // MARK: Changing

  /// Makes room for so many entries, but for their keys and values, in one step instead of many.
  func reserve(_ expectedCount: Int) {
    willChange()
    unsafe storage.reserve(expectedCount)
    order.withLock { $0.reserve(expectedCount) }
  }

  /// Puts a value.
  ///
  /// - Complexity: O(bytes), amortized over growth.
  package func put(key: Span<UInt8>, value: Span<UInt8>, at sequence: LogSequenceNumber) {
    put(key: key, value: value, at: sequence, hash: unsafe storage.hash(key))
  }

  /// The same for a key whose hash ``prefetchSlot(of:)`` has answered.
  func put(key: Span<UInt8>, value: Span<UInt8>, at sequence: LogSequenceNumber, hash: UInt32) {
    record(
      key: key, value: value, stamp: EntryStamp(sequence: sequence, isRemoval: false), hash: hash)
  }

  /// Records that a key was removed, whether or not the table holds it: older layers may.
  package func remove(key: Span<UInt8>, at sequence: LogSequenceNumber) {
    record(
      key: key, value: Span(), stamp: EntryStamp(sequence: sequence, isRemoval: true),
      hash: unsafe storage.hash(key))
  }

  /// Drops every entry whose key starts with `prefix`, and remembers the prefix, so that older
  /// layers are not asked for such keys.
  ///
  /// - Complexity: as a cursor's, and O(1) for each entry dropped.
  package func removePrefix(_ prefix: Span<UInt8>, at sequence: LogSequenceNumber) {
    willChange()
    order.withLock { order in
      order.settle(in: unsafe storage)
      let start = order.lowerBound(of: prefix, in: unsafe storage)
      var end = start
      while let reference = order.reference(at: end),
        unsafe storage.block(at: reference).withKey({ $0.starts(with: prefix) })
      {
        unsafe storage.drop(at: reference)
        end = order.position(after: end)
      }
      order.remove(from: start, to: end)
    }
    removed.insert(prefix, at: sequence)
    rebuildIfWorthwhile()
  }

  private func record(
    key: Span<UInt8>, value: Span<UInt8>, stamp: EntryStamp, hash: UInt32
  ) {
    precondition(
      Self.holds(key.count, valueByteCount: value.count), "the key or the value is too long")
    willChange()
    if let reference = unsafe storage.record(key: key, value: value, stamp: stamp, hash: hash) {
      order.withLock { $0.append(reference) }
    } else {
      rebuildIfWorthwhile()
    }
  }

  private func rebuildIfWorthwhile() {
    guard unsafe storage.isMostlyGarbage else { return }
    order.withLock { unsafe storage.rebuild(order: &$0) }
  }

  private func willChange() {
    precondition(!isFrozen, "a frozen table does not change")
    unsafe changeCount &+= 1
  }

  /// Ends all changes: from now on any number of threads may read. The owner calls it before it
  /// lets others in.
  ///
  /// - Complexity: O(1). The first cursor still sorts what is unsorted.
  package func freeze() { frozen.store(true, ordering: .relaxed) }

  // MARK: Reading

  /// What the table knows of a key; the value is a copy.
  package func lookup(_ key: Span<UInt8>) -> Lookup {
    guard let block = unsafe storage.block(of: key) else {
      return removed.sequence(coveringKey: key) == nil ? .unknown : .removed
    }
    return block.isRemoval ? .removed : .value(block.value, block.sequence)
  }

  /// The commit that last put or removed a key, be it by its prefix; nil if the table knows nothing
  /// of it.
  package func sequence(of key: Span<UInt8>) -> LogSequenceNumber? {
    unsafe storage.block(of: key)?.sequence ?? removed.sequence(coveringKey: key)
  }

  /// Lends the value of a key to `body`, without copying it; nil if the table has no value. `body`
  /// must not change the table.
  package func withValue<Result, Failure: Error>(
    of key: Span<UInt8>, _ body: (Span<UInt8>, LogSequenceNumber) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let block = unsafe storage.block(of: key), !block.isRemoval else { return nil }
    let changeCountBefore = unsafe changeCount
    defer {
      precondition(unsafe changeCount == changeCountBefore, "the table changed under a value")
    }
    return try block.withValue { value throws(Failure) in try body(value, block.sequence) }
  }

  /// Brings the place nearer where a key will be looked for; answers the key's hash.
  func prefetchSlot(of key: Span<UInt8>) -> UInt32 { unsafe storage.prefetchSlot(of: key) }

  /// Brings the entry nearer that a key with this hash most likely has.
  func prefetchEntry(of hash: UInt32) { unsafe storage.prefetchEntry(of: hash) }

  /// Brings the entry nearer that is, or once was, at `reference`.
  func prefetchEntry(at reference: EntryReference) { unsafe storage.prefetchEntry(at: reference) }

  // MARK: In order

  /// Walks the entries whose keys start with `prefix` and are not before `from`, in order of their
  /// keys. The cursor ends with the next change of the table; using it after that traps.
  ///
  /// - Complexity: O(log n) to find the first and O(1) for each next one, after O(k log n) for k
  ///   keys that came since order was last asked for.
  package func cursor(prefix: [UInt8]? = nil, from: [UInt8]? = nil) -> TableCursor {
    let order = order.withLock { order in
      order.settle(in: unsafe storage)
      return order
    }
    let prefix = prefix ?? []
    let first = from.map { prefix.span.precedes($0.span) ? $0 : prefix } ?? prefix
    let start = order.lowerBound(of: first.span, in: unsafe storage)
    return TableCursor(
      table: self, order: order, start: start, prefix: prefix,
      changeCount: unsafe changeCount)
  }

  /// A frozen copy of what the table says of keys with a prefix, and perhaps of others: of few keys
  /// one by one, and otherwise of the whole table.
  ///
  /// - Complexity: O(keys with the prefix), after what ``cursor(prefix:from:)`` takes.
  package func frozenCopy(prefix: [UInt8]?) -> ChangeTable {
    let order = order.withLock { order in
      order.settle(in: unsafe storage)
      return order
    }
    let copy: ChangeTable
    if isPrefixOfMany(prefix ?? [], order) {
      copy = ChangeTable(copying: self, order: order)
    } else {
      copy = ChangeTable()
      for prefix in removedPrefixes { copy.removePrefix(prefix.span, at: .zero) }
      let cursor = cursor(prefix: prefix)
      var entry = Entry()
      while cursor.next(into: &entry) {
        copy.record(
          key: entry.key.span, value: entry.value.span,
          stamp: EntryStamp(sequence: entry.sequence, isRemoval: entry.isRemoval),
          hash: unsafe copy.storage.hash(entry.key.span))
      }
    }
    copy.freeze()
    return copy
  }

  /// Whether an eighth of all keys or more begin so.
  private func isPrefixOfMany(_ prefix: [UInt8], _ order: KeyOrder) -> Bool {
    let start = order.lowerBound(of: prefix.span, in: unsafe storage)
    let place = order.position(after: start, by: order.sortedCount / 8)
    guard let reference = order.reference(at: place) else { return order.sortedCount == 0 }
    return unsafe storage.block(at: reference).withKey { $0.starts(with: prefix.span) }
  }

  /// Copies what stands at a cursor's place, unless its key is past `prefix`.
  func copyEntry(
    at reference: EntryReference, prefix: Span<UInt8>, changeCount: Int, into entry: inout Entry
  ) -> Bool {
    precondition(unsafe changeCount == self.changeCount, "the table changed under a cursor")
    let block = unsafe storage.block(at: reference)
    guard block.withKey({ $0.starts(with: prefix) }) else { return false }
    block.copy(into: &entry)
    return true
  }
}
