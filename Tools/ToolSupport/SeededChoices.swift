/// Choices that follow from a seed: the same ones in the same order each time.
package struct SeededChoices: Sendable {
  private let seed: UInt64
  private var position: UInt64 = 0

  /// The choices of a seed; each `stream` of one seed is another sequence.
  package init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = stream == 0 ? seed : SplitMix64.mix(seed, stream)
  }

  /// A number below `limit`, which is not zero.
  package mutating func below(_ limit: UInt64) -> UInt64 {
    position += 1
    return SplitMix64.mix(seed, position) % limit
  }

  /// True once in so many times.
  package mutating func oneIn(_ count: UInt64) -> Bool { below(count) == 0 }

  /// A duration of up to so many microseconds, in nanoseconds.
  package mutating func microseconds(below limit: UInt64) -> Int64 { Int64(below(limit * 1_000)) }
}
