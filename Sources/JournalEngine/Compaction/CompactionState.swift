import FileIO
import JournalFormat
import Synchronization

/// What a journal knows about its compactions.
final class CompactionState: Sendable {
  private struct Files {
    /// Snapshots that turned out damaged since the journal was opened.
    var damaged: Set<SnapshotRange> = []
  }

  private struct Progress {
    var isRunning = false
    /// Bytes of log that the running compaction is turning into a snapshot.
    var frozenByteCount = 0
    /// After failures, the time before which no compaction starts by itself, and how often it failed.
    var nextStart: Int64 = 0
    var failureCount = 0
  }

  /// Bytes written to the log since the last snapshot or freeze.
  let journalByteCount: Atomic<Int>
  /// Set when the journal closes: a compaction under way gives up, having harmed nothing.
  let isCancelled = Atomic<Bool>(false)
  private let files = Monitor(Files())
  private let progress = Monitor(Progress())

  init(journalByteCount: Int) {
    self.journalByteCount = Atomic(journalByteCount)
  }

  /// Runs `body` while nobody else changes which files make up the state, with the snapshots that
  /// are known to be damaged.
  func withFilesHeld<Result>(
    _ body: (inout Set<SnapshotRange>) throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    try files.withLock { files throws(JournalError) in try body(&files.damaged) }
  }

  /// Whether a compaction may start by itself now.
  var mayStart: Bool {
    progress.withLock { !$0.isRunning && MonotonicClock.now >= $0.nextStart }
  }

  /// Counts the log as being compacted; returns its bytes.
  func begin() {
    let byteCount = journalByteCount.exchange(0, ordering: .relaxed)
    progress.withLock { progress in
      progress.isRunning = true
      progress.frozenByteCount += byteCount
    }
  }

  /// The compaction that began has ended. After a failure the log counts again, and the next attempt
  /// waits: one second at first, twice as long each time, at most five minutes.
  func end(succeeded: Bool) {
    let frozen = progress.withLock { progress in
      let frozen = progress.frozenByteCount
      progress.isRunning = false
      progress.frozenByteCount = 0
      if succeeded {
        progress.failureCount = 0
        progress.nextStart = 0
      } else {
        let seconds = min(Int64(1) << Int64(min(progress.failureCount, 9)), 300)
        progress.failureCount += 1
        progress.nextStart = MonotonicClock.now + seconds * 1_000_000_000
      }
      return frozen
    }
    if !succeeded { journalByteCount.add(frozen, ordering: .relaxed) }
    progress.notifyAll()
  }

  /// Returns when the log is not longer than `limit`, or no compaction is at work to shorten it.
  func wait(untilJournalIsWithin limit: Int) {
    guard journalByteCount.load(ordering: .relaxed) > limit else { return }
    progress.wait { $0.isRunning ? nil : () }
  }
}
