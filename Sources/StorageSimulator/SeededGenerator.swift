/// A random number generator that gives the same numbers for the same seed, on every machine and
/// in every release: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
///
/// Not for secrets. Good for everything that a test must be able to repeat.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator whose whole future follows from `seed`.
  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A generator for a part of the work, independent of how much the other parts draw.
  public mutating func split() -> SeededGenerator { SeededGenerator(seed: next()) }
}
