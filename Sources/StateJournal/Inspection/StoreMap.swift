public import JournalEngine
public import JournalFormat

/// A picture of a store's files: what lies where, how old it is, whose it is, and how much of it is
/// still in force.
public struct StoreMap: Sendable {
  /// What a stretch of a file holds.
  public enum Content: String, Sendable, CaseIterable {
    /// Space that was laid out ahead, or a file's own bookkeeping.
    case unwritten
    /// Commits, or entries of a snapshot.
    case records
    /// A commit that was never acknowledged.
    case torn
    /// Bytes that were once durable and are wrong.
    case damaged

    /// The one that matters more.
    func worse(_ other: Content) -> Content {
      func rank(_ content: Content) -> Int { Self.allCases.firstIndex(of: content) ?? 0 }
      return rank(other) > rank(self) ? other : self
    }
  }

  /// A stretch of a file.
  public struct Cell: Sendable, Equatable {
    /// Where it begins, in bytes.
    public var offset: Int64
    /// How long it is.
    public var byteCount: Int64
    /// What it holds; the worst of it.
    public internal(set) var content = Content.unwritten
    /// Bytes of keys and values in it.
    public internal(set) var entryByteCount: Int64 = 0
    /// Bytes of keys and values in it that are still in force.
    public internal(set) var liveByteCount: Int64 = 0
    /// Commits that begin in it; none in snapshots.
    public internal(set) var commitCount = 0
    /// The first commit that begins in it.
    public internal(set) var first: LogSequenceNumber?
    /// The last one.
    public internal(set) var last: LogSequenceNumber?
    /// When the first commit in it was made, in nanoseconds since 1970 (UTC).
    public internal(set) var firstTime: Int64?
    /// When the last one was.
    public internal(set) var lastTime: Int64?
    /// The source that most bytes in it belong to.
    public internal(set) var source: String?

    /// The part of the keys and values in it that is still in force, from 0 to 1.
    public var liveShare: Double {
      entryByteCount > 0 ? min(1, Double(liveByteCount) / Double(entryByteCount)) : 0
    }
  }

  /// One segment or snapshot.
  public struct File: Sendable {
    /// Name, kind, size, commits.
    public var info: JournalStatus.FileInfo
    /// When a snapshot was begun, in nanoseconds since 1970 (UTC).
    public var createdAt: Int64?
    /// The file in stretches of about the same length.
    public internal(set) var cells: [Cell]

    /// Bytes of keys and values that are still in force.
    public var liveByteCount: Int64 { cells.reduce(0) { $0 + $1.liveByteCount } }
    /// Bytes of keys and values.
    public var entryByteCount: Int64 { cells.reduce(0) { $0 + $1.entryByteCount } }
  }

  /// The store.
  public internal(set) var status: JournalStatus
  /// Snapshots and segments, in the order of the commits in them.
  public internal(set) var files: [File] = []
  /// What the walk found wrong.
  public internal(set) var findings: [InspectionFinding] = []

  /// Whether the state could be read, so that it is known what is still in force.
  public internal(set) var isLiveKnown = false

  /// How bad the worst finding is.
  public var worst: InspectionFinding.Severity? { findings.map(\.severity).max() }
}
