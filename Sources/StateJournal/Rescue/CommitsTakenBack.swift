import JournalEngine
import JournalFormat

/// Names what the commits behind one that stays have changed, in bounded memory.
struct CommitsTakenBack {
  private static let maximumAddressCount = 1000
  private static let maximumPrefixCount = 1000
  private static let maximumForeignKeyCount = 1000

  private(set) var plan: RewindPlan
  private var seen: DistinctAddresses
  private var foreignKeys: Set<[UInt8]> = []
  /// What the keys begin with that were removed as a whole.
  private var prefixes: Set<[UInt8]> = []

  /// - Parameters:
  ///   - sequence: the last commit that stays.
  ///   - last: the last one to look at; there need not be so many.
  init(
    from sequence: LogSequenceNumber, to last: LogSequenceNumber,
    tellingApart limit: DistinctAddresses.Limit
  ) {
    plan = RewindPlan(sequence: sequence, lastSequence: last)
    seen = DistinctAddresses(limit: limit)
  }

  /// Notes what the log says about them.
  @discardableResult
  mutating func noteRecords(
    _ inspector: JournalInspector, onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> RecordWalkSummary {
    try inspector.forEachRecordInPlace(
      in: plan.sequence.next...plan.lastSequence, onProgress: onProgress
    ) { item, bytes in
      guard case .record(let record) = item else { return true }
      plan.commitCount += 1
      for change in InspectedRecord(JournalRecord(record, in: bytes)).changes {
        if let address = change.address {
          note(address)
        } else if let key = change.foreignKey {
          note(foreign: key)
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
  }

  /// Notes what a removal took that nothing else changed: it was there before.
  mutating func noteRemoved(_ inspector: JournalInspector) throws(JournalError) {
    guard !prefixes.isEmpty else { return }
    let removed = RemovedPrefixes(prefixes)
    _ = try inspector.walk(
      at: plan.sequence, prefix: removed.sorted.count == 1 ? removed.sorted.first : nil
    ) { entry in
      if removed.contains(prefixOf: entry.key.span) { note(key: entry.key) }
      return !seen.isFull
    }
  }

  /// Notes what is left of those that a compaction took from the log: what they put.
  mutating func noteCompacted(
    through end: LogSequenceNumber, _ inspector: JournalInspector
  ) throws(JournalError) {
    // There are no gaps between the numbers of commits.
    plan.commitCount += Int(clamping: end.rawValue - plan.sequence.rawValue)
    plan.isUnlistedAddressCountExact = false
    _ = try inspector.walk { entry in
      if entry.sequence > plan.sequence, entry.sequence <= end { note(key: entry.key) }
      return !seen.isFull
    }
  }

  /// Says where they really end.
  mutating func end(with last: LogSequenceNumber) { plan.lastSequence = last }

  /// Not all of them could be looked at.
  mutating func missSome() { plan.isUnlistedAddressCountExact = false }

  private mutating func note(key: [UInt8]) {
    if let address = try? StateKeyCoding.address(of: key.span) {
      note(address)
    } else if JournalLabel.name(ofKey: key.span) == nil {
      note(foreign: key)
    }
  }

  private mutating func note(foreign key: [UInt8]) {
    guard foreignKeys.count < Self.maximumForeignKeyCount else { return }
    foreignKeys.insert(key)
    plan.foreignKeyCount = foreignKeys.count
  }

  /// Lists or counts an object that was not met before.
  private mutating func note(_ address: StateAddress) {
    guard seen.insert(address) else {
      if seen.isFull { plan.isUnlistedAddressCountExact = false }
      return
    }
    if plan.addresses.count < Self.maximumAddressCount {
      plan.addresses.append(address)
    } else {
      plan.unlistedAddressCount += 1
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

  /// The key that is changed and is no address.
  fileprivate var foreignKey: [UInt8]? {
    switch self {
    case .put(.foreign(let key, _)), .removeForeign(let key): key
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
