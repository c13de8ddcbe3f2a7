import JournalEngine
public import JournalFormat

/// One commit of a journal, as those who watch it see it.
public struct JournalCommit: Sendable, Equatable {
  /// Its log sequence number.
  public var sequence: LogSequenceNumber
  /// When it was made, in nanoseconds since 1970 (UTC).
  public var time: Int64
  /// Why it was made, when whoever made it said so.
  public var reason: String?
  /// What it changed, in order; all of it took effect at once. Another storage can be given the same
  /// by ``StateStorage/apply(_:)``.
  public var changes: [StateChange]
}

extension JournalCommit {
  /// What a record changed in the state that a selection is about; `nil` when that is nothing.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` for what no storage of this package writes.
  init?(_ record: JournalRecord, of selection: StateSelection?) throws(StateError) {
    let inspected = InspectedRecord(record)
    var changes: [StateChange] = []
    for item in inspected.changes {
      guard let change = try StateChange(item, at: record.sequence) else { continue }
      // The two scopes of a source are removed one after the other.
      if change == changes.last { continue }
      if change.concerns(selection) { changes.append(change) }
    }
    if changes.isEmpty { return nil }
    self.init(
      sequence: record.sequence, time: record.time, reason: inspected.reason, changes: changes)
  }
}

extension StateChange {
  /// The change of state that an item of a commit is; `nil` when it is about something else.
  fileprivate init?(
    _ item: InspectedRecord.Change, at sequence: LogSequenceNumber
  ) throws(StateError) {
    switch item {
    case .put(.object(let address, let object)): self = .update(address, object)
    case .remove(let address): self = .remove(address)
    case .removeAll(let source, _): self = .removeSource(source)
    case .put(.label), .removeLabel, .opened, .closed, .annotation: return nil
    case .put(.foreign), .removeForeign, .removeForeignPrefix:
      throw StateError(
        .undecodable,
        "commit \(sequence) changes what is no state; was it written by other software?")
    }
  }

  /// Whether it changes, or may change, what a selection is about.
  fileprivate func concerns(_ selection: StateSelection?) -> Bool {
    guard let selection else { return true }
    switch self {
    case .update(let address, _), .remove(let address): return selection.contains(address)
    case .removeSource(let source): return selection.source.hasSameBytes(as: source)
    }
  }
}
