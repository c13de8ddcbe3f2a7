/// How one file or directory fares in a power loss. The moments it speaks of are positions in the
/// list of changes that were not synced: at moment 0 none had been made, at the last one all had.
enum Fate {
  /// Everything is as it was at one moment.
  case moment(Int)
  /// The newest size and names, the oldest data.
  case sizeWithoutData
  /// The newest of everything, but for one random sector or name, which is older.
  case oneHole(SeededGenerator)
  /// Each sector and each name on its own, the size as of any moment.
  case scrambled(SeededGenerator)

  /// Decides about a file with `changeCount` unsynced changes.
  static func ofFile(
    _ pattern: LossPattern, changeCount: Int, using generator: inout SeededGenerator
  ) -> Fate {
    switch pattern {
    case .allLost: .moment(0)
    case .allKept, .namesLost: .moment(changeCount)
    case .dataLost: .sizeWithoutData
    case .random: any(changeCount: changeCount, using: &generator)
    }
  }

  /// Decides about a directory with `changeCount` unsynced changes.
  static func ofDirectory(
    _ pattern: LossPattern, changeCount: Int, using generator: inout SeededGenerator
  ) -> Fate {
    switch pattern {
    case .allLost, .namesLost: .moment(0)
    case .allKept, .dataLost: .moment(changeCount)
    case .random: any(changeCount: changeCount, using: &generator)
    }
  }

  /// The extremes come up often, because most mistakes show at them; independent coin flips alone
  /// would almost never lose just one sector of many, or all of them.
  private static func any(changeCount: Int, using generator: inout SeededGenerator) -> Fate {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: .moment(0)
    case 1: .moment(changeCount)
    case 2, 3: .moment(Int.random(in: 0...changeCount, using: &generator))
    case 4: .sizeWithoutData
    case 5: .oneHole(generator.split())
    default: .scrambled(generator.split())
    }
  }
}
