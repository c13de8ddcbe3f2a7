import ToolSupport

/// How long a job lives before it is killed: at first mostly too short for anything but its start,
/// then longer and longer, so that a job that begins from the start each time comes to its end too.
struct JobSchedule {
  private var choices: SeededChoices
  /// The longest that the next life may be, in nanoseconds.
  private var limit: Int64 = 20_000_000
  /// No life is planned to be longer.
  private static let maximumLimit: Int64 = 3_600_000_000_000

  init(seed: UInt64) { choices = SeededChoices(seed: seed) }

  /// The next life, in nanoseconds.
  mutating func next() -> Int64 {
    // The square makes short lives likelier than long ones, at every limit.
    let share = Double(choices.below(1 << 30)) / Double(1 << 30)
    let life = Int64(share * share * Double(limit))
    limit = min(limit + limit / 8, Self.maximumLimit)
    return life
  }
}
