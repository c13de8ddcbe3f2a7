import ToolSupport

/// When to kill, from a seed: a mix that reaches opening, recovery, work and closing.
struct KillSchedule {
  /// One life of a process.
  struct Life: Equatable {
    /// How many updates it is to make.
    var updateCount: UInt64
    /// Whether the delay counts from its last acknowledgement instead of its start.
    var diesAtItsEnd: Bool
    /// Nanoseconds to live.
    var delay: Int64
  }

  private let seed: UInt64
  private var position: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  /// A workload's life.
  mutating func workload() -> Life {
    switch random(100) {
    case ..<20:
      // Closing trims the tail and says goodbye in the log.
      return Life(updateCount: 1 + random(40), diesAtItsEnd: true, delay: microseconds(4_000))
    case ..<45: return endless(microseconds(5_000))
    case ..<60: return endless(microseconds(25_000))
    case ..<90: return endless(microseconds(250_000))
    default: return endless(microseconds(1_000_000))
    }
  }

  /// How long a check lives, in nanoseconds; nil for as long as it likes.
  mutating func check() -> Int64? { random(4) == 0 ? microseconds(12_000) : nil }

  private func endless(_ delay: Int64) -> Life {
    Life(updateCount: 1 << 40, diesAtItsEnd: false, delay: delay)
  }

  /// Up to so many microseconds, in nanoseconds.
  private mutating func microseconds(_ limit: UInt64) -> Int64 { Int64(random(limit * 1_000)) }

  /// A number below `limit`.
  private mutating func random(_ limit: UInt64) -> UInt64 {
    position += 1
    return SplitMix64.mix(seed, position) % limit
  }
}
