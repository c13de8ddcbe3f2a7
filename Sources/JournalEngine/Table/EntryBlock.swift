import CPrefetch
import FileIO
import JournalFormat

/// Where an entry lies in an ``Arena``.
struct EntryReference: Equatable {
  var rawValue: UInt32
}

/// What a commit says of a key besides the value.
struct EntryStamp {
  var sequence: LogSequenceNumber
  var isRemoval: Bool
}

/// The bytes of one entry of a ``ChangeTable``, in memory that an ``Arena`` owns:
///
///      0  8  log sequence number; once moved, the reference to where the entry went
///      8  4  length of the value in bits 0 to 30, bit 31 set for a removal; all ones once moved
///     12  2  length of the key
///     14  2  spare granules at the end
///     16     key, value, padding to a granule, spare granules
///
/// A view, valid as long as the arena keeps the entry. After a move the key stays readable, so that
/// a sorted list of references stays sorted without being told.
@safe struct EntryBlock: @unchecked Sendable {
  // Unchecked because of `base`: whoever owns the memory keeps the accesses of threads apart.

  /// Entries start at multiples of this many bytes, so that 32 bits reach 64 GiB.
  static let granuleByteCount = 16
  static let headerByteCount = 16
  private static let movedMark = UInt32.max
  private static let removalBit: UInt32 = 1 << 31

  private let base: UnsafeMutableRawPointer

  private init(base: UnsafeMutableRawPointer) { unsafe self.base = base }

  // MARK: Memory

  static func allocate(granuleCount: Int) -> EntryBlock {
    unsafe EntryBlock(
      base: .allocate(byteCount: granuleCount * granuleByteCount, alignment: granuleByteCount))
  }

  /// Gives back what ``allocate(granuleCount:)`` took.
  func deallocate() { unsafe base.deallocate() }

  /// A block in pages of its own, which are all present; nil where there is no memory for it.
  static func mapPages(granuleCount: Int) -> EntryBlock? {
    unsafe PageMemory.map(byteCount: granuleCount * granuleByteCount).map {
      unsafe EntryBlock(base: $0)
    }
  }

  /// As many such blocks as large pages are made of for `byteCount`, one behind the other; none where
  /// there is no memory for them.
  static func mapLargePages(byteCount: Int, granuleCount: Int) -> [EntryBlock] {
    guard let base = unsafe PageMemory.mapLarge(byteCount: byteCount) else { return [] }
    return stride(from: 0, to: byteCount, by: granuleCount * granuleByteCount).map {
      unsafe EntryBlock(base: base + $0)
    }
  }

  /// Gives back what ``mapPages(granuleCount:)`` took, or one of those in large pages.
  func unmapPages(granuleCount: Int) {
    unsafe PageMemory.unmap(base, byteCount: granuleCount * Self.granuleByteCount)
  }

  /// Fills the first granules with those of another block.
  func copy(from other: EntryBlock, granuleCount: Int) {
    unsafe base.copyMemory(from: other.base, byteCount: granuleCount * Self.granuleByteCount)
  }

  /// The block that starts some granules further on in the same allocation.
  func block(afterGranules count: Int) -> EntryBlock {
    unsafe EntryBlock(base: base + count * Self.granuleByteCount)
  }

  /// The granules an entry needs, without spare ones.
  static func granuleCount(keyByteCount: Int, valueByteCount: Int) -> Int {
    (headerByteCount + keyByteCount + valueByteCount + granuleByteCount - 1) / granuleByteCount
  }

  // MARK: Header

  var sequence: LogSequenceNumber {
    unsafe LogSequenceNumber(base.load(as: UInt64.self))
  }

  private var valueWord: UInt32 { unsafe base.load(fromByteOffset: 8, as: UInt32.self) }

  var isMoved: Bool { valueWord == Self.movedMark }

  var isRemoval: Bool { valueWord & Self.removalBit != 0 }

  var valueByteCount: Int { Int(valueWord & ~Self.removalBit) }

  var keyByteCount: Int { unsafe Int(base.load(fromByteOffset: 12, as: UInt16.self)) }

  private var spareGranuleCount: Int { unsafe Int(base.load(fromByteOffset: 14, as: UInt16.self)) }

  /// What the entry takes, spare granules included.
  var granuleCount: Int {
    Self.granuleCount(keyByteCount: keyByteCount, valueByteCount: valueByteCount)
      + spareGranuleCount
  }

  /// Brings header and key nearer, and what follows them as a rule.
  func prefetch() {
    unsafe journal_prefetch(base)
    unsafe journal_prefetch(base + 64)
  }

  // MARK: Writing

  /// Fills a fresh block of `granuleCount` granules.
  func initialize(
    key: Span<UInt8>, value: Span<UInt8>, stamp: EntryStamp, granuleCount: Int
  ) {
    unsafe base.storeBytes(of: UInt16(key.count), toByteOffset: 12, as: UInt16.self)
    unsafe key.withUnsafeBytes { unsafe copy($0, toOffset: Self.headerByteCount) }
    store(value, stamp: stamp, granuleCount: granuleCount)
  }

  /// Fills a fresh block with what `other` holds, without its spare granules.
  func initialize(from other: EntryBlock) {
    let byteCount = Self.headerByteCount + other.keyByteCount + other.valueByteCount
    unsafe base.copyMemory(from: other.base, byteCount: byteCount)
    unsafe base.storeBytes(of: 0, toByteOffset: 14, as: UInt16.self)
  }

  /// Puts another value in place, if it fits and does not leave most of a large block unused.
  func replaceValue(_ value: Span<UInt8>, stamp: EntryStamp) -> Bool {
    let available = granuleCount
    let needed = Self.granuleCount(keyByteCount: keyByteCount, valueByteCount: value.count)
    let spare = available - needed
    guard spare >= 0, spare <= max(needed, Arena.largestGranuleCount), spare <= UInt16.max else {
      return false
    }
    store(value, stamp: stamp, granuleCount: available)
    return true
  }

  /// Writes everything but the key.
  private func store(_ value: Span<UInt8>, stamp: EntryStamp, granuleCount: Int) {
    let keyByteCount = keyByteCount
    let needed = Self.granuleCount(keyByteCount: keyByteCount, valueByteCount: value.count)
    let valueWord = UInt32(value.count) | (stamp.isRemoval ? Self.removalBit : 0)
    unsafe base.storeBytes(of: stamp.sequence.rawValue, as: UInt64.self)
    unsafe base.storeBytes(of: valueWord, toByteOffset: 8, as: UInt32.self)
    unsafe base.storeBytes(of: UInt16(granuleCount - needed), toByteOffset: 14, as: UInt16.self)
    unsafe value.withUnsafeBytes {
      unsafe copy($0, toOffset: Self.headerByteCount + keyByteCount)
    }
  }

  private func copy(_ bytes: UnsafeRawBufferPointer, toOffset offset: Int) {
    guard let source = bytes.baseAddress else { return }
    unsafe (base + offset).copyMemory(from: source, byteCount: bytes.count)
  }

  // MARK: Moving

  /// Leaves a notice of where the entry went.
  func markMoved(to reference: EntryReference) {
    unsafe base.storeBytes(of: UInt64(reference.rawValue), as: UInt64.self)
    unsafe base.storeBytes(of: Self.movedMark, toByteOffset: 8, as: UInt32.self)
  }

  /// Where the entry went, once it moved.
  var destination: EntryReference {
    unsafe EntryReference(rawValue: UInt32(truncatingIfNeeded: base.load(as: UInt64.self)))
  }

  // MARK: Reading

  func withKey<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(bytes(atOffset: Self.headerByteCount, count: keyByteCount).span)
  }

  func withValue<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let offset = Self.headerByteCount + keyByteCount
    return try unsafe body(bytes(atOffset: offset, count: valueByteCount).span)
  }

  /// A copy of the value.
  var value: [UInt8] {
    unsafe [UInt8](
      bytes(atOffset: Self.headerByteCount + keyByteCount, count: valueByteCount))
  }

  /// Copies everything into `entry`, reusing its buffers.
  func copy(into entry: inout Entry) {
    entry.sequence = sequence
    entry.isRemoval = isRemoval
    withKey { entry.key.replaceAll(with: $0) }
    withValue { entry.value.replaceAll(with: $0) }
  }

  private func bytes(atOffset offset: Int, count: Int) -> UnsafeBufferPointer<UInt8> {
    let start = unsafe base.assumingMemoryBound(to: UInt8.self) + offset
    return unsafe UnsafeBufferPointer(start: start, count: count)
  }
}
