import JournalFormat
import Testing

@testable import JournalEngine

@Suite("Removed prefixes of a table")
struct PrefixRemovalsTests {
  enum Order: String, CaseIterable, Sendable {
    case ascending
    case descending
    case mixed
  }

  /// Distinct prefixes of one length, so that none covers another.
  private static func prefixes(_ count: Int, in order: Order) -> [[UInt8]] {
    var prefixes = (0..<count).map { number in
      [UInt8(number >> 16), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
    }
    var random = TableGenerator(seed: 7)
    switch order {
    case .ascending: break
    case .descending: prefixes.reverse()
    case .mixed: prefixes.shuffle(using: &random)
    }
    return prefixes
  }

  @Test(
    "One more moves a leaf's worth at most, in whatever order they come",
    arguments: Order.allCases)
  func leaves(order: Order) {
    var removals = PrefixRemovals()
    let count = 20_000
    for prefix in Self.prefixes(count, in: order) { removals.insert(prefix.span, at: .zero) }
    let counts = removals.leafCounts
    #expect(counts.reduce(0, +) == count)
    #expect(counts.allSatisfy { (1..<PrefixRemovals.leafCapacity).contains($0) })
    // Leaves are halved when they are full, so there are few enough to move their list.
    #expect(counts.count <= 2 * count / PrefixRemovals.leafCapacity + 1)
    #expect(removals.prefixes == Self.prefixes(count, in: .ascending))
  }

  @Test("Across leaves, what a prefix covers goes and what it does not stays", arguments: 1...4)
  func covering(seed: UInt64) {
    var random = TableGenerator(seed: seed)
    var removals = PrefixRemovals()
    var model: [[UInt8]: LogSequenceNumber] = [:]
    for prefix in Self.prefixes(5_000, in: .mixed) {
      removals.insert(prefix.span, at: .zero)
      model[prefix] = .zero
    }
    for step in 1...400 {
      let number = LogSequenceNumber(UInt64(step))
      let count = Int.random(in: 0..<20, using: &random) == 0 ? 2 : step % 2 + 3
      let prefix = (0..<count).map { place in
        UInt8.random(in: 0..<(place == 0 ? 1 : place == 1 ? 24 : 255), using: &random)
      }
      removals.insert(prefix.span, at: number)
      if let cover = model.keys.first(where: { prefix.starts(with: $0) }) {
        model[cover] = number
      } else {
        model = model.filter { !$0.key.starts(with: prefix) }
        model[prefix] = number
      }
      #expect(removals.leafCounts.allSatisfy { $0 > 0 })
      let key = prefix + [1]
      #expect(
        removals.sequence(coveringKey: key.span)
          == model.first { key.starts(with: $0.key) }?.value, "seed \(seed), step \(step)")
    }
    let sorted = model.keys.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(removals.prefixes == sorted)
    removals.insert(Span(), at: .zero)
    #expect(removals.prefixes == [[]] && removals.leafCounts == [1])
  }
}
