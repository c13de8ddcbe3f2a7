/// The output function of SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, "Fast splittable
/// pseudorandom number generators", 2014), as a function of seed and position. What the crash tests
/// write is computed from it, so its results may never change.
package enum SplitMix64 {
  /// The number at `position` of the sequence that `seed` stands for; the first is at 1.
  @inlinable
  package static func mix(_ seed: UInt64, _ position: UInt64) -> UInt64 {
    var z = seed &+ position &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
