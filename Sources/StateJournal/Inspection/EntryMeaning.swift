import JournalEngine

/// What a deep verification makes of a key and its value.
enum EntryMeaning {
  /// An object at its address, or a label.
  case state
  /// The key is one of this package, and what it leads to is not what this package writes.
  case broken
  /// The key is no address either: another program keeps something of its own in the store.
  case foreign

  init(key: Span<UInt8>, value: Span<UInt8>) {
    guard case .foreign = StoredContent(key: key, value: value) else {
      self = .state
      return
    }
    let isOurs = StateKeyCoding.isReserved(key) || (try? StateKeyCoding.address(of: key)) != nil
    self = isOurs ? .broken : .foreign
  }
}

/// Entries that another program wrote, told as one finding: there may be as many as commits, and one
/// tells as much as all.
struct EntriesOfOthers {
  private var first: InspectionFinding?
  private var count = 0
  private var lastSequence: LogSequenceNumber?

  /// Counts an entry, whose place is that of the finding.
  mutating func add(_ finding: InspectionFinding, key: Span<UInt8>) {
    count += 1
    if first == nil {
      first = finding
      first?.keysAtRisk = [[UInt8](copying: key)]
    }
    lastSequence = max(lastSequence ?? .zero, finding.lastSequence ?? .zero)
  }

  /// What to say of all of them; `nil` when there are none. Nothing is lost with them, and no reader of
  /// state knows what they are.
  ///
  /// - Parameter place: where they were found, in a few words.
  func finding(in place: String) -> InspectionFinding? {
    guard var finding = first else { return nil }
    finding.severity = .unreadable
    finding.lastSequence = lastSequence
    if count > 1 { finding.byteCount = nil }
    finding.detail =
      "\(Units.count(count, "entry", "entries")) in \(place), this one first, \(count == 1 ? "is" : "are") no"
      + " state: the checksums are right, and the keys are no addresses; was that written by other"
      + " software?"
    return finding
  }
}
