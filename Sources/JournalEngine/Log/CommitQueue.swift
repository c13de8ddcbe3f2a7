import FileIO
import JournalFormat
import Synchronization

/// Group commit: commits gather while one leader writes and syncs the group before them.
///
/// A thread that finds nobody leading leads at once, on itself: a lone writer never waits for a
/// hand-over. Threads that come meanwhile wait in the gathering group; when the leader is done it
/// wakes all of its group together and elects one thread of the next to lead. Tasks never block a
/// thread of the shared pool: their groups are led by the committer, a thread of our own.
final class CommitQueue: Sendable {
  struct State {
    var gathering = CommitGroup()
    var inFlight: CommitGroup?
    var spare: CommitGroup? = CommitGroup()
    /// Whether somebody owns the tail of the log.
    var isLed = false
    /// Whether the owner is the committer, which has not begun yet.
    var isGrantedToCommitter = false
    /// Threads that want to own the tail without committing (rotation, closing).
    var exclusiveCount = 0
    /// The sequence number of the next commit to be encoded.
    var nextSequence: LogSequenceNumber
    /// The last commit that is in the file (and, if synced, durable) and visible to reads.
    var acknowledged: LogSequenceNumber
    /// The last commit that is in the file.
    var written: LogSequenceNumber
    /// The last commit known durable.
    var durable: LogSequenceNumber
    /// The segment that commits between `durable` and `written` are in.
    var tail: SegmentWriter
    /// Set by the first failed sync or write of unknown extent; only reopening clears it.
    var failure: JournalError?
    var isClosed = false
    /// Where this session has said in the log who it is, once it has.
    var introducedAt: LogSequenceNumber?
    /// How often a full disk has taken back commits that were not acknowledged.
    var rewindCount = 0
  }

  /// What to do with a commit that was just enqueued.
  enum Position {
    /// Lead this group, which has been taken.
    case leader(CommitGroup)
    /// Wait for this group.
    case follower(CommitGroup)
    /// A task's commit: the committer will lead.
    case committer
  }

  let state: Mutex<State>
  /// Grants the tail to threads in `exclusiveCount`.
  private let exclusiveGrants = Monitor(0)

  init(
    next: LogSequenceNumber, durable: LogSequenceNumber, tail: SegmentWriter
  ) {
    state = Mutex(
      State(
        nextSequence: next, acknowledged: next.previous, written: next.previous, durable: durable,
        tail: tail))
  }

  /// Takes the gathering group for its leader. Called with the state locked and the tail owned.
  static func take(_ state: inout State) -> CommitGroup {
    let group = state.gathering
    state.gathering = state.spare ?? CommitGroup()
    state.spare = nil
    state.inFlight = group
    return group
  }

  /// Waits, as a thread of `group`, until it is finished or this thread is to lead it.
  func wait(for group: CommitGroup) -> CommitGroup.Progress {
    group.progress.wait { progress in
      switch progress {
      case .waiting: return nil
      case .elected:
        // Only one thread is woken to lead; the others go on waiting for the end.
        progress = .waiting
        return .elected
      case .finished(let error): return .finished(error)
      }
    }
  }

  /// Takes the tail for something other than a commit, ahead of waiting groups.
  func acquireTail() {
    let isMine = state.withLock { state in
      if !state.isLed {
        state.isLed = true
        return true
      }
      state.exclusiveCount += 1
      return false
    }
    if isMine { return }
    exclusiveGrants.wait { grants -> Void? in
      guard grants > 0 else { return nil }
      grants -= 1
      return ()
    }
  }

  /// Hands the tail to whoever is next: a thread that wants it exclusively, a thread of the
  /// gathering group, or the committer.
  ///
  /// - Returns: whether the committer must be woken.
  func releaseTail() -> Bool {
    enum Next {
      case exclusive
      case thread(CommitGroup)
      case committer, nobody
    }
    let next = state.withLock { state -> Next in
      if state.exclusiveCount > 0 {
        state.exclusiveCount -= 1
        return .exclusive
      }
      if state.gathering.threadCount > 0 { return .thread(state.gathering) }
      if !state.gathering.tasks.isEmpty {
        state.isGrantedToCommitter = true
        return .committer
      }
      state.isLed = false
      return .nobody
    }
    switch next {
    case .exclusive:
      exclusiveGrants.withLock { $0 += 1 }
      exclusiveGrants.notifyOne()
    case .thread(let group):
      group.progress.withLock { $0 = .elected }
      group.progress.notifyOne()
    case .committer: return true
    case .nobody: break
    }
    return false
  }

  /// Tells everybody who waits for `group`, in one go.
  func announce(_ group: CommitGroup, _ error: JournalError?) {
    for (waiter, sequence) in group.tasks {
      if let error { waiter.fail(error) } else { waiter.succeed(sequence) }
    }
    if group.threadCount > 0 {
      group.progress.withLock { $0 = .finished(error) }
      group.progress.notifyAll()
    } else if group.records.count < 1 << 20 {
      // Nobody holds on to the group: its buffer serves the next one.
      group.reset()
      state.withLock { if $0.spare == nil { $0.spare = group } }
    }
  }
}
