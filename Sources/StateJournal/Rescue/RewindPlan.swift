public import JournalEngine
public import JournalFormat

/// What going back to an earlier commit would take back.
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
}

extension JournalRescue {
  private static let maximumAddressCount = 1000
  private static let maximumPrefixCount = 1000
  private static let addressLimit = DistinctAddresses.Limit(count: 100_000, byteCount: 8 << 20)

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
    var inspector = JournalInspector(path, in: fileSystem)
    inspector.onOpeningProgress = onOpeningProgress
    // Reading the first object is enough to know that the state can be reached.
    try inspector.forEachEntry(at: sequence) { _ in false }
    let last = try inspector.forEachEntry { _ in false }.lastSequence
    var plan = RewindPlan(sequence: sequence, lastSequence: last)
    var seen = DistinctAddresses(limit: limit)
    guard sequence < last else { return plan }
    var prefixes: Set<[UInt8]> = []
    try inspector.forEachRecordInPlace(
      in: sequence.next...last, onProgress: onProgress
    ) { item, bytes in
      guard case .record(let record) = item else { return true }
      plan.commitCount += 1
      for change in InspectedRecord(JournalRecord(record, in: bytes)).changes {
        if let address = change.address {
          plan.note(address, &seen, upTo: Self.maximumAddressCount)
        } else if let prefix = change.removedPrefix, !prefixes.contains(prefix) {
          if prefixes.count < Self.maximumPrefixCount {
            prefixes.insert(prefix)
          } else {
            plan.isUnlistedAddressCountExact = false
          }
        }
      }
      return true
    }
    // What a removal took that nothing else changed was there before.
    if !prefixes.isEmpty {
      let removed = RemovedPrefixes(prefixes)
      _ = try inspector.walk(
        at: sequence, prefix: removed.sorted.count == 1 ? removed.sorted.first : nil
      ) { entry in
        if removed.contains(prefixOf: entry.key.span),
          let address = try? StateKeyCoding.address(of: entry.key.span)
        {
          plan.note(address, &seen, upTo: Self.maximumAddressCount)
        }
        return !seen.isFull
      }
    }
    if seen.isFull { plan.isUnlistedAddressCountExact = false }
    return plan
  }
}

extension RewindPlan {
  /// Lists or counts an object that was not met before.
  fileprivate mutating func note(
    _ address: StateAddress, _ seen: inout DistinctAddresses, upTo limit: Int
  ) {
    guard seen.insert(address) else { return }
    if addresses.count < limit {
      addresses.append(address)
    } else {
      unlistedAddressCount += 1
    }
  }
}

extension InspectedRecord.Change {
  /// The object that is changed; `nil` where it is none, or more than one.
  fileprivate var address: StateAddress? {
    switch self {
    case .put(.object(let address, _)), .remove(let address): address
    default: nil
    }
  }

  /// What the keys of the objects begin with that are removed as a whole.
  fileprivate var removedPrefix: [UInt8]? {
    switch self {
    case .removeAll(let source, let scope): StateKeyCoding.prefix(of: source, scope)
    case .removeForeignPrefix(let prefix): prefix
    default: nil
    }
  }
}
