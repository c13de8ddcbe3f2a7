import FileIO
import JournalEngine
import JournalFormat

/// Reads the commits that a watcher asks for, some at a time, on a thread that may block.
actor ChangeReader {
  /// Some of what there is.
  struct Batch: Sendable {
    var events: [StateChangeEvent] = []
    /// Whether there was nothing more.
    var isUpToDate = false
  }

  /// What came of commits that have left the log, being walked.
  private struct Present {
    let missed: ClosedRange<LogSequenceNumber>
    let snapshot: StateSnapshot
    /// The key that the walk has come to.
    var last: [UInt8]?
  }

  private static let maximumEventCount = 64
  private static let maximumByteCount = 256 << 10
  /// How many records, or entries, are looked at before the watcher is asked whether it is still
  /// there.
  private static let maximumStepCount = 4096

  private let executor = BlockingExecutor(label: "state-journal.changes")
  private let origin: ChangeOrigin
  private let selection: StateSelection?
  private let start: LogSequenceNumber?
  private var log: LogFollower?
  private var present: Present?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(_ origin: ChangeOrigin, since start: LogSequenceNumber?, of selection: StateSelection?) {
    self.origin = origin
    self.start = start
    self.selection = selection
  }

  /// Reads on, up to the commit `limit` where there is one.
  func read(through limit: LogSequenceNumber?) throws(StateError) -> Batch {
    do throws(JournalError) {
      if log == nil { log = try open(through: limit) }
      try log?.refresh()
    } catch {
      throw StateError(error)
    }
    var batch = Batch()
    var byteCount = 0
    if present != nil {
      try passPresent(into: &batch)
      return batch
    }
    for _ in 0..<Self.maximumStepCount {
      if batch.events.count == Self.maximumEventCount || byteCount > Self.maximumByteCount { break }
      byteCount += try step(through: limit, into: &batch)
      if batch.isUpToDate || present != nil { break }
    }
    return batch
  }

  private func open(through limit: LogSequenceNumber?) throws(JournalError) -> LogFollower {
    let inspector = origin.inspector
    let directory = try JournalReader.openDirectory(inspector.path, in: inspector.fileSystem)
    let start = if let start { start } else { try inspector.sequence(at: .last) }
    // Behind the last number there is, counting would begin anew.
    guard start < start.next else {
      throw JournalError(
        .unreachable, file: inspector.path, sequence: start, detail: "no commit has that number")
    }
    if let limit, limit < start {
      throw JournalError(
        .unreachable, file: inspector.path, sequence: start,
        detail: "the last commit is \(limit): was the store rewound, or replaced by a copy?")
    }
    return LogFollower(directory, after: start)
  }

  /// Reads one record; returns its length in bytes.
  private func step(
    through limit: LogSequenceNumber?, into batch: inout Batch
  ) throws(StateError) -> Int {
    let step: LogFollower.Step
    do throws(JournalError) {
      step = try log?.next(through: limit) ?? .upToDate
    } catch {
      throw StateError(error)
    }
    switch step {
    case .upToDate:
      batch.isUpToDate = true
      return 0
    case .record(let record):
      if let commit = try JournalCommit(record, of: selection) {
        batch.events.append(.commit(commit))
      }
      return record.byteCount
    case .missed(let missed):
      present = Present(missed: missed, snapshot: try origin.snapshot())
      batch.events.append(.missed(from: missed.lowerBound, through: missed.upperBound))
      return 0
    }
  }

  /// Goes on through the present state, some objects at a time.
  private func passPresent(into batch: inout Batch) throws(StateError) {
    guard var walk = present else { return }
    var (stepCount, byteCount) = (0, 0)
    var isOver = true
    do throws(JournalError) {
      let prefix = selection.map { StateKeyCoding.sourcePrefix($0.source) }
      try walk.snapshot.forEach(prefix: prefix, behind: walk.last) { entry in
        stepCount += 1
        if walk.missed.contains(entry.sequence),
          case .object(let address, let object) = StoredContent(
            key: entry.key.span, value: entry.value.span),
          selection?.contains(address) ?? true
        {
          let found = VersionedState(object: object, version: StateVersion(entry.sequence))
          batch.events.append(.present(address, found))
          byteCount += entry.value.count
        }
        walk.last = entry.key
        isOver =
          stepCount < Self.maximumStepCount && byteCount <= Self.maximumByteCount
          && batch.events.count < Self.maximumEventCount
        return isOver
      }
    } catch {
      throw StateError(error)
    }
    present = isOver ? nil : walk
  }
}
