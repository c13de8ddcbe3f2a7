import JournalFormat

/// The prefixes whose keys were removed as a whole: sorted, and none a prefix of another.
struct PrefixRemovals {
  private struct Removal {
    var prefix: [UInt8]
    var sequence: LogSequenceNumber
  }

  private var removals: [Removal] = []
  private var byteCount = 0

  var isEmpty: Bool { removals.isEmpty }

  var prefixes: [[UInt8]] { removals.map(\.prefix) }

  var memoryByteCount: Int {
    byteCount + removals.count * 32 + removals.capacity * MemoryLayout<Removal>.stride
  }

  /// Adds a prefix and forgets those it covers.
  mutating func insert(_ prefix: Span<UInt8>, at sequence: LogSequenceNumber) {
    if let index = indexOfCover(of: prefix) {
      removals[index].sequence = max(removals[index].sequence, sequence)
      return
    }
    let start = upperBound(of: prefix)
    var end = start
    while end < removals.count {
      let next = removals[end].prefix
      guard next.span.starts(with: prefix) else { break }
      byteCount -= next.count
      end += 1
    }
    var copied: [UInt8] = []
    copied.append(prefix)
    byteCount += copied.count
    removals.replaceSubrange(
      start..<end, with: CollectionOfOne(Removal(prefix: copied, sequence: sequence)))
  }

  /// The commit that removed the keys with a prefix of `key`, if one did.
  func sequence(coveringKey key: Span<UInt8>) -> LogSequenceNumber? {
    indexOfCover(of: key).map { removals[$0].sequence }
  }

  /// Every string between a prefix of `key` and `key` itself starts with that prefix, and no stored
  /// prefix starts with another one; so only the last one up to `key` can be the one.
  private func indexOfCover(of key: Span<UInt8>) -> Int? {
    if removals.isEmpty { return nil }
    let index = upperBound(of: key) - 1
    guard index >= 0 else { return nil }
    let prefix = removals[index].prefix
    return key.starts(with: prefix.span) ? index : nil
  }

  /// The index of the first prefix after `key`.
  private func upperBound(of key: Span<UInt8>) -> Int {
    var low = 0
    var high = removals.count
    while low < high {
      let middle = (low + high) / 2
      let prefix = removals[middle].prefix
      if key.precedes(prefix.span) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
