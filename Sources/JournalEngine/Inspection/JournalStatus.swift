import FileIO
public import JournalFormat

/// What a store's directory says about itself, without reading what snapshots hold.
public struct JournalStatus: Sendable {
  /// One file of the directory.
  public struct FileInfo: Sendable, Equatable {
    /// What a file is.
    public enum Kind: String, Sendable {
      /// A stretch of the log.
      case segment
      /// A snapshot, or a run of changes.
      case snapshot
      /// How far the log is known to be durable.
      case watermark
      /// What a writer locks, with its name in it.
      case lock
      /// A file that a compaction or copy did not finish; the next one sweeps it.
      case unfinished
      /// Bytes that were set aside by recovery or repair.
      case quarantine
      /// Something that no store has.
      case foreign
    }

    /// The name in the directory.
    public var name: String
    /// What it is.
    public var kind: Kind
    /// Its size; `nil` when it cannot be told, or for a directory.
    public var byteCount: Int64?
    /// The first commit in it.
    public var first: LogSequenceNumber?
    /// The last commit in it; `nil` where only reading the file could tell.
    public var last: LogSequenceNumber?
    /// Whether other files hold everything that it does: kept for one more generation.
    public var isSuperseded = false
  }

  /// A process that holds a lock.
  public struct Holder: Sendable, Equatable {
    /// Who, in its own words; `nil` when it did not say.
    public var owner: JournalError.LockOwner?

    /// Whether the process can be seen on this host; `nil` for one of another host or container, and for
    /// one that left no name. The lock is what tells that it lives: it goes with its process.
    public var isAlive: Bool? {
      guard let owner, owner.host == ProcessIdentity.current.hostName, owner.processID > 0 else {
        return nil
      }
      return ProcessIdentity.isRunning(owner.processID)
    }
  }

  /// The store; `nil` when no sound file says.
  public internal(set) var store: StoreIdentity?
  /// The files, in the order of their names.
  public internal(set) var files: [FileInfo] = []
  /// Whether all of the log since the last snapshot was read. Otherwise ``recovery`` says what the
  /// headers and the last segment give: ``RecoveryReport/replayedByteCount`` is the size of the
  /// segments, and damage in the others was not looked for.
  public internal(set) var isExact = true
  /// What opening would find and replay; `nil` when it would fail.
  public internal(set) var recovery: RecoveryReport?
  /// Why opening would fail.
  public internal(set) var failure: JournalError?
  /// When the last commit was made, in nanoseconds since 1970; `nil` when it is in snapshots only.
  public internal(set) var lastCommitTime: Int64?
  /// The session that made the last commit, as far as the log says.
  public internal(set) var lastSession: JournalRecord.Session?
  /// Whether the last session closed the store with everything durable; `nil` when the log does not
  /// say.
  public internal(set) var closedCleanly: Bool?
  /// How far the watermark vouches for the log.
  public internal(set) var watermark: LogSequenceNumber?
  /// Snapshots that make up the state below the log, oldest first.
  public internal(set) var snapshots: [SnapshotInfo] = []
  /// Whoever has the store open for writing now.
  public internal(set) var writer: Holder?
  /// Whoever is compacting now.
  public internal(set) var compactor: Holder?

  /// One snapshot of the chain in use.
  public struct SnapshotInfo: Sendable, Equatable {
    /// The name of the file.
    public var name: String
    /// The state it builds on; zero for a base, which holds everything.
    public var after: LogSequenceNumber
    /// The last commit in it.
    public var through: LogSequenceNumber
    /// When it was begun, in nanoseconds since 1970.
    public var createdAt: Int64
    /// Its size.
    public var byteCount: Int64
    /// Entries, removals included.
    public var entryCount: Int
  }

  init() {}

  /// When the newest snapshot in use was begun: the last compaction, in nanoseconds since 1970.
  public var lastCompactionTime: Int64? { snapshots.map(\.createdAt).max() }

  /// Bytes of files that the state needs.
  public var liveByteCount: Int64 {
    files.clampedSum { $0.isSuperseded ? 0 : $0.byteCount ?? 0 }
  }

  /// Bytes of files that other files supersede.
  public var supersededByteCount: Int64 {
    files.clampedSum { $0.isSuperseded ? $0.byteCount ?? 0 : 0 }
  }
}
