package import JournalFormat

/// Walks several layers as one: each key once, as the newest layer that mentions it has it.
///
/// What an older layer says of a key is dropped when a newer one mentions the key or has removed a
/// prefix of it; a removed prefix hides nothing in its own layer. Sequence numbers pass unchanged:
/// they are the versions that compare-and-set goes by.
///
/// Costs one or two comparisons per entry while one layer leads, and log₂(layers) at worst; hands
/// the entry's buffers over rather than copying them, and allocates nothing per entry.
package final class MergeCursor: EntryCursor {
  /// One layer of what is merged.
  package struct Layer {
    package var cursor: any EntryCursor
    /// What the layer hides in the older ones.
    package var removedPrefixes: RemovedPrefixes

    package init(_ cursor: any EntryCursor, removedPrefixes: RemovedPrefixes = .init()) {
      self.cursor = cursor
      self.removedPrefixes = removedPrefixes
    }
  }

  /// What all layers together hide in layers older than these: a merged run carries it on.
  package let removedPrefixes: RemovedPrefixes

  private let cursors: [any EntryCursor]
  /// For each layer what the newer ones hide in it.
  private let hidden: [RemovedPrefixes]
  private let droppingRemovals: Bool
  /// The next entry of each layer.
  private var heads: [Entry]
  /// Numbers of layers as a binary heap: smallest key first, of equal keys the newest layer.
  private var heap: [Int] = []
  private var isPrimed = false

  /// Merges layers, the newest first.
  ///
  /// - Parameter droppingRemovals: leave out removed keys, as nothing older is left that they would
  ///   have to hide: for a base, and for readers.
  package init(newestFirst layers: [Layer], droppingRemovals: Bool) {
    var hidden: [RemovedPrefixes] = []
    var sum = RemovedPrefixes()
    for layer in layers {
      hidden.append(sum)
      sum = sum.union(layer.removedPrefixes)
    }
    self.hidden = hidden
    removedPrefixes = sum
    cursors = layers.map(\.cursor)
    self.droppingRemovals = droppingRemovals
    heads = Array(repeating: Entry(), count: layers.count)
  }

  /// After an error the walk is over: the layers no longer stand at the same key.
  package func next(into entry: inout Entry) throws(JournalError) -> Bool {
    do throws(JournalError) {
      return try advance(into: &entry)
    } catch {
      heap = []
      throw error
    }
  }

  private func advance(into entry: inout Entry) throws(JournalError) -> Bool {
    if !isPrimed {
      isPrimed = true
      try fillHeap()
    }
    while let layer = heap.first {
      // The newest mention decides; if it is hidden, so is every older one.
      let isDropped =
        droppingRemovals && heads[layer].isRemoval
        || heads[layer].isHidden(by: hidden[layer])
      swap(&entry, &heads[layer])
      try replaceFirst()
      while let older = heap.first, heads[older].order(comparedTo: entry) == 0 {
        try replaceFirst()
      }
      if !isDropped { return true }
    }
    return false
  }

  private func fillHeap() throws(JournalError) {
    for layer in cursors.indices where try cursors[layer].next(into: &heads[layer]) {
      heap.append(layer)
    }
    for position in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(position) }
  }

  /// Moves the first layer on, and gives the first place to whoever has the smallest key then.
  private func replaceFirst() throws(JournalError) {
    let layer = heap[0]
    if try !cursors[layer].next(into: &heads[layer]) {
      let last = heap.removeLast()
      guard !heap.isEmpty else { return }
      heap[0] = last
    }
    siftDown(0)
  }

  private func siftDown(_ start: Int) {
    var position = start
    while true {
      var smallest = position
      for child in [2 * position + 1, 2 * position + 2] where child < heap.count {
        if comesFirst(heap[child], heap[smallest]) { smallest = child }
      }
      if smallest == position { return }
      heap.swapAt(position, smallest)
      position = smallest
    }
  }

  private func comesFirst(_ left: Int, _ right: Int) -> Bool {
    let order = heads[left].order(comparedTo: heads[right])
    return order != 0 ? order < 0 : left < right
  }
}

extension Entry {
  /// Compares the keys.
  fileprivate func order(comparedTo other: borrowing Entry) -> Int {
    key.span.order(comparedTo: other.key.span)
  }

  /// Whether a newer layer has removed a prefix of the key.
  fileprivate func isHidden(by prefixes: borrowing RemovedPrefixes) -> Bool {
    !prefixes.isEmpty && prefixes.contains(prefixOf: key.span)
  }
}
