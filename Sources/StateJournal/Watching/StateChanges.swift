import FileIO
import JournalEngine
public import JournalFormat

/// What those who watch a journal come upon.
public enum StateChangeEvent: Sendable, Equatable {
  /// A commit that changed state, with everything that it changed.
  case commit(JournalCommit)
  /// Commits that a compaction had taken from the log before they were read. What came of them
  /// follows as ``present(_:_:)``; what they removed, and nobody has put again, is no longer there to
  /// be told of: of what you hold, it is what a snapshot of the state lacks.
  case missed(from: LogSequenceNumber, through: LogSequenceNumber)
  /// An object whose last change is among the missed commits, as it is now; its version says which of
  /// them it was.
  case present(StateAddress, VersionedState)
}

/// The commits of a journal, from one on, and then as they are made.
///
/// ```swift
/// for try await event in storage.changes(since: last) {
///   if case .commit(let commit) = event { try await mirror.apply(commit.changes) }
/// }
/// ```
///
/// Each commit comes once and in order, and none is passed over in silence: where a compaction was
/// faster, ``StateChangeEvent/missed(from:through:)`` says so. Who stores the number of the last
/// commit that was dealt with goes on behind it after any crash.
///
/// Nothing is kept in memory for those who are slow: commits are read from the log when they are
/// asked for, some dozens at a time. Each iteration is independent of the others. It ends, with all
/// commits delivered, when the storage is closed, and when its task is cancelled; it fails with what
/// keeps it from reading on, and when the storage acknowledges nothing more after a failed sync.
public struct StateChanges: AsyncSequence, Sendable {
  public typealias Element = StateChangeEvent
  public typealias Failure = StateError

  let origin: ChangeOrigin
  let selection: StateSelection?
  /// The last commit that is not wanted; `nil` for the last one there is when reading begins.
  let start: LogSequenceNumber?

  public func makeAsyncIterator() -> Iterator {
    Iterator(origin: origin, reader: ChangeReader(origin, since: start, of: selection))
  }

  /// One watcher's place in the log.
  public struct Iterator: AsyncIteratorProtocol {
    let origin: ChangeOrigin
    let reader: ChangeReader
    private var events: ArraySlice<StateChangeEvent> = []
    private var isOver = false

    init(origin: ChangeOrigin, reader: ChangeReader) {
      self.origin = origin
      self.reader = reader
    }

    /// The next event; nil when there are no more, or the task was cancelled.
    public mutating func next() async throws(StateError) -> StateChangeEvent? {
      try await next(isolation: nil)
    }

    /// The next event; nil when there are no more, or the task was cancelled.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(StateError) -> StateChangeEvent? {
      while !isOver, !Task.isCancelled {
        if let event = events.popFirst() { return event }
        do throws(StateError) {
          try await fill()
        } catch {
          isOver = true
          throw error
        }
      }
      return nil
    }

    /// Reads what there is, or waits until there may be more.
    private mutating func fill(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws(StateError) {
      // In this order: what was committed before the end is below the limit.
      let hasEnded = origin.hasEnded
      let failure = origin.failure
      let limit = origin.limit
      let batch = try await reader.read(through: limit)
      events = batch.events[...]
      guard batch.isUpToDate, events.isEmpty else { return }
      if let failure { throw StateError(failure) }
      if hasEnded {
        isOver = true
      } else {
        await origin.wait(beyond: limit)
      }
    }
  }
}

/// Where watched commits come from.
enum ChangeOrigin: Sendable {
  case storage(JournalStateStorage)
  /// Files that another process may write, looked at again and again.
  case files(JournalInspector, interval: Duration)

  var inspector: JournalInspector {
    switch self {
    case .storage(let storage): storage.inspector
    case .files(let inspector, _): inspector
    }
  }

  /// The present state: what is acknowledged, or what is in the files.
  func snapshot() throws(StateError) -> StateSnapshot {
    switch self {
    case .storage(let storage): storage.snapshot()
    case .files(let inspector, _): try inspector.snapshot()
    }
  }

  /// The last commit that may be told of, where that is known better than from the files.
  var limit: LogSequenceNumber? {
    switch self {
    case .storage(let storage): storage.lastSequence
    case .files: nil
    }
  }

  /// Whether there will be no more commits.
  var hasEnded: Bool {
    switch self {
    case .storage(let storage): storage.signal.hasEnded
    case .files: false
    }
  }

  /// Why there will be no more commits.
  var failure: JournalError? {
    switch self {
    case .storage(let storage): storage.journal.failure
    case .files: nil
    }
  }

  /// Waits until there may be more than the commits up to `limit`, or the task is cancelled.
  func wait(beyond limit: LogSequenceNumber?) async {
    switch self {
    case .storage(let storage):
      await storage.signal.wait {
        storage.lastSequence > limit ?? .zero || storage.journal.failure != nil
      }
    case .files(_, let interval):
      // Ends early when the task is cancelled.
      try? await Task.sleep(for: interval)
    }
  }
}

extension JournalStateStorage {
  /// The commits after one, and then those that are made from now on.
  ///
  /// - Parameters:
  ///   - sequence: the last commit that you know; `nil` for only what comes from now on, `.zero` for
  ///     everything.
  ///   - selection: only what concerns a source or an object.
  /// - Note: An iteration fails with ``StateError/Reason/storage`` and
  ///   `JournalError.Reason.unreachable` when the commit was never made here: the state it belonged to
  ///   was rewound, or lost with a machine.
  public func changes(
    since sequence: LogSequenceNumber?, of selection: StateSelection? = nil
  ) -> StateChanges {
    StateChanges(
      origin: .storage(self), selection: selection, start: sequence ?? lastSequence)
  }
}

extension JournalInspector {
  /// The commits after one, and then those that another process makes, for as long as the iteration
  /// goes on. It takes no lock, and looks for more after each interval.
  ///
  /// A commit is seen when it is in the log, which may be a moment before its writer hears that it is
  /// durable: should the machine lose power in that moment, somebody has seen what is no more.
  ///
  /// - Parameters:
  ///   - sequence: the last commit that you know; `nil` for only what comes from now on, `.zero` for
  ///     everything.
  ///   - selection: only what concerns a source or an object.
  ///   - interval: how long to wait before looking again.
  public func changes(
    since sequence: LogSequenceNumber?, of selection: StateSelection? = nil,
    every interval: Duration = .milliseconds(500)
  ) -> StateChanges {
    StateChanges(
      origin: .files(self, interval: interval), selection: selection, start: sequence)
  }
}
