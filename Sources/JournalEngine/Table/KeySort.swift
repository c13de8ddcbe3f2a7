extension TableStorage {
  /// Sorts references to entries by their keys.
  ///
  /// Most of the time of a comparison goes into fetching two keys from memory. So eight bytes of
  /// each key are fetched once and sorted beside the reference; only where eight bytes are alike do
  /// the next eight count (a radix sort from the front with words for digits).
  func sortByKey(_ references: inout [EntryReference]) {
    var items = references.map { SortItem(block(at: $0), $0, depth: 0) }
    // A list of work instead of recursion: 64 KiB of common prefix would be 8,192 calls deep.
    var work: [(range: Range<Int>, depth: Int)] = [(items.indices, 0)]
    while let (range, depth) = work.popLast() {
      items[range].sort()
      var start = range.lowerBound
      while start < range.upperBound {
        var end = start + 1
        while end < range.upperBound, items[end].isAlike(items[start]) { end += 1 }
        if end - start > 1 {
          for index in start..<end {
            let reference = items[index].reference
            items[index] = SortItem(block(at: reference), reference, depth: depth + 8)
          }
          work.append((start..<end, depth + 8))
        }
        start = end
      }
    }
    for index in items.indices { references[index] = items[index].reference }
  }
}

/// Eight bytes of a key beside the reference to it.
private struct SortItem: Comparable {
  private let word: UInt64
  /// How many bytes of the key the word holds. It tells "a" from "a" with a zero behind.
  private let byteCount: UInt8
  let reference: EntryReference

  init(_ block: EntryBlock, _ reference: EntryReference, depth: Int) {
    self.reference = reference
    word = block.withKey { $0.sortingWord(at: depth) }
    byteCount = UInt8(min(block.keyByteCount - depth, 8))
  }

  func isAlike(_ other: SortItem) -> Bool { word == other.word && byteCount == other.byteCount }

  static func < (left: SortItem, right: SortItem) -> Bool {
    left.word != right.word ? left.word < right.word : left.byteCount < right.byteCount
  }
}
