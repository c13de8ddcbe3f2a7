public import FileIO
public import JournalFormat

/// Something that an inspection noticed in a store's directory.
public struct InspectionFinding: Sendable, Equatable {
  /// How bad it is, the least first.
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    /// Worth knowing; nothing is wrong with the state.
    case note
    /// A commit that was never acknowledged; the next opening for writing sets it aside.
    case tornTail = "torn tail"
    /// The very last commit is damaged, and nothing tells whether it was ever acknowledged.
    case undecidable
    /// A file that could not be read, so that nothing is known about it; or sound bytes of another
    /// program, of which nothing is known either.
    case unreadable
    /// Something is damaged that other files hold too, or that holds no state: the state is intact.
    case covered = "damage, state intact"
    /// Something acknowledged is damaged or missing, and no other file holds it.
    case loss = "data lost"

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
  }

  /// What was noticed.
  public enum Kind: Sendable, Equatable {
    /// Bytes that were once durable are wrong or missing.
    case damage(JournalError.Damage)
    /// The log ends in a commit that is not whole.
    case tornTail
    /// The last segment never got its header: its creation was interrupted.
    case unfinishedSegment
    /// A file under construction that its maker left behind.
    case unfinishedFile
    /// A file that does not belong to a store.
    case foreignFile
    /// No file says how far the log reached, so commits missing at its end cannot be noticed.
    case missingWatermark
    /// The operating system refused to read a file.
    case unreadable(IOFailure)
    /// Sound bytes that are no state: neither an address and an object, nor a label.
    case noState
    /// Files that should give the same state give two.
    case disagreement
  }

  /// The keys that a damaged part of a snapshot held.
  public struct KeyRange: Sendable, Equatable {
    /// No key of the part is smaller.
    public var lowerBound: [UInt8]
    /// All keys of the part are smaller; `nil` when it is the last part.
    public var upperBound: [UInt8]?
  }

  /// How bad it is.
  public var severity: Severity
  /// What was noticed.
  public var kind: Kind
  /// The path of the file (or directory).
  public var file: String
  /// Where in the file, in bytes.
  public var offset: Int64?
  /// How many bytes are concerned.
  public var byteCount: Int64?
  /// The first commit concerned.
  public var sequence: LogSequenceNumber?
  /// The last commit concerned, where it is known.
  public var lastSequence: LogSequenceNumber?
  /// What was found, for a person.
  public var detail: String
  /// Keys that could be made out in damaged records and that no later record changes: at most
  /// 1,000. Of what is no state, the key.
  public var keysAtRisk: [[UInt8]] = []
  /// The keys of a damaged part of a snapshot.
  public var keyRange: KeyRange?
  /// What to do next, for a person.
  public var advice = ""

  package init(
    _ severity: Severity, _ kind: Kind, file: String, offset: Int64? = nil,
    byteCount: Int64? = nil, sequence: LogSequenceNumber? = nil,
    lastSequence: LogSequenceNumber? = nil, detail: String
  ) {
    self.severity = severity
    self.kind = kind
    self.file = file
    self.offset = offset
    self.byteCount = byteCount
    self.sequence = sequence
    self.lastSequence = lastSequence
    self.detail = detail
  }

  /// What opening would cut off the log.
  package init(_ tail: RecoveryReport.TornTail) {
    self.init(
      tail.isUndecidable ? .undecidable : .tornTail, .tornTail, file: tail.file,
      offset: tail.offset, byteCount: tail.byteCount, sequence: tail.sequence,
      detail: tail.isUndecidable
        ? "the last commit is whole in length and its checksum is wrong; whether it was acknowledged"
          + " before it went bad, nothing tells"
        : "a commit was begun and never acknowledged")
    keysAtRisk = tail.keysAtRisk
  }

  /// What an error says of damage or of a file that cannot be read; `nil` for any other error.
  package init?(_ error: JournalError) {
    switch error.reason {
    case .damage(let damage):
      self.init(
        .loss, .damage(damage), file: error.file, offset: error.offset, sequence: error.sequence,
        lastSequence: error.lastSequence, detail: error.detail)
    case .io(let failure):
      self.init(
        .unreadable, .unreadable(failure), file: error.file, detail: failure.description)
    default:
      return nil
    }
  }
}

extension InspectionFinding.Kind: CustomStringConvertible {
  /// A few words that name the kind.
  public var description: String {
    switch self {
    case .damage(let damage): damage.rawValue
    case .tornTail: "torn tail"
    case .unfinishedSegment: "unfinished segment"
    case .unfinishedFile: "unfinished file"
    case .foreignFile: "foreign file"
    case .missingWatermark: "no watermark"
    case .unreadable: "unreadable file"
    case .noState: "no state"
    case .disagreement: "two generations disagree"
    }
  }
}

extension JournalError {
  /// Whether a file that was listed was gone when it was opened.
  var isMissingFile: Bool {
    if case .io(let failure) = reason { return failure.isMissing }
    return false
  }
}
