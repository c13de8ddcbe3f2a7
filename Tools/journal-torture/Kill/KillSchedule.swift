import ToolSupport

/// When to kill: a mix that reaches opening, recovery, work and closing.
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

  /// A workload's life.
  static func workload(_ choices: inout SeededChoices) -> Life {
    switch choices.below(100) {
    case ..<20:
      // Closing trims the tail and says goodbye in the log.
      return Life(
        updateCount: 1 + choices.below(40), diesAtItsEnd: true,
        delay: choices.microseconds(below: choices.oneIn(4) ? 60_000 : 4_000))
    case ..<45: return endless(choices.microseconds(below: 5_000))
    case ..<60: return endless(choices.microseconds(below: 25_000))
    case ..<90: return endless(choices.microseconds(below: 250_000))
    default: return endless(choices.microseconds(below: 1_000_000))
    }
  }

  private static func endless(_ delay: Int64) -> Life {
    Life(updateCount: WorkloadProcess.endless, diesAtItsEnd: false, delay: delay)
  }
}
