import JournalFormat

/// Keys are ordered bytewise, a key before those it is a prefix of; eight bytes are compared at a
/// time.
extension Span<UInt8> {
  /// The eight bytes at `offset`, as the processor has them.
  func word(at offset: Int) -> UInt64 { load(at: offset) }

  /// Whether both hold the same bytes.
  package func hasSameBytes(as other: Span<UInt8>) -> Bool {
    count == other.count && starts(with: other)
  }

  /// Whether the first bytes are those of `prefix`.
  package func starts(with prefix: Span<UInt8>) -> Bool {
    let length = prefix.count
    guard count >= length else { return false }
    guard length >= 8 else {
      for offset in 0..<length where self[offset] != prefix[offset] { return false }
      return true
    }
    var offset = 0
    while offset < length - 8 {
      if word(at: offset) != prefix.word(at: offset) { return false }
      offset += 8
    }
    // The last eight bytes overlap the ones before, which spares a loop over single bytes.
    return word(at: length - 8) == prefix.word(at: length - 8)
  }

  /// Whether these bytes come before `other` in the order of keys.
  package func precedes(_ other: Span<UInt8>) -> Bool {
    let common = Swift.min(count, other.count)
    var offset = 0
    while offset <= common - 8 {
      let left = UInt64(bigEndian: word(at: offset))
      let right = UInt64(bigEndian: other.word(at: offset))
      if left != right { return left < right }
      offset += 8
    }
    while offset < common {
      if self[offset] != other[offset] { return self[offset] < other[offset] }
      offset += 1
    }
    return count < other.count
  }

  /// The eight bytes from `offset` on as a number that sorts as they do; zeros stand behind the
  /// end.
  package func sortingWord(at offset: Int) -> UInt64 {
    if offset <= count - 8 { return UInt64(bigEndian: word(at: offset)) }
    var result: UInt64 = 0
    for position in offset..<(offset + 8) {
      result = result << 8 | (position < count ? UInt64(self[position]) : 0)
    }
    return result
  }
}
