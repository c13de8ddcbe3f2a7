import JournalEngine
public import JournalFormat

/// Labels: names for commits, as which the state stays readable however often it is compacted.
extension JournalStateStorage {
  /// The labels of the store, in the order of their names' bytes.
  public func labels() throws(StateError) -> [JournalLabel] {
    var labels: [JournalLabel] = []
    do {
      try journal.forEach(prefix: JournalLabel.keyPrefix) { entry in
        if let label = JournalLabel(entry) { labels.append(label) }
        return true
      }
    } catch {
      throw StateError(error)
    }
    return labels
  }

  /// Names a commit: the last one, or an earlier one that the files still reach. A label of that
  /// name is moved. When this returns, the label is durable, and compactions keep what the state as
  /// of the commit needs, whichever process makes them, until the label is removed. Snapshots among that
  /// are read, every block, before anything goes that leads there as well, so that a rotten one which
  /// nobody has read is not all that is left.
  ///
  /// - Throws: ``StateError/Reason/invalidName``; ``StateError/Reason/storage`` with
  ///   `JournalError.Reason.unreachable` for a commit that is out of reach or was not made yet, and,
  ///   for an earlier commit only, with `JournalError.Reason.locked` while a compaction is running,
  ///   which may be about to remove it: try again when that is done.
  @discardableResult
  public func label(
    _ name: String, at sequence: LogSequenceNumber? = nil, reason: String? = nil
  ) throws(StateError) -> JournalLabel {
    guard JournalLabel.isName(name) else {
      throw StateError(
        .invalidName,
        "a label is 1 to \(JournalLabel.maximumNameByteCount) bytes of text without blanks and"
          + " slashes that does not begin like a number, a time or an option, and is not \"now\"")
    }
    let reason = try CommitReason.validated(reason)
    guard let sequence else {
      // No lock: a compaction that has not seen the label covers nothing behind the last commit.
      return try put(name, at: nil, because: reason)
    }
    let lock: DirectoryLock
    do {
      lock = try DirectoryLock.acquire(.compaction, in: journal.directory)
    } catch {
      throw StateError(error)
    }
    defer { lock.release() }
    do {
      try lock.sign(at: journal.options.clock())
      try checkReach(sequence)
    } catch {
      throw StateError(error)
    }
    return try put(name, at: sequence, because: reason)
  }

  /// Removes a label; false when there is none of that name. The files that only it kept go with the
  /// next compaction.
  @discardableResult
  public func removeLabel(
    _ name: String, reason: String? = nil
  ) throws(StateError) -> Bool {
    let reason = try CommitReason.validated(reason)
    return try transactDurably { (transaction) throws(StateError) in
      let key = JournalLabel.key(name)
      do throws(JournalError) {
        guard try transaction.state.get(key.span) != nil else { return false }
      } catch {
        throw StateError(error)
      }
      transaction.remove(key: key.span)
      if let reason { transaction.explain(reason) }
      return true
    }
  }

  private func put(
    _ name: String, at sequence: LogSequenceNumber?, because reason: String?
  ) throws(StateError) -> JournalLabel {
    try transactDurably { (transaction) throws(StateError) in
      let label = JournalLabel(
        name: name, sequence: sequence ?? transaction.previous, time: journal.options.clock())
      guard label.sequence > .zero else {
        throw StateError(
          .storage, "there is no commit to name yet; commit something first",
          underlying: JournalError(.unreachable, file: journal.directory.path, sequence: .zero))
      }
      var value: [UInt8] = []
      try label.object.appendCBOR(to: &value)
      transaction.put(key: label.key.span, value: value.span)
      if let reason { transaction.explain(reason) }
      return label
    }
  }

  /// Synced whatever the storage's durability: files go on the strength of it.
  private func transactDurably<Result>(
    _ body: (inout JournalTransaction) throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try transact(.synced, body).result
  }

  private func checkReach(_ sequence: LogSequenceNumber) throws(JournalError) {
    guard sequence > .zero else {
      throw JournalError(
        .unreachable, file: journal.directory.path, sequence: sequence,
        detail: "at that moment no commit had been made that a label could name")
    }
    let log = try LogLoader.load(
      journal.directory, for: .reader, limit: sequence, keeping: .nothing)
    guard let last = log?.report.lastSequence, last == sequence else {
      throw JournalError(
        .unreachable, file: journal.directory.path, sequence: sequence,
        detail: "the last commit is \(log?.report.lastSequence ?? .zero)")
    }
  }
}

/// The asynchronous forms: on a thread of their own, since they read files.
extension JournalStateStorage {
  /// The labels of the store, in the order of their names' bytes.
  public func labels() async throws(StateError) -> [JournalLabel] {
    try await BlockingWork.run { [self] () throws(StateError) in try labels() }
  }

  /// Names a commit; see the synchronous form.
  @discardableResult
  public func label(
    _ name: String, at sequence: LogSequenceNumber? = nil, reason: String? = nil
  ) async throws(StateError) -> JournalLabel {
    try await BlockingWork.run { [self] () throws(StateError) in
      try label(name, at: sequence, reason: reason)
    }
  }

  /// Removes a label; see the synchronous form.
  @discardableResult
  public func removeLabel(
    _ name: String, reason: String? = nil
  ) async throws(StateError) -> Bool {
    try await BlockingWork.run { [self] () throws(StateError) in
      try removeLabel(name, reason: reason)
    }
  }
}

extension JournalLabel {
  /// The label that an entry of the journal is; `nil` for anything else.
  init?(_ entry: Entry) {
    self.init(key: entry.key.span, value: entry.value.span)
  }

  /// What tells compactions which commits have labels.
  static let pins = CommitPins(prefix: keyPrefix) { JournalLabel($0)?.sequence }
}
