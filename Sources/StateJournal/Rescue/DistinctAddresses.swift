/// Which addresses were met, in bounded memory.
package struct DistinctAddresses {
  /// How many are remembered, and how many bytes of names.
  package struct Limit: Sendable {
    package var count: Int
    package var byteCount: Int

    package init(count: Int, byteCount: Int) {
      self.count = count
      self.byteCount = byteCount
    }
  }

  private let limit: Limit
  private var addresses: Set<StateAddress> = []
  private var byteCount = 0
  /// There was no room for one that was new.
  private(set) var isFull = false

  init(limit: Limit) { self.limit = limit }

  /// Whether the address is new; `false` also where that cannot be told any more.
  mutating func insert(_ address: StateAddress) -> Bool {
    if addresses.contains(address) { return false }
    let added = address.source.utf8.count + address.name.utf8.count
    // A shorter one that would still fit is not taken: what is remembered are the first ones.
    guard !isFull, addresses.count < limit.count, added <= limit.byteCount - byteCount else {
      isFull = true
      return false
    }
    addresses.insert(address)
    byteCount += added
    return true
  }
}
