import FileIO
public import JournalEngine
public import JournalFormat

/// One object in which two states differ.
public struct StateDifference: Sendable, Equatable {
  /// What became of the object.
  public enum Change: Sendable, Equatable {
    /// It is only in the second.
    case added(StoredContent)
    /// It is only in the first.
    case removed(StoredContent)
    /// It is in both, and not the same.
    case changed(from: StoredContent, to: StoredContent)
  }

  /// What became of it.
  public var change: Change

  /// Where it lives; `nil` for what is no state of a source.
  public var address: StateAddress? {
    switch change {
    case .added(let content), .removed(let content), .changed(let content, _):
      if case .object(let address, _) = content { address } else { nil }
    }
  }

  /// Member by member; of an object that came or went, all its members.
  public var members: [MemberDifference] {
    func object(_ content: StoredContent) -> StateObject {
      if case .object(_, let object) = content { object } else { [:] }
    }
    return switch change {
    case .added(let new): MemberDifference.between([:], object(new))
    case .removed(let old): MemberDifference.between(object(old), [:])
    case .changed(let old, let new): MemberDifference.between(object(old), object(new))
    }
  }
}

/// What a comparison of two states came upon.
public struct StateComparison: Sendable {
  /// The commits that were compared.
  public internal(set) var sequences: (old: LogSequenceNumber, new: LogSequenceNumber)
  /// What was found while the states were read, such as damaged snapshots.
  public internal(set) var reports: (old: RecoveryReport, new: RecoveryReport)
  /// Objects that only the newer state has.
  public internal(set) var addedCount = 0
  /// Objects that only the older state has.
  public internal(set) var removedCount = 0
  /// Objects that both have, and that differ.
  public internal(set) var changedCount = 0
  /// Objects that are the same.
  public internal(set) var equalCount = 0

  /// Whether nothing differs.
  public var isEqual: Bool { addedCount + removedCount + changedCount == 0 }
}

/// A point in the history of a store.
public struct StateReference: Sendable {
  /// The store.
  public var inspector: JournalInspector
  /// The commit; the last one when it is `nil`.
  public var sequence: LogSequenceNumber?

  /// The state of a store as of a commit.
  public init(_ inspector: JournalInspector, at sequence: LogSequenceNumber? = nil) {
    self.inspector = inspector
    self.sequence = sequence
  }

  fileprivate func cursor(of selection: StateSelection?) throws(JournalError) -> StateCursor {
    try StateCursor(
      inspector.path, in: inspector.fileSystem, at: sequence, prefix: selection?.keyPrefix,
      onProgress: inspector.onOpeningProgress)
  }
}

extension JournalInspector {
  /// Compares two states, of one store at two commits or of two stores, and calls `body` with each
  /// object in which they differ, in the order of addresses, until it returns false. Labels are left
  /// out, and so are versions: only content counts.
  ///
  /// - Throws: as ``forEachEntry(at:of:_:)``.
  /// - Complexity: as ``forEachEntry(at:of:_:)`` for both.
  public static func compare(
    _ old: StateReference, with new: StateReference, of selection: StateSelection? = nil,
    _ body: (StateDifference) -> Bool
  ) throws(JournalError) -> StateComparison {
    let cursors = (old: try old.cursor(of: selection), new: try new.cursor(of: selection))
    var merge = StateMerge(
      old: cursors.old, new: cursors.new, selection: selection,
      onProgress: old.inspector.onStateProgress)
    var comparison = StateComparison(
      sequences: (cursors.old.report.lastSequence, cursors.new.report.lastSequence),
      reports: (cursors.old.report, cursors.new.report))
    while let pair = try merge.next() {
      let change: StateDifference.Change
      switch pair {
      case .old(let entry):
        comparison.removedCount += 1
        change = .removed(entry)
      case .new(let entry):
        comparison.addedCount += 1
        change = .added(entry)
      case .both(let before, let after):
        comparison.changedCount += 1
        change = .changed(from: before, to: after)
      case .equal:
        comparison.equalCount += 1
        continue
      }
      if !body(StateDifference(change: change)) { break }
    }
    merge.progress.end()
    comparison.reports = (cursors.old.report, cursors.new.report)
    return comparison
  }
}

/// Two walks side by side.
private struct StateMerge {
  enum Pair {
    case old(StoredContent)
    case new(StoredContent)
    case both(StoredContent, StoredContent)
    case equal
  }

  private struct Side {
    let cursor: StateCursor
    let selection: StateSelection?
    var entry = Entry()
    /// Whether `entry` holds something that has not been handed out.
    var isFull = false

    /// Fills `entry` with the next one that is state and was asked for; false at the end.
    mutating func fill(_ progress: inout StateProgress) throws(JournalError) -> Bool {
      while !isFull {
        guard try cursor.next(into: &entry) else { return false }
        progress.pass(entry)
        if StateKeyCoding.isReserved(entry.key.span) { continue }
        if let selection {
          // Behind what a prefix stands for come names that go on.
          guard let address = try? StateKeyCoding.address(of: entry.key.span),
            selection.contains(address)
          else { continue }
        }
        isFull = true
      }
      return true
    }

    mutating func take() -> StoredContent {
      isFull = false
      return StoredContent(key: entry.key.span, value: entry.value.span)
    }
  }

  private var old: Side
  private var new: Side
  /// How far both have come.
  private(set) var progress: StateProgress

  init(
    old: StateCursor, new: StateCursor, selection: StateSelection?, onProgress: ReplayObserver?
  ) {
    progress = StateProgress(old.inputByteCount + new.inputByteCount, onProgress)
    self.old = Side(cursor: old, selection: selection)
    self.new = Side(cursor: new, selection: selection)
  }

  mutating func next() throws(JournalError) -> Pair? {
    switch (try old.fill(&progress), try new.fill(&progress)) {
    case (false, false): return nil
    case (true, false): return .old(old.take())
    case (false, true): return .new(new.take())
    case (true, true):
      if old.entry.key.lexicographicallyPrecedes(new.entry.key) { return .old(old.take()) }
      if new.entry.key.lexicographicallyPrecedes(old.entry.key) { return .new(new.take()) }
      // The encoding is deterministic: equal objects are equal bytes.
      if old.entry.value == new.entry.value {
        old.isFull = false
        new.isFull = false
        return .equal
      }
      return .both(old.take(), new.take())
    }
  }
}
