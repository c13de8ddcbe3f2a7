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

  // One owner at a time walks, entry after entry: what each step touches is not checked for
  // overlapping accesses at run time.

  private let cursors: [any EntryCursor]
  /// For each layer what the newer ones hide in it.
  private let hidden: [RemovedPrefixes]
  private let droppingRemovals: Bool
  /// The next entry of each layer.
  @exclusivity(unchecked) private var heads: [Entry]
  /// Numbers of layers as a binary heap: smallest key first, of equal keys the newest layer.
  @exclusivity(unchecked) private var heap: [Int] = []
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
    unsafe heads = Array(repeating: Entry(), count: layers.count)
  }

  /// After an error the walk is over: the layers no longer stand at the same key.
  package func next(into entry: inout Entry) throws(JournalError) -> Bool {
    do throws(JournalError) {
      return try advance(into: &entry)
    } catch {
      unsafe heap = []
      throw error
    }
  }

  private func advance(into entry: inout Entry) throws(JournalError) -> Bool {
    if !isPrimed {
      isPrimed = true
      try fillHeap()
    }
    while let layer = unsafe heap.first {
      // The newest mention decides; if it is hidden, so is every older one.
      let isDropped =
        unsafe droppingRemovals && heads[layer].isRemoval
        || heads[layer].isHidden(by: hidden[layer])
      unsafe swap(&entry, &heads[layer])
      try replaceFirst()
      while let older = unsafe heap.first, unsafe heads[older].order(comparedTo: entry) == 0 {
        try replaceFirst()
      }
      if !isDropped { return true }
    }
    return false
  }

  private func fillHeap() throws(JournalError) {
    for layer in cursors.indices where try unsafe cursors[layer].next(into: &heads[layer]) {
      unsafe heap.append(layer)
    }
    for position in stride(from: unsafe heap.count / 2 - 1, through: 0, by: -1) {
      siftDown(position)
    }
  }

  /// Moves the first layer on, and gives the first place to whoever has the smallest key then.
  private func replaceFirst() throws(JournalError) {
    let layer = unsafe heap[0]
    if try unsafe !cursors[layer].next(into: &heads[layer]) {
      let last = unsafe heap.removeLast()
      guard unsafe !heap.isEmpty else { return }
      unsafe heap[0] = last
    }
    siftDown(0)
  }

  private func siftDown(_ start: Int) {
    let count = unsafe heap.count
    var position = start
    while 2 * position + 1 < count {
      var child = 2 * position + 1
      if child + 1 < count, comesFirst(child + 1, child) { child += 1 }
      guard comesFirst(child, position) else { return }
      unsafe heap.swapAt(position, child)
      position = child
    }
  }

  /// Whether what stands at one place of the heap comes before what stands at another.
  private func comesFirst(_ leftPosition: Int, _ rightPosition: Int) -> Bool {
    let (left, right) = unsafe (heap[leftPosition], heap[rightPosition])
    let order = unsafe heads[left].order(comparedTo: heads[right])
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
