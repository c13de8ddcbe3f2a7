public import FileIO
public import JournalEngine
public import JournalFormat

/// Looks into the directory of a journal: what it holds, whether all of it is sound, every commit
/// that is left, and the state as of any of them.
///
/// ```swift
/// let inspector = JournalInspector("state")
/// let verification = try inspector.verify()
/// for finding in verification.findings { print(finding.file, finding.detail, finding.advice) }
/// ```
///
/// Nothing but ``compact(retainedGenerationCount:retainedHistory:rewriting:onProgress:)``,
/// ``prune(retainedGenerationCount:retainedHistory:onDamage:)`` and ``examinePlace(measuringSyncs:)``, where it
/// is asked to measure syncs, takes a lock or writes: everything else works on a read-only file system
/// and beside a running writer, whom it never slows down or sees half.
/// All calls block the calling thread; `journal-tool` is a thin layer over them.
public struct JournalInspector: Sendable {
  /// The path of the directory.
  public let path: String
  let fileSystem: any FileSystem

  /// Called now and then while the log is read to find the state, and when all of it has been: by
  /// whatever asks for state, labels or the last commit, once for each time that the log is read.
  ///
  /// What reads a long log takes its time; `journal-tool` draws its bar from this. It is called by the
  /// thread that asked, and must be quick. As ``JournalOptions/onOpeningProgress`` for opening.
  public var onOpeningProgress: (@Sendable (InspectionProgress) -> Void)?

  /// Called now and then while a state is walked through, entry by entry, and when that is over: by
  /// whatever prints, compares or draws a whole state, or all of a source.
  ///
  /// Its bytes are those of keys and values, out of about as many as the files hold of them. It is
  /// called by the thread that asked, and must be quick.
  public var onStateProgress: (@Sendable (InspectionProgress) -> Void)?

  /// Called with the path of a file that is no part of the store before it is made, which an interruption
  /// would leave behind.
  package var onUnfinishedFile: (@Sendable (String) -> Void)?

  /// An inspector of the journal in a directory, which is not touched until something is asked.
  public init(_ path: String, in fileSystem: any FileSystem = POSIXFileSystem()) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// What the directory says about itself.
  ///
  /// - Parameter isExact: whether the log since the last snapshot is read to its end, as opening does
  ///   it. Otherwise, of a log of more than 64 MiB only the headers and the last segment are: how many
  ///   commits opening replays is known from these too, how many bytes is an upper bound, and damage in
  ///   other segments is not noticed (``JournalStatus/isExact``).
  /// - Throws: ``JournalError/Reason/notFound``; ``JournalError/Reason/notAStore``;
  ///   ``JournalError/Reason/newerFormat(version:)``; `io`. Damage is part of the answer
  ///   (``JournalStatus/failure``).
  /// - Complexity: O(bytes of log since the last snapshot), whatever the size of the state; unless it
  ///   is to be exact, O(bytes of the last segment) where that log is long.
  public func status(isExact: Bool = true) throws(JournalError) -> JournalStatus {
    try StatusReader.read(
      JournalReader.openDirectory(path, in: fileSystem), isExact: isExact,
      onProgress: onOpeningProgress)
  }

  /// Checks every byte of every file, whether or not the state depends on it.
  ///
  /// Damage is found, not thrown, and never ends the check. Beside a writer, what comes and goes
  /// meanwhile is no finding.
  ///
  /// - Parameter onProgress: called about once per mebibyte.
  /// - Throws: as ``status(isExact:)``, and ``JournalError/Reason/unsettled``.
  /// - Complexity: O(bytes of all files); memory is bounded by the longest record.
  public func verify(
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> JournalVerification {
    var result = try StoreVerifier.verify(
      JournalReader.openDirectory(path, in: fileSystem), onProgress: onProgress)
    nameLabels(in: &result)
    return result
  }

  /// Calls `body` with every commit that is left in the log and lies in a range, in order, until it
  /// returns false. What is damaged is reported at its place, and the walk goes on behind it.
  ///
  /// Older commits leave the log when a compaction turns them into a snapshot, which holds only what
  /// came of them (``RecordWalkSummary/compactedThrough``).
  ///
  /// - Throws: as ``status(isExact:)``.
  /// - Complexity: O(bytes of the segments in the range); memory is bounded by the longest record.
  @discardableResult
  public func forEachRecord(
    in range: ClosedRange<LogSequenceNumber> = .zero...LogSequenceNumber(.max),
    _ body: (InspectedItem) -> Bool
  ) throws(JournalError) -> RecordWalkSummary {
    try forEachRecordInPlace(in: range) { item, bytes in
      switch item {
      case .record(let record): body(.record(InspectedRecord(record, in: bytes)))
      case .finding(let finding): body(.finding(finding))
      }
    }
  }

  /// As ``forEachRecord(in:_:)``, with each commit as the bytes that it is, lent to `body` for one call:
  /// nothing is decoded or copied but what `body` asks for, in about half the time.
  ///
  /// ```swift
  /// try inspector.forEachRecordInPlace { item, bytes in
  ///   if case .record(let record) = item, record.time >= start {
  ///     print(InspectedRecord(record, in: bytes).changes)
  ///   }
  ///   return true
  /// }
  /// ```
  ///
  /// - Throws: as ``forEachRecord(in:_:)``.
  @discardableResult
  public func forEachRecordInPlace(
    in range: ClosedRange<LogSequenceNumber> = .zero...LogSequenceNumber(.max),
    _ body: (ItemInPlace, Span<UInt8>) -> Bool
  ) throws(JournalError) -> RecordWalkSummary {
    try RecordWalk.run(
      JournalReader.openDirectory(path, in: fileSystem), range: range, body)
  }

  /// The same with word of how far the walk has come, about once per mebibyte of log.
  ///
  /// - Throws: as ``forEachRecord(in:_:)``.
  @discardableResult
  public func forEachRecordInPlace(
    in range: ClosedRange<LogSequenceNumber> = .zero...LogSequenceNumber(.max),
    onProgress: (InspectionProgress) -> Void, _ body: (ItemInPlace, Span<UInt8>) -> Bool
  ) throws(JournalError) -> RecordWalkSummary {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    var progress = LogProgress(in: directory, range)
    return try RecordWalk.run(directory, range: range) { item, bytes in
      if case .record(let record) = item, let progress = progress.pass(record) {
        onProgress(progress)
      }
      return body(item, bytes)
    }
  }

  /// Calls `body` with every object of the state as of a commit (the last one when it is `nil`), in
  /// the order of sources, streams before others, and names, until it returns false. Labels are left
  /// out (``labels()``).
  ///
  /// - Returns: what was found on the way, such as a damaged snapshot that the previous generation
  ///   stood in for.
  /// - Throws: ``JournalError/Reason/unreachable`` for a commit that the files do not reach back to,
  ///   or that was not made yet; ``JournalError/Reason/damage(_:)`` when no files give the state;
  ///   else as ``status(isExact:)``.
  /// - Complexity: O(bytes of log since the last snapshot + state, or the source's). Of what the log
  ///   changes of that, 24 MiB are held in memory, and the rest goes through scratch files.
  @discardableResult
  public func forEachEntry(
    at sequence: LogSequenceNumber? = nil, of source: String? = nil,
    _ body: (InspectedEntry) -> Bool
  ) throws(JournalError) -> RecoveryReport {
    try forEachEntry(at: sequence, in: source.map { .source($0) }, body)
  }

  /// The same for what is selected.
  func forEachEntry(
    at sequence: LogSequenceNumber?, in selection: StateSelection?,
    _ body: (InspectedEntry) -> Bool
  ) throws(JournalError) -> RecoveryReport {
    try walk(at: sequence, prefix: selection?.keyPrefix) { entry in
      let inspected = InspectedEntry(
        StoredContent(key: entry.key.span, value: entry.value.span),
        version: StateVersion(number: entry.sequence.rawValue))
      if StateKeyCoding.isReserved(entry.key.span) { return true }
      // Others may begin so: sources whose names go on with a zero byte, and longer names.
      if let selection, !inspected.content.belongs(to: selection) { return true }
      return body(inspected)
    }
  }

  /// Walks the live entries whose keys have a prefix, in order of the keys, until `body` returns false.
  func walk(
    at sequence: LogSequenceNumber? = nil, prefix: [UInt8]? = nil, _ body: (Entry) -> Bool
  ) throws(JournalError) -> RecoveryReport {
    try StateWalk.run(
      path, in: fileSystem, at: sequence, prefix: prefix, onOpening: onOpeningProgress,
      onProgress: onStateProgress, body)
  }

  /// The state of a source as of a commit; empty when it had none.
  ///
  /// - Throws: ``StateError/Reason/storage`` with the journal's error as its cause.
  /// - Complexity: O(bytes of log since the last snapshot + the source's state), also in scratch files.
  public func state(
    of source: String, at sequence: LogSequenceNumber? = nil
  ) throws(StateError) -> SourceState {
    try readState(of: source, at: sequence).state
  }

  /// The same with what was found on the way.
  package func readState(
    of source: String, at sequence: LogSequenceNumber?
  ) throws(StateError) -> (state: SourceState, report: RecoveryReport) {
    try StateAddress.validate(source: source)
    var state = SourceState()
    do {
      let report = try forEachEntry(at: sequence, of: source) { entry in
        if case .object(let address, let object) = entry.content {
          state[address.scope, address.name] = object
        }
        return true
      }
      return (state, report)
    } catch {
      throw StateError(error)
    }
  }

  /// What ``compact(retainedGenerationCount:retainedHistory:rewriting:onProgress:)`` would do; nothing is written.
  ///
  /// - Throws: as ``status(isExact:)``, and why the store cannot be opened.
  public func compactionPlan() throws(JournalError) -> CompactionPlan {
    let status = try status(isExact: false)
    if let failure = status.failure { throw failure }
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    do {
      return CompactionPlan(status, availableByteCount: try directory.availableByteCount())
    } catch {
      throw JournalError(error)
    }
  }

  /// Turns everything that is durable in the log into one snapshot, beside a running writer, who does
  /// not wait for it. Returns nil when there was nothing to do.
  ///
  /// Where nobody writes, the store is opened for writing first: a torn tail is set aside. It is closed
  /// again before the snapshot is written, so that a job can start meanwhile.
  ///
  /// - Parameters:
  ///   - retainedGenerationCount: how many generations of superseded files stay.
  ///   - retainedHistory: how far back the past stays within reach beyond that.
  ///   - rewriting: writes the snapshot anew even when there is nothing to do, which replaces one
  ///     that is damaged as long as the previous generation can stand in for it.
  ///   - onProgress: called now and then while the snapshot is written.
  /// - Throws: what opening for writing throws; ``JournalError/Reason/locked(_:)`` when a compaction
  ///   is running; ``JournalError/Reason/outOfSpace(_:)``. The state is safe whatever fails.
  @discardableResult
  public func compact(
    retainedGenerationCount: Int = 1, retainedHistory: RetainedHistory? = nil,
    rewriting: Bool = false, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> CompactionReport? {
    let begin = MonotonicClock.now
    var report = try LiveCompaction.compact(
      path, in: fileSystem, retainedGenerationCount: retainedGenerationCount,
      retainedHistory: retainedHistory, pins: JournalLabel.pins, isForced: rewriting,
      onOpening: onOpeningProgress, onProgress: onProgress)
    report?.duration = .nanoseconds(MonotonicClock.now - begin)
    return report
  }

  /// Writes what a log of more than 32 MiB says into a snapshot, in bounded memory: whoever opens the
  /// store for writing holds in memory what the log changes. A shorter log stays as it is, and no file
  /// goes.
  ///
  /// As at an opening, what was found is made durable first, and a torn tail is set aside.
  ///
  /// - Parameter onProgress: called now and then while the snapshot is written.
  /// - Returns: what was found, as an opening would say it; `nil` where nothing was looked for.
  /// - Throws: what opening for writing throws; ``JournalError/Reason/outOfSpace(_:)``. The state is safe
  ///   whatever fails.
  @discardableResult
  public func shortenLog(
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RecoveryReport? {
    try LiveCompaction.shortenLog(
      path, in: fileSystem, onOpening: onOpeningProgress, onProgress: onProgress)
  }
}
