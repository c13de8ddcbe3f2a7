import FileIO
import JournalFormat
import Synchronization

/// What a buffered opening has found becomes durable behind its back: reads do not wait for that, and
/// everything that changes the directory does.
///
/// Apart from the journal, so that a thread which is at work here does not keep one alive that
/// nobody uses any more: it waits for the thread, and gives its lock away then.
final class Settlement: Sendable {
  /// How long what passes, such as a full disk, is waited for before it is tried again: twice as long
  /// each time.
  private static let pauses = (first: Duration.milliseconds(100), longest: Duration.seconds(10))

  /// One sync of the primary lane at a time: the kernel reports a failed one once, to whoever comes
  /// first, and whoever comes second would take its success for the truth.
  ///
  /// Holds what opening has found and nobody has made durable yet, which the next one to come does.
  let gate: Monitor<RecoveredLog.Tail?>
  private let owed: Atomic<Bool>
  private let directory: any Directory
  private let last: LogSequenceNumber
  private let queue: CommitQueue
  private let onEvent: (@Sendable (JournalEvent) -> Void)?
  private let isOver = Monitor(false)
  private let hasEnded = Atomic<Bool>(false)
  private let thread = Mutex<OwnedThread?>(nil)
  private let threadIdentifier = Atomic<UInt>(0)

  /// - Parameters:
  ///   - tail: what is to become durable, or nil if it is.
  ///   - last: the last commit in it.
  init(
    of tail: RecoveredLog.Tail?, through last: LogSequenceNumber, in directory: any Directory,
    queue: CommitQueue, onEvent: (@Sendable (JournalEvent) -> Void)?
  ) {
    gate = Monitor(tail)
    owed = Atomic(tail != nil)
    self.directory = directory
    self.last = last
    self.queue = queue
    self.onEvent = onEvent
  }

  /// Whether anything is to become durable yet.
  var isOwed: Bool { owed.load(ordering: .acquiring) }

  /// Makes durable what opening has found, unless it is. Called before anything is written, renamed or
  /// removed: on top of what a power cut could still take away, a new record would follow a gap, and
  /// without a file whose successor has lost its name, state would be missing.
  func settle() throws(JournalError) {
    guard isOwed else { return }
    try gate.withLock { tail throws(JournalError) in try settle(&tail) }
  }

  /// The same for who holds the gate.
  func settle(_ tail: inout RecoveredLog.Tail?) throws(JournalError) {
    guard let found = tail else { return }
    if hasEnded.load(ordering: .acquiring) {
      throw JournalError(.closed, file: directory.path, detail: "open it again")
    }
    if let failure = queue.state.withLock({ $0.failure }) { throw failure }
    do {
      try TailRepair.makeDurable(found, in: directory)
    } catch {
      throw error.poisons || error.isFailedSync ? queue.poison(error, telling: onEvent) : error
    }
    queue.state.withLock { $0.durable = max($0.durable, last) }
    tail = nil
    owed.store(false, ordering: .releasing)
  }

  // MARK: In the background

  /// Does so on a thread of its own, again and again until it is done, or what failed stands in the way
  /// for good; on this one, once, where there is no thread.
  func begin() {
    guard isOwed else { return }
    let started = try? OwnedThread(name: "journal-settle") { [self] in settleInBackground() }
    if let started { thread.withLock { $0 = started } } else { _ = isSettled(telling: true) }
  }

  private func settleInBackground() {
    threadIdentifier.store(CurrentThread.identifier, ordering: .relaxed)
    var pause = Self.pauses.first
    var isFirst = true
    while !isSettled(telling: isFirst),
      isOver.wait(until: { $0 ? () : nil }, for: pause) == nil
    {
      pause = min(pause * 2, Self.pauses.longest)
      isFirst = false
    }
  }

  /// Whether there is nothing more to be done. A failed sync is remembered, and reported where it
  /// happened; what only lacks room, or a file to be opened, may pass.
  private func isSettled(telling isTold: Bool) -> Bool {
    do {
      try settle()
      return true
    } catch {
      if queue.state.withLock({ $0.hasFailed }) { return true }
      if isTold { onEvent?(.settlingFailed(error)) }
      return false
    }
  }

  /// Nothing is written any more when this returns: the directory is about to be another's.
  func end() {
    hasEnded.store(true, ordering: .releasing)
    isOver.withLock { $0 = true }
    isOver.notifyAll()
    let thread = thread.withLock { $0.take() }
    // Whoever hears of an event there may have held the journal for a moment, as the last one.
    if threadIdentifier.load(ordering: .relaxed) != CurrentThread.identifier { thread?.join() }
  }
}

extension CommitQueue {
  /// Remembers that what is durable is not known any more, and says so unless it has been said; returns
  /// why nothing more is acknowledged.
  func poison(
    _ error: JournalError, telling onEvent: (@Sendable (JournalEvent) -> Void)?
  ) -> JournalError {
    let (failure, isFirst) = state.withLock { state in
      let isFirst = state.failure == nil
      let failure = state.failure ?? error.poisoning(from: state.durable.next)
      state.failure = failure
      return (failure, isFirst)
    }
    if isFirst { onEvent?(.poisoned(failure)) }
    return failure
  }
}
