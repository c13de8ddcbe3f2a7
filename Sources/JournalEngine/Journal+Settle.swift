import FileIO
import JournalFormat
import Synchronization

/// What a buffered opening has found becomes durable behind its back: reads do not wait for that, and
/// everything that changes the directory does.
extension Journal {
  /// Makes durable what opening has found, unless it is. Called before anything is written, renamed or
  /// removed: on top of what a power cut could still take away, a new record would follow a gap, and
  /// without a file whose successor has lost its name, state would be missing.
  func settleRecovery() throws(JournalError) {
    if owesRecovery.load(ordering: .acquiring) { try syncTail() }
  }

  func settleInBackground() {
    // A failure is remembered, and reported where it happened; what only lacked room, or a file to be
    // opened, is done by the first one who writes.
    try? settleRecovery()
  }

  /// Makes durable what opening has found. Called with the gate of syncs held.
  func makeDurable(_ tail: RecoveredLog.Tail) throws(JournalError) {
    if let failure { throw failure }
    do {
      try TailRepair.makeDurable(tail, in: directory)
    } catch {
      throw error.poisons || error.isFailedSync ? poison(error) : error
    }
    queue.state.withLock { $0.durable = max($0.durable, recoveryReport.lastSequence) }
  }
}
