import JournalFormat

extension TableStorage {
  /// Sorts references to entries by their keys.
  ///
  /// Most of the time of a comparison goes into fetching two keys from memory. So eight bytes of
  /// each key are fetched once and sorted beside the reference; only where eight bytes are alike do
  /// later ones count (a radix sort from the front with words for digits). What all keys of a group
  /// begin with is left out, so that a name and a number behind a long common prefix are one word.
  func sortByKey(_ references: inout [EntryReference]) {
    var items = references.map { SortItem(reference: $0) }
    var spare: [SortItem] = []
    // A list of work instead of recursion: 64 KiB of common prefix would be 8,192 calls deep.
    var work: [(range: Range<Int>, depth: Int)] = [(items.indices, 0)]
    while let (range, depth) = work.popLast() {
      guard range.count > 1 else { continue }
      let depth = commonByteCount(of: items[range], from: depth)
      for index in range {
        let reference = items[index].reference
        items[index] = SortItem(block(at: reference), reference, depth: depth)
      }
      SortItem.sort(&items, range, spare: &spare)
      var start = range.lowerBound
      while start < range.upperBound {
        var end = start + 1
        while end < range.upperBound, items[end].isAlike(items[start]) { end += 1 }
        if end - start > 1 { work.append((start..<end, depth + 8)) }
        start = end
      }
    }
    for index in items.indices { references[index] = items[index].reference }
  }

  /// How many bytes all keys have in common, when `count` are known to be. Never as many as the
  /// shortest key has, for that one would be alike with those that it begins.
  private func commonByteCount(of items: ArraySlice<SortItem>, from count: Int) -> Int {
    guard let first = items.first else { return count }
    return block(at: first.reference).withKey { key in
      var common = key.count
      for item in items.dropFirst() {
        common = block(at: item.reference).withKey { other in
          count
            + key.extracting(count..<common).sharedPrefixCount(
              with: other.extracting(count..<other.count))
        }
        if common == count { return count }
      }
      return common
    }
  }
}

/// Eight bytes of a key beside the reference to it.
private struct SortItem: Comparable {
  /// From so many items on, passes over the bytes of the words cost less than comparisons.
  private static let passesFromCount = 512

  private var word: UInt64 = 0
  /// How many bytes of the key the word holds. It tells "a" from "a" with a zero behind.
  private var byteCount: UInt8 = 0
  let reference: EntryReference

  init(reference: EntryReference) { self.reference = reference }

  init(_ block: EntryBlock, _ reference: EntryReference, depth: Int) {
    self.reference = reference
    word = block.withKey { $0.sortingWord(at: depth) }
    byteCount = UInt8(min(block.keyByteCount - depth, 8))
  }

  func isAlike(_ other: SortItem) -> Bool { word == other.word && byteCount == other.byteCount }

  static func < (left: SortItem, right: SortItem) -> Bool {
    left.word != right.word ? left.word < right.word : left.byteCount < right.byteCount
  }

  /// The digits from the last one that counts to the first: how many bytes there are, then they.
  private static let digitCount = 9

  private func digit(_ number: Int) -> Int {
    number == 0 ? Int(byteCount) : Int(truncatingIfNeeded: word >> UInt64(8 * (number - 1))) & 0xFF
  }

  /// Sorts some of the items; `spare` is room that calls share.
  static func sort(_ items: inout [SortItem], _ range: Range<Int>, spare: inout [SortItem]) {
    guard range.count >= passesFromCount else { return items[range].sort() }
    var counts = [Int](repeating: 0, count: digitCount * 256)
    for index in range {
      let item = items[index]
      for number in 0..<digitCount { counts[number * 256 + item.digit(number)] += 1 }
    }
    if spare.count < range.count { spare = Array(items[range]) }
    var isInSpare = false
    for number in 0..<digitCount {
      let places = number * 256..<(number + 1) * 256
      // A digit that all have in common needs no pass; of keys alike in form, most do not.
      if counts[places].contains(range.count) { continue }
      var start = isInSpare ? range.lowerBound : 0
      for place in places { (counts[place], start) = (start, start + counts[place]) }
      if isInSpare {
        deal(spare, 0..<range.count, by: number, to: &items, &counts)
      } else {
        deal(items, range, by: number, to: &spare, &counts)
      }
      isInSpare.toggle()
    }
    if isInSpare { items.replaceSubrange(range, with: spare[0..<range.count]) }
  }

  /// Puts items where the counts say that those with their digit go next.
  private static func deal(
    _ source: [SortItem], _ range: Range<Int>, by number: Int, to target: inout [SortItem],
    _ places: inout [Int]
  ) {
    for index in range {
      let item = source[index]
      let place = number * 256 + item.digit(number)
      target[places[place]] = item
      places[place] += 1
    }
  }
}
