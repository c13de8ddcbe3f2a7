public import JournalEngine

/// What ``JournalInspector/examinePlace(measuringSyncs:)`` found about a directory that holds a store,
/// or is to hold one.
public struct PlaceExamination: Sendable {
  /// How long syncs took that were made to find out.
  public struct SyncLatency: Sendable, Equatable {
    /// How many were made; zero when not one ended in time.
    public internal(set) var count: Int
    /// The one in the middle.
    public internal(set) var median: Duration
    /// The slowest.
    public internal(set) var maximum: Duration
  }

  /// All that was looked at: the store, the clock, what was left behind, the file system and its
  /// mount options, syncs, space, limits, and access.
  public internal(set) var checks: [PlaceCheck] = []
  /// What the store says about itself; `nil` where there is none, or none that can be read.
  public internal(set) var status: JournalStatus?
  /// The kind of the file system, such as `ext4`; `nil` where the system does not tell.
  public internal(set) var fileSystemType: String?
  /// How it is mounted, such as `["rw", "relatime"]`; empty where the system does not tell.
  public internal(set) var mountOptions: [String] = []
  /// What syncs cost; `nil` when they were not measured, or nothing could be written.
  public internal(set) var syncLatency: SyncLatency?

  /// The worst of the checks: ``PlaceCheck/Verdict/problem`` means that state is not safe here yet.
  public var verdict: PlaceCheck.Verdict { checks.map(\.verdict).max() ?? .fine }
}
