public import JournalEngine

/// What a walk over the log comes upon.
public enum InspectedItem: Sendable {
  /// A commit.
  case record(InspectedRecord)
  /// Damage, a gap or a torn tail, at its place between the commits.
  case finding(InspectionFinding)
}

/// One commit, with its changes as changes of state.
public struct InspectedRecord: Sendable {
  /// One item of a commit.
  public enum Change: Sendable, Equatable {
    /// Puts an object, or what else has a key.
    case put(StoredContent)
    /// Removes an object.
    case remove(StateAddress)
    /// Removes all streams, or all others, of a source.
    case removeAll(source: String, StateAddress.Scope)
    /// Removes a label.
    case removeLabel(name: String)
    /// Removes a key that no address has.
    case removeForeign(key: [UInt8])
    /// Removes all keys that begin with bytes that no source has.
    case removeForeignPrefix([UInt8])
    /// A session began to write.
    case opened(JournalRecord.Session)
    /// The session ended with everything durable.
    case closed
    /// Something that a later version of the format adds.
    case annotation(kind: UInt8, [UInt8])
  }

  /// The commit as it stands in the log.
  public var record: JournalRecord
  /// What it changed, in order.
  public var changes: [Change]
  /// Why it was made, when whoever made it said so.
  public var reason: String?

  /// Decodes a commit where it is.
  ///
  /// - Parameters:
  ///   - record: the commit.
  ///   - bytes: what was lent with it.
  public init(_ record: borrowing RecordInPlace, in bytes: Span<UInt8>) {
    self.init(JournalRecord(record, in: bytes))
  }

  init(_ record: JournalRecord) {
    self.record = record
    var items = record.changes
    if let index = record.reasonIndex {
      reason = record.reason
      items.remove(at: index)
    }
    changes = items.map(Change.init)
  }
}

extension InspectedRecord.Change {
  init(_ change: JournalRecord.Change) {
    switch change {
    case .put(let key, let value):
      self = .put(StoredContent(key: key.span, value: value.span))
    case .remove(let key):
      if let address = try? StateKeyCoding.address(of: key.span) {
        self = .remove(address)
      } else {
        self =
          JournalLabel.name(ofKey: key.span).map(Self.removeLabel) ?? .removeForeign(key: key)
      }
    case .removePrefix(let prefix):
      if let (source, scope) = StateKeyCoding.scope(ofPrefix: prefix.span) {
        self = .removeAll(source: source, scope)
      } else {
        self = .removeForeignPrefix(prefix)
      }
    case .opened(let session): self = .opened(session)
    case .closed: self = .closed
    case .annotation(let kind, let content): self = .annotation(kind: kind, content)
    }
  }
}
