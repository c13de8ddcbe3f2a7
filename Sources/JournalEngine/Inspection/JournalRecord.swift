public import JournalFormat

/// One commit as it stands in the log.
public struct JournalRecord: Sendable, Equatable {
  /// One item of a commit.
  public enum Change: Sendable, Equatable {
    /// Puts a value at a key.
    case put(key: [UInt8], value: [UInt8])
    /// Removes a key.
    case remove(key: [UInt8])
    /// Removes every key that begins with these bytes.
    case removePrefix([UInt8])
    /// A session began to write; by whom.
    case opened(Session)
    /// The session ended with everything durable.
    case closed
    /// Something that a later version of the format adds.
    case annotation(kind: UInt8, [UInt8])
  }

  /// Who wrote.
  public struct Session: Sendable, Equatable {
    /// Counts the sessions that opened the store for writing, from 1.
    public var number: UInt64
    /// The process on its host; `nil` when the session began before the log that is left.
    public var processID: Int32?
    /// The host, or the container.
    public var host: String?
    /// The program, as it was called.
    public var program: String?
  }

  /// The commit's log sequence number.
  public var sequence: LogSequenceNumber
  /// Every commit up to this one was durable when the commit was written.
  public var durableThrough: LogSequenceNumber
  /// When it was made, in nanoseconds since 1970 (UTC).
  public var time: Int64
  /// The session that made it.
  public var session: Session
  /// The name of the segment.
  public var file: String
  /// Where the record begins in the segment.
  public var offset: Int64
  /// The length of the record in bytes.
  public var byteCount: Int
  /// What it changed, in order.
  public var changes: [Change]
}

/// What a walk over the log comes upon, nothing of it decoded.
public enum ItemInPlace: Sendable {
  /// A commit.
  case record(RecordInPlace)
  /// Damage, a gap or a torn tail, at its place between the commits.
  indirect case finding(InspectionFinding)
}

/// One commit where a walk has just found it, its bytes still in the memory of the walk.
public struct RecordInPlace: Sendable {
  package var header: RecordHeader
  /// The session that made it.
  public internal(set) var session: JournalRecord.Session
  /// The name of the segment.
  public internal(set) var file: String
  /// Where the record begins in the segment.
  public internal(set) var offset: Int64
  /// Where the record lies in the bytes that are lent with it.
  public internal(set) var place: Range<Int>

  /// The commit's log sequence number.
  public var sequence: LogSequenceNumber { header.sequence }
  /// When it was made, in nanoseconds since 1970 (UTC).
  public var time: Int64 { header.time }
}

extension JournalRecord {
  /// Why the commit was made, when whoever made it said so.
  public var reason: String? { reasonIndex.flatMap { Self.reason(changes[$0]) } }

  /// Where among the changes the reason stands.
  package var reasonIndex: Int? { changes.firstIndex { Self.reason($0) != nil } }

  private static func reason(_ change: Change) -> String? {
    guard case .annotation(RecordChangeKind.reason, let bytes) = change,
      bytes.count <= RecordChangeKind.maximumReasonByteCount
    else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Decodes a record.
  package init(_ record: borrowing RecordInPlace, in bytes: Span<UInt8>) {
    var changes: [Change] = []
    var items = RecordChangeReader(record: record.place)
    while let item = items.next(in: bytes) {
      switch item {
      case .put(let key, let value):
        changes.append(
          .put(
            key: [UInt8](copying: bytes.extracting(key)),
            value: [UInt8](copying: bytes.extracting(value))))
      case .remove(let key):
        changes.append(.remove(key: [UInt8](copying: bytes.extracting(key))))
      case .removePrefix(let prefix):
        changes.append(.removePrefix([UInt8](copying: bytes.extracting(prefix))))
      case .opened:
        changes.append(.opened(record.session))
      case .closed:
        changes.append(.closed)
      case .annotation(let kind, let content):
        changes.append(
          .annotation(kind: kind, [UInt8](copying: bytes.extracting(content))))
      }
    }
    self.init(
      sequence: record.header.sequence, durableThrough: record.header.durableThrough,
      time: record.header.time, session: record.session, file: record.file,
      offset: record.offset, byteCount: record.header.recordByteCount, changes: changes)
  }
}

extension JournalRecord.Session {
  /// What a session said of itself when it began; `nil` for any other change.
  init?(_ change: RecordChange, in bytes: Span<UInt8>) {
    guard case .opened(let epoch, let processID, let host, let program) = change else { return nil }
    number = epoch
    self.processID = processID
    self.host = String(decoding: [UInt8](copying: bytes.extracting(host)), as: UTF8.self)
    self.program = String(decoding: [UInt8](copying: bytes.extracting(program)), as: UTF8.self)
  }
}
