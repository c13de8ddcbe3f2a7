import FileIO
public import JournalEngine
public import JournalFormat

/// One step in the life of an object.
public struct StateHistoryStep: Sendable {
  /// What the object was before a step.
  public enum Before: Sendable, Equatable {
    /// Nothing: it was put for the first time, or again after a removal.
    case absent
    /// This object.
    case object(StateObject)
    /// The commit that says is out of reach, or damaged.
    case unknown
  }

  /// Where the object lives.
  public var address: StateAddress
  /// The commit that put or removed it.
  public var sequence: LogSequenceNumber
  /// When, in nanoseconds since 1970 (UTC); `nil` when the commit itself has left the log and only
  /// what came of it is left, in a snapshot.
  public var time: Int64?
  /// The session that did it; `nil` as for ``time``.
  public var session: JournalRecord.Session?
  /// Why, when whoever did it said so.
  public var reason: String?
  /// What it was before.
  public var before: Before
  /// What it is since; `nil` when it was removed.
  public var after: StateObject?

  /// What changed, member by member; everything where it is not known what was before.
  public var differences: [MemberDifference] {
    let old: StateObject = if case .object(let object) = before { object } else { [:] }
    return MemberDifference.between(old, after ?? [:])
  }
}

/// What a walk through a history comes upon.
public enum StateHistoryItem: Sendable {
  /// A change of an object.
  case step(StateHistoryStep)
  /// Damage, or a gap, at its place between the steps.
  case finding(InspectionFinding)
}

/// How far a history reached.
public struct StateHistoryReach: Sendable {
  /// Values put before this commit are known only as far as they were still in force at its
  /// predecessor.
  public internal(set) var first: LogSequenceNumber
  /// Whether the state before ``first`` could be read.
  public internal(set) var isStartKnown: Bool
  /// The last commit that was looked at.
  public internal(set) var last: LogSequenceNumber
  /// Whether the files say anything of what was asked for, in the range or before it.
  public internal(set) var isKnown = false
  /// How many steps there were.
  public internal(set) var stepCount = 0
  /// How bad the worst finding was.
  public internal(set) var worst: InspectionFinding.Severity?
}

extension JournalInspector {
  /// Calls `body` with every value that an object, or each object of a source, ever had, the oldest
  /// first, as far back as the files reach, until it returns false.
  ///
  /// The log holds the newer commits. What was in force before them comes first, from snapshots, with
  /// the number of the commit that put it.
  ///
  /// - Parameters:
  ///   - selection: a source, or one object.
  ///   - range: the commits to report.
  ///   - onProgress: called about once per mebibyte of log.
  ///   - body: called with each step; returns whether to go on.
  /// - Throws: as ``status(isExact:)``. Damage is reported at its place.
  /// - Complexity: O(bytes of the log + state of what was asked for); memory is bounded by that state.
  @discardableResult
  public func forEachStep(
    of selection: StateSelection,
    in range: ClosedRange<LogSequenceNumber> = .zero...LogSequenceNumber(.max),
    onProgress: (InspectionProgress) -> Void = { _ in }, _ body: (StateHistoryItem) -> Bool
  ) throws(JournalError) -> StateHistoryReach {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    let listing = try DirectoryListing.read(directory)
    let start = (listing.segments.first ?? listing.chain(limit: nil).last?.through.next ?? .zero)
      .previous
    var walk = HistoryWalk(selection: selection, range: range, start: start)
    var isStopped = false
    if start > .zero {
      do {
        _ = try forEachEntry(at: start, in: selection) { entry in
          if let step = walk.begin(with: entry) { isStopped = !body(.step(step)) }
          return !isStopped
        }
      } catch {
        switch error.reason {
        case .unreachable, .damage: walk.forgetEverything()
        default: throw error
        }
      }
    }
    if !isStopped {
      var progress = LogProgress(in: directory, start.next...LogSequenceNumber(.max))
      try forEachRecord(in: start.next...LogSequenceNumber(.max)) { item in
        switch item {
        case .finding(let finding):
          guard finding.severity > .note else { return true }
          return walk.pass(finding) ? body(.finding(finding)) : true
        case .record(let record):
          guard record.record.sequence <= range.upperBound else { return false }
          let end = record.record.offset + Int64(record.record.byteCount)
          if let progress = progress.pass(record.record.file, through: end) { onProgress(progress) }
          return walk.pass(record) { body(.step($0)) }
        }
      }
    }
    return walk.reach
  }
}

/// Follows the objects of a selection through the commits.
private struct HistoryWalk {
  let selection: StateSelection
  let range: ClosedRange<LogSequenceNumber>
  private(set) var reach: StateHistoryReach
  /// What the objects are after the commits so far.
  private var current: [StateAddress: StateObject] = [:]
  /// Whether what is not in `current` is absent, rather than unknown.
  private var isComplete = true

  init(
    selection: StateSelection, range: ClosedRange<LogSequenceNumber>, start: LogSequenceNumber
  ) {
    self.selection = selection
    self.range = range
    reach = StateHistoryReach(first: start.next, isStartKnown: true, last: start)
  }

  /// Commits are missing: nothing is known any more of what the objects are.
  mutating func forgetEverything() {
    if reach.last.next == reach.first { reach.isStartKnown = false }
    current = [:]
    isComplete = false
  }

  /// An object as a snapshot has it; nil when it was not asked for.
  mutating func begin(with entry: InspectedEntry) -> StateHistoryStep? {
    guard case .object(let address, let object) = entry.content, selection.contains(address)
    else { return nil }
    current[address] = object
    reach.isKnown = true
    let sequence = LogSequenceNumber(entry.version.number)
    guard range.contains(sequence) else { return nil }
    reach.stepCount += 1
    return StateHistoryStep(
      address: address, sequence: sequence, before: .unknown, after: object)
  }

  /// Takes note of damage; whether it lies in the range.
  mutating func pass(_ finding: InspectionFinding) -> Bool {
    if finding.severity >= .unreadable { forgetEverything() }
    reach.worst = max(reach.worst ?? finding.severity, finding.severity)
    return finding.sequence.map { $0 <= range.upperBound } ?? true
      && finding.lastSequence.map { $0 >= range.lowerBound } ?? true
  }

  /// Reports the steps of a commit; false when no more are wanted.
  mutating func pass(_ record: InspectedRecord, _ body: (StateHistoryStep) -> Bool) -> Bool {
    let sequence = record.record.sequence
    // A compaction may have taken commits away that were listed when the walk began.
    if sequence != reach.last.next { forgetEverything() }
    reach.last = sequence
    for change in record.changes {
      switch change {
      case .put(.object(let address, let object)) where selection.contains(address):
        guard report(address, object, of: record, body) else { return false }
      case .remove(let address) where selection.contains(address):
        guard report(address, nil, of: record, body) else { return false }
      case .removeAll(let source, let scope):
        let removed = current.keys.filter { address in
          address.scope == scope && address.source.hasSameBytes(as: source)
        }.sorted { String.encodedOrder($0.name, $1.name) < 0 }
        for address in removed {
          guard report(address, nil, of: record, body) else { return false }
        }
      default: break
      }
    }
    return true
  }

  private mutating func report(
    _ address: StateAddress, _ object: StateObject?, of record: InspectedRecord,
    _ body: (StateHistoryStep) -> Bool
  ) -> Bool {
    let before = current[address]
    current[address] = object
    reach.isKnown = true
    guard range.contains(record.record.sequence) else { return true }
    reach.stepCount += 1
    return body(
      StateHistoryStep(
        address: address, sequence: record.record.sequence, time: record.record.time,
        session: record.record.session, reason: record.reason,
        before: before.map(StateHistoryStep.Before.object) ?? (isComplete ? .absent : .unknown),
        after: object))
  }
}
