public import FileIO
public import JournalFormat

/// What went wrong with a journal: what, in which file, at which offset, from which log sequence
/// number on, and what to do next.
public struct JournalError: Error, Sendable, Equatable {
  /// What happened, for code that decides.
  public enum Reason: Sendable, Equatable {
    /// The operating system refused an operation.
    case io(IOFailure)
    /// The disk is full. The same journal works again once there is room.
    case outOfSpace(IOFailure)
    /// A sync, or a write of unknown extent, failed earlier. Only reopening tells what is durable.
    case poisoned(IOFailure)
    /// Bytes that were once durable are wrong or missing.
    case damage(Damage)
    /// Another process (or another journal in this one) has the directory open for writing.
    case locked(LockOwner?)
    /// A file was written by a newer version of the format; it is left alone.
    case newerFormat(version: Int)
    /// There is no store in the directory, or no directory.
    case notFound
    /// The directory holds other files but no store.
    case notAStore
    /// The state at that log sequence number or time is older than the files reach, or in the future.
    case unreachable
    /// The store has no label of that name.
    case unknownLabel
    /// A key, value or commit exceeds the limits of the format.
    case tooLarge
    /// The journal has been closed.
    case closed
    /// What is there was left as it is, since it must not be overwritten or cannot be told apart.
    case refused
    /// Files kept appearing and disappearing; trying again may succeed.
    case unsettled
  }

  /// The kinds of damage.
  public enum Damage: String, Sendable, Equatable, CaseIterable {
    /// A header that does not match its checksum.
    case header = "damaged header"
    /// A record that was once durable and is not whole any more.
    case record = "damaged record"
    /// A commit follows that is not the next one.
    case gap = "gap in the log sequence numbers"
    /// The log ends before what is known to have been durable.
    case missingCommits = "acknowledged commits are missing"
    /// A segment that must have been there is not.
    case missingSegment = "missing segment"
    /// A file with the identifier of another store.
    case foreignStore = "file of another store"
    /// A file that continues other commits than the ones before it.
    case foreignHistory = "segment of another history"
    /// A watermark that does not match its checksum.
    case watermark = "damaged watermark"
    /// The end of a snapshot is not whole.
    case snapshotFooter = "damaged snapshot footer"
    /// A snapshot's index is not whole.
    case snapshotIndex = "damaged snapshot index"
    /// A block of a snapshot does not match its checksum.
    case snapshotBlock = "damaged snapshot block"
    /// A copy in the quarantine, or the list of them, that does not match its checksum.
    case original = "damaged copy of an original file"
    /// Bytes that match their checksum and mean nothing.
    case malformedEntry = "malformed entry behind a right checksum"
  }

  /// Who holds a lock, as written by the owner itself.
  public struct LockOwner: Sendable, Equatable {
    /// The process, as its own host numbers it.
    public var processID: Int32
    /// The name of the host that it ran on.
    public var host: String
    /// When the process opened the journal, in seconds since 1970 (UTC).
    public var openedAt: Int64

    /// An owner.
    public init(processID: Int32, host: String, openedAt: Int64) {
      self.processID = processID
      self.host = host
      self.openedAt = openedAt
    }
  }

  /// What happened.
  public var reason: Reason
  /// The file (or directory) concerned.
  public var file: String
  /// The offset in the file, in bytes, where one is known.
  public var offset: Int64?
  /// The first log sequence number concerned, where one is known.
  public var sequence: LogSequenceNumber?
  /// The last log sequence number known to be concerned.
  public var lastSequence: LogSequenceNumber?
  /// What was found, and what to do next, for a person.
  public var detail: String

  package init(
    _ reason: Reason, file: String, offset: Int64? = nil, sequence: LogSequenceNumber? = nil,
    lastSequence: LogSequenceNumber? = nil, detail: String = ""
  ) {
    self.reason = reason
    self.file = file
    self.offset = offset
    self.sequence = sequence
    self.lastSequence = lastSequence
    self.detail = detail
  }

  /// What is amiss with the commit of the last number there is.
  static let lastNumberDetail =
    "it has the last number there is, which no journal gets as far as; was it written by other"
    + " software?"

  /// What is amiss with a commit that calls itself, or later ones, durable.
  static let durableThroughDetail =
    "it says that commits were durable which had not been written by then; was it written by other"
    + " software?"

  /// No commit may have the last number there is, behind which the numbers would begin anew.
  static func usedUp(_ directory: String, after last: LogSequenceNumber) -> JournalError {
    JournalError(
      .refused, file: directory, sequence: last,
      detail: "commit \(last) has the last number that there is for one; go on in a new store, with"
        + " `journal-tool export` and `import`")
  }

  /// A failed operation in the context of the journal; a full disk is told apart.
  package init(_ failure: IOFailure) {
    self.init(
      failure.isOutOfSpace ? .outOfSpace(failure) : .io(failure), file: failure.path,
      detail: failure.advice)
  }
}
