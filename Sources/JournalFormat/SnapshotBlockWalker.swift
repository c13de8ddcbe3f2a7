/// Walks the entries of one block after another, puts their keys together, and holds them to every
/// rule of the format: order (across blocks too), shared prefixes, restart points.
package struct SnapshotBlockWalker: ~Copyable, Sendable {
  /// The key of the entry that ``next(in:)`` returned last.
  @usableFromInline package private(set) var key: [UInt8] = []

  private var hasKey = false
  private var block: SnapshotBlock?
  private var ordinal = 0
  private var position = 0

  package init() {}

  /// Goes to the start of a block. The keys in it must be greater than those walked so far.
  package mutating func enter(_ block: SnapshotBlock) {
    self.block = block
    ordinal = 0
    position = SnapshotBlock.frontByteCount
  }

  /// Goes to the last restart point of a block from which `key` is still ahead.
  package mutating func enter(
    _ block: SnapshotBlock, near key: Span<UInt8>, in bytes: Span<UInt8>
  ) throws(SnapshotDefect) {
    enter(block)
    guard let group = try block.lastRestart(notAfter: key, in: bytes), group > 0 else { return }
    ordinal = group * SnapshotFormat.restartInterval
    position = try block.restart(group, in: bytes)
  }

  // Inlined, since a call from another module would copy the walker to ask it.

  /// Compares the current key with another.
  @inlinable @inline(__always)
  package func order(comparedTo other: Span<UInt8>) -> Int { key.span.order(comparedTo: other) }

  /// Whether the current key begins with `prefix`.
  @inlinable @inline(__always)
  package func begins(with prefix: Span<UInt8>) -> Bool { key.span.begins(with: prefix) }

  /// Replaces `target` by the current key, in the memory that it has.
  @inlinable @inline(__always)
  package func copyKey(into target: inout [UInt8]) {
    target.replaceAll(with: key.span)
  }

  /// Forgets the key before, so that the next block may begin anywhere.
  package mutating func forgetOrder() { hasKey = false }

  /// The next entry of the block that `bytes` are, or nil behind the last one.
  package mutating func next(
    in bytes: Span<UInt8>
  ) throws(SnapshotDefect) -> SnapshotEntryLayout? {
    guard let block else { return nil }
    guard ordinal < block.entryCount else {
      guard position == block.entriesEnd else { throw .malformed(.counts) }
      return nil
    }
    let entry = try SnapshotEntryLayout(decoding: bytes, at: position, before: block.entriesEnd)
    let suffix = bytes.extracting(entry.suffix)
    if ordinal % SnapshotFormat.restartInterval == 0 {
      let restart = ordinal / SnapshotFormat.restartInterval
      guard try block.restart(restart, in: bytes) == position, entry.sharedByteCount == 0 else {
        throw .malformed(.restart)
      }
      guard !hasKey || suffix.order(comparedTo: key.span) > 0 else { throw .malformed(.order) }
    } else {
      // As the shared bytes are all that are equal, the first byte after them decides the order.
      let shared = entry.sharedByteCount
      guard shared <= key.count else { throw .malformed(.length) }
      guard suffix.count > 0, shared == key.count || suffix[0] > key[shared] else {
        throw .malformed(.order)
      }
    }
    key.replaceAll(behind: entry.sharedByteCount, with: suffix)
    hasKey = true
    ordinal += 1
    position = entry.value.upperBound
    return entry
  }
}
