/// What a power loss takes of everything that was never synced. What was synced always stays.
public enum LossPattern: Hashable, Sendable, CustomStringConvertible {
  /// All of it is lost: a disk that wrote nothing it did not have to.
  case allLost
  /// Nothing is lost: a disk that had just caught up.
  case allKept
  /// Names and file sizes made it, data did not: files are long and full of zeros or old bytes.
  case dataLost
  /// Data and sizes made it, names did not: nothing was created, renamed or removed.
  case namesLost
  /// Any part of it is lost, as the seed has it: whole writes or single 512-byte sectors, early
  /// ones as well as late ones, sizes without data, names in any order.
  case random(seed: UInt64)

  /// The patterns that need no seed.
  public static let fixed: [LossPattern] = [.allLost, .allKept, .dataLost, .namesLost]

  public var description: String {
    switch self {
    case .allLost: "all unsynced lost"
    case .allKept: "all unsynced kept"
    case .dataLost: "unsynced data lost, names and sizes kept"
    case .namesLost: "unsynced names lost, data kept"
    case .random(let seed): "random loss, seed \(seed)"
    }
  }
}
