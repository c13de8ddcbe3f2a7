/// The ways to the disk: two groups can be synced at once, and a disk that has to flush its cache
/// for both does so once.
///
/// Each lane has an open file of its own. The kernel reports what went wrong with a page to every
/// open file once (Linux 4.13, `errseq_t`): with one file for both, the sync that comes first would
/// take the failure that is the other's, which would then pass for a success.
enum SyncLane: UInt8 {
  /// Also for syncs that are not about a group; they and the group's take turns.
  case primary = 1
  case secondary = 2
}

/// The lanes that nobody uses.
struct FreeLanes {
  #if canImport(Darwin)
    // Nobody promises there that each open file hears of a failure.
    private var bits: UInt8 = SyncLane.primary.rawValue
  #else
    private var bits: UInt8 = SyncLane.primary.rawValue | SyncLane.secondary.rawValue
  #endif

  var isEmpty: Bool { bits == 0 }

  mutating func take() -> SyncLane? {
    for lane in [SyncLane.primary, .secondary] where bits & lane.rawValue != 0 {
      bits &= ~lane.rawValue
      return lane
    }
    return nil
  }

  mutating func give(back lane: SyncLane) { bits |= lane.rawValue }
}
