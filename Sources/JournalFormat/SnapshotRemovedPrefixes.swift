/// The prefixes that were removed as a whole: every key that begins with one of them is hidden
/// where it stands in an *older* layer, never in the layer that the prefix belongs to.
///
/// Kept in ascending order and minimal: what begins with another prefix is not there a second time.
/// The empty prefix stands for all keys.
package struct RemovedPrefixes: Equatable, Sendable {
  /// The prefixes in ascending order.
  package private(set) var sorted: [[UInt8]] = []

  package init() {}

  /// The smallest set that hides what `prefixes` hide.
  package init(_ prefixes: some Sequence<[UInt8]>) {
    let ascending = prefixes.sorted { $0.span.order(comparedTo: $1.span) < 0 }
    for prefix in ascending where sorted.last.map({ !prefix.span.begins(with: $0.span) }) ?? true {
      sorted.append(prefix)
    }
  }

  package var isEmpty: Bool { sorted.isEmpty }

  /// Whether a key in an older layer is hidden. Logarithmic in the number of prefixes.
  package func contains(prefixOf key: Span<UInt8>) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      let prefix = sorted[middle]
      if prefix.span.order(comparedTo: key) <= 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    // In a minimal set, only the greatest prefix that is not greater than the key can begin it.
    guard low > 0 else { return false }
    let prefix = sorted[low - 1]
    return key.begins(with: prefix.span)
  }

  /// Hides what either hides.
  package func union(_ other: RemovedPrefixes) -> RemovedPrefixes {
    if other.isEmpty { return self }
    return isEmpty ? other : RemovedPrefixes(sorted + other.sorted)
  }
}

/// In a file:
///
/// ```
///   0   varint  bytes of prefix 0
///   …   …       prefix 0; and so on, in ascending order, minimal
///   …   4       checksum over salt, offset of this part in the file, and all before
/// ```
extension RemovedPrefixes {
  /// Appends the part, which begins at `offset` in the file.
  func encode(into output: inout [UInt8], salt: UInt64, offset: Int64) {
    let start = output.count
    for prefix in sorted {
      SnapshotVarint.append(UInt64(prefix.count), to: &output)
      output += prefix
    }
    _ = SnapshotFormat.seal(&output, from: start, salt: salt, offset: offset)
  }

  /// Checks the part that `bytes` are exactly.
  package init(
    checking bytes: Span<UInt8>, salt: UInt64, offset: Int64, count: UInt64
  ) throws(SnapshotDefect) {
    _ = try SnapshotFormat.check(bytes, salt: salt, offset: offset)
    let end = bytes.count - 4
    var position = 0
    while position < end {
      let prefixCount = try SnapshotVarint.readCount(bytes, at: &position, before: end)
      let prefix = bytes.extracting(position..<(position + prefixCount))
      position += prefixCount
      if let last = sorted.last {
        guard prefix.order(comparedTo: last.span) > 0, !prefix.begins(with: last.span) else {
          throw .malformed(.order)
        }
      }
      var copy: [UInt8] = []
      copy.append(prefix)
      sorted.append(copy)
    }
    guard sorted.count == count else { throw .malformed(.counts) }
  }
}
