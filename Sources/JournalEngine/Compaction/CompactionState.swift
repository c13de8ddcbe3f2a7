import FileIO
import JournalFormat
import Synchronization

/// What a journal knows about its compactions.
final class CompactionState: Sendable {
  /// What is known about the files beside their names.
  struct Files {
    /// Snapshots that turned out damaged when the journal was opened, or since.
    var damaged: Set<SnapshotRange>
    /// Whether the tables hold commits that the chain holds too: right for reads, which ask the
    /// tables first, but not for a run, which holds what came after the chain.
    var tablesOverlapChain = false

    /// Forgets what was damaged if files of the chain in use have gone: then somebody else has compacted,
    /// and may have written anew what was. What is damaged still will be found so again.
    mutating func forgetReplaced(
      _ chain: SnapshotChain, in directory: any Directory
    ) throws(JournalError) {
      let listed = try DirectoryListing.read(directory).snapshots
      if !chain.ranges.allSatisfy(listed.contains) { damaged = [] }
    }
  }

  private struct Progress {
    /// The thread that compacts.
    var thread: UInt?
    /// The commit up to which the log was last set aside, and what all commits up to it sum up to.
    var sealed = (through: LogSequenceNumber.zero, history: HistoryChecksum.empty)
    /// Whether what was set aside is not in a snapshot yet.
    var hasFrozen = false
    /// Whether the thread that compacts is about to set the log aside, for which it may want the tail.
    var isSealing = false
    var backOff = CompactionBackOff()

    var nextStart: Int64 { thread == nil ? backOff.nextStart : .max }
  }

  /// Bytes written to the log since the last snapshot or freeze.
  let journalByteCount: Atomic<Int>
  /// Bytes of log that have been set aside and are not in a snapshot yet.
  private let frozenByteCount = Atomic<Int>(0)
  /// When a compaction may start by itself, for commits, which ask each time: at zero always, at the
  /// end of time when one is at work. Changed with `progress` locked.
  private let nextStart = Atomic<Int64>(0)
  /// Set when the journal closes: a compaction under way gives up, having harmed nothing.
  let isCancelled = Atomic<Bool>(false)
  /// What is known of snapshots that pinned commits need.
  let proof = SnapshotProof()
  private let files: Monitor<Files>
  private let progress = Monitor(Progress())

  init(journalByteCount: Int, damaged: Set<SnapshotRange> = []) {
    files = Monitor(Files(damaged: damaged))
    self.journalByteCount = Atomic(journalByteCount)
  }

  /// Runs `body` while nobody else changes which files make up the state.
  func withFilesHeld<Result, Failure: Error>(
    _ body: (inout Files) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try files.withLock { files throws(Failure) in try body(&files) }
  }

  /// Whether a compaction may start by itself now.
  var mayStart: Bool {
    let start = nextStart.load(ordering: .relaxed)
    return start == 0 || start < .max && MonotonicClock.now >= start
  }

  /// A compaction begins on this thread, with the lock for it held.
  func begin() {
    progress.withLock { progress in
      progress.thread = CurrentThread.identifier
      nextStart.store(progress.nextStart, ordering: .relaxed)
    }
  }

  /// The commit up to which the log was last set aside, and what all commits up to it sum up to.
  var sealed: (through: LogSequenceNumber, history: HistoryChecksum) {
    progress.withLock { $0.sealed }
  }

  /// Whether what was set aside is not in a snapshot yet.
  var hasFrozen: Bool { progress.withLock { $0.hasFrozen } }

  /// The log is to be set aside: by this thread, or by whoever begins a segment first.
  func beginSeal() { progress.withLock { $0.isSealing = true } }

  /// This thread does not want the tail any more.
  func endSeal() { progress.withLock { $0.isSealing = false } }

  /// Whether whoever begins a segment is to set aside what came before it.
  var wantsSeal: Bool { progress.withLock { $0.isSealing && !$0.hasFrozen } }

  /// Whether another thread is at work to bring what was set aside into a snapshot. As long as that one
  /// may want the tail, it is not: an owner of the tail who waited for it would wait for ever.
  var isOthersWork: Bool {
    progress.withLock {
      $0.hasFrozen && !$0.isSealing && $0.thread != nil && $0.thread != CurrentThread.identifier
    }
  }

  /// Counts the log so far as set aside. Called by the owner of the tail.
  func freeze(through: LogSequenceNumber, history: HistoryChecksum) {
    let byteCount = journalByteCount.exchange(0, ordering: .relaxed)
    frozenByteCount.add(byteCount, ordering: .relaxed)
    progress.withLock { ($0.sealed, $0.hasFrozen) = ((through, history), true) }
  }

  /// What was set aside is in a snapshot.
  func noteRun() {
    frozenByteCount.store(0, ordering: .relaxed)
    progress.withLock { $0.hasFrozen = false }
    progress.notifyAll()
  }

  /// The compaction that began has ended. After a failure the log counts again, and the next attempt
  /// waits.
  func end(_ error: JournalError? = nil) {
    let frozen = frozenByteCount.exchange(0, ordering: .relaxed)
    progress.withLock { progress in
      progress.thread = nil
      progress.hasFrozen = false
      if let error {
        progress.backOff.note(error, at: MonotonicClock.now)
      } else {
        progress.backOff = CompactionBackOff()
      }
      nextStart.store(progress.nextStart, ordering: .relaxed)
    }
    if error != nil { journalByteCount.add(frozen, ordering: .relaxed) }
    progress.notifyAll()
  }

  /// A compaction could not begin.
  func postpone(because error: JournalError) {
    progress.withLock { progress in
      progress.backOff.note(error, at: MonotonicClock.now)
      nextStart.store(progress.nextStart, ordering: .relaxed)
    }
  }

  /// Returns when the log, what has been set aside included, is not longer than `limit`, or nothing
  /// is at work to shorten it. However much has been set aside, an eighth of `limit` is always free:
  /// what comes slowly never waits.
  ///
  /// The caller owns the tail, so it must not wait for a compaction that has yet to own it to set
  /// the log aside: each would wait for the other. Nor does the thread that compacts wait for itself,
  /// where it leads commits because no thread for that could be started.
  func wait(untilJournalIsWithin limit: Int) {
    if isJournalWithin(limit) { return }
    progress.wait { progress in
      !progress.hasFrozen || progress.thread == nil
        || progress.thread == CurrentThread.identifier || isJournalWithin(limit) ? () : nil
    }
  }

  /// Bytes of log that the next opening would have to replay.
  var replayByteCount: Int {
    journalByteCount.load(ordering: .relaxed) + frozenByteCount.load(ordering: .relaxed)
  }

  /// Whether nobody has to wait.
  func isJournalWithin(_ limit: Int) -> Bool {
    let byteCount = journalByteCount.load(ordering: .relaxed)
    return byteCount <= limit / 8
      || byteCount + frozenByteCount.load(ordering: .relaxed) <= limit
  }
}
