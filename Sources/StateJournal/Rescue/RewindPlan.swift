public import JournalEngine
public import JournalFormat

/// What going back to an earlier commit would take back, or what undoing a repair or a rewind would.
public struct RewindPlan: Sendable {
  /// The commit to go back to.
  public internal(set) var sequence: LogSequenceNumber
  /// The last commit.
  public internal(set) var lastSequence: LogSequenceNumber
  /// Commits behind the one to go back to, as far as they are in the log.
  public internal(set) var commitCount = 0
  /// Objects that those commits changed, in the order in which they were changed first, and behind them
  /// those that went with all of a source and were changed by nothing else; at most 1,000.
  public internal(set) var addresses: [StateAddress] = []
  /// Objects beyond those; at least so many, unless ``isUnlistedAddressCountExact``.
  public internal(set) var unlistedAddressCount = 0
  /// Whether ``unlistedAddressCount`` counts each of them. Objects are told apart as far as 100,000 of them
  /// or 8 MiB of their names, and what 1,000 removals of a whole source took is looked up, so that memory
  /// does not follow the store.
  public internal(set) var isUnlistedAddressCountExact = true
  /// Keys that those commits changed and that are no addresses, as other software writes them: at most 1,000
  /// are told apart, so that of so many there may be more.
  public internal(set) var foreignKeyCount = 0
  /// The labels of the store. The state of the new beginning is all that it reaches back to, so that none of
  /// them is left there.
  public internal(set) var labels: [JournalLabel] = []
}

extension JournalRescue {
  static let addressLimit = DistinctAddresses.Limit(count: 100_000, byteCount: 8 << 20)

  /// What ``rewind(to:into:onProgress:)`` would do. Takes no lock and writes nothing.
  ///
  /// - Parameters:
  ///   - sequence: the last commit to keep.
  ///   - onProgress: called about once per mebibyte of log behind it.
  /// - Throws: ``JournalError/Reason/unreachable`` for a commit that the files do not reach back to, or
  ///   that was not made yet; what opening throws.
  /// - Complexity: O(bytes of log behind the commit), and O(state) where all of a source was removed;
  ///   memory is bounded by what opening would need.
  public func rewindPlan(
    to sequence: LogSequenceNumber, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RewindPlan {
    try rewindPlan(to: sequence, tellingApart: Self.addressLimit, onProgress: onProgress)
  }

  /// The same, with other limits to what is remembered.
  package func rewindPlan(
    to sequence: LogSequenceNumber, tellingApart limit: DistinctAddresses.Limit,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RewindPlan {
    // Reading the first object is enough to know that the state can be reached.
    try inspector.forEachEntry(at: sequence) { _ in false }
    let last = try inspector.forEachEntry { _ in false }.lastSequence
    var commits = CommitsTakenBack(from: sequence, to: last, tellingApart: limit)
    if sequence < last {
      try commits.noteRecords(inspector, onProgress: onProgress)
      try commits.noteRemoved(inspector)
    }
    var plan = commits.plan
    plan.labels = try inspector.labels()
    return plan
  }

  var inspector: JournalInspector {
    var inspector = JournalInspector(path, in: fileSystem)
    inspector.onOpeningProgress = onOpeningProgress
    return inspector
  }
}
