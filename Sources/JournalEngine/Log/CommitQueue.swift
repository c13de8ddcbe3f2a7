import FileIO
import JournalFormat
import Synchronization

/// Group commit: commits gather while leaders write and sync the groups before them.
///
/// The *tail* of the log has one owner at a time, who writes; he gives it up before he syncs, so
/// that a second group is written while the first is on its way to the disk. A thread that finds
/// the tail free leads at once, on itself: a lone writer never waits for a hand-over. Threads that
/// come while no lane to the disk is free wait in the gathering group, of which one is elected to
/// lead it when a lane comes free. Tasks never block a thread of the shared pool: their groups are
/// led by the committer: two threads of our own, one of which leads while the other syncs.
final class CommitQueue: Sendable {
  struct State: ~Copyable {
    /// The commits that no leader has taken yet.
    var gathering = CommitBatch()
    /// The group that will have them.
    private(set) var gatheringGroup = CommitGroup()
    /// The groups that were taken and have not ended, in the order of their commits.
    var flight = CommitFlight()
    fileprivate var spare: CommitGroup? = CommitGroup()
    /// Whether somebody owns the tail of the log.
    var isTailOwned = false
    /// The tasks that are just being told how their commits ended, many of which come back at once.
    var returningTaskCount = 0
    /// Whether the owner is the committer, none of whose threads has begun yet.
    var isGrantedToCommitter = false
    /// Threads that want to own the tail without committing (rotation, closing).
    fileprivate var exclusiveCount = 0
    fileprivate var freeLanes = FreeLanes()
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
    var failure: JournalError? { didSet { hasFailed = failure != nil } }
    /// Whether there is a failure, for those who need not know which.
    private(set) var hasFailed = false
    var isClosed = false
    /// Where this session has said in the log who it is, once it has.
    var introducedAt: LogSequenceNumber?
    /// How often commits that were not acknowledged have been taken back, and why the last time; `nil`
    /// before the first.
    private(set) var lastRewind: (count: Int, cause: JournalError)?
    /// How often commits that were not acknowledged have been taken back.
    var rewindCount: Int { lastRewind?.count ?? 0 }
    var statistics = JournalStatistics()
  }

  /// What to do with a commit that was just enqueued.
  enum Position {
    /// Lead this group, which has been taken.
    case leader(CommitGroup)
    /// Wait for this group, looking so often before going to sleep.
    case follower(CommitGroup, spinCount: Int)
    /// A task's commit: the committer will lead.
    case committer
  }

  /// Whose turn it is at the tail.
  enum Successor {
    case exclusive
    case thread(CommitGroup)
    case committer
    case nobody
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

  /// Takes the tail for something other than a commit, ahead of waiting groups.
  func acquireTail() {
    let isMine = state.withLock { state in
      if !state.isTailOwned {
        state.isTailOwned = true
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

  /// Tells the successor that the tail is its own; returns whether it is the committer, whom the
  /// caller has to wake.
  func isCommitter(afterTelling successor: Successor) -> Bool {
    switch successor {
    case .exclusive:
      exclusiveGrants.withLock { $0 += 1 }
      exclusiveGrants.notifyOne()
    case .thread(let group): group.gate.elect()
    case .committer: return true
    case .nobody: break
    }
    return false
  }

  /// Makes a group that has ended gather again, unless threads may still look at it: its buffer
  /// serves the next one. For the leader of the group, who is the last to look at it.
  func recycle(_ group: CommitGroup) {
    guard group.batch.threadCount == 0, group.batch.records.count < 1 << 20 else { return }
    group.reset()
    state.withLock { if $0.spare == nil { $0.spare = group } }
  }
}

/// The moves of the tail and of groups. All are made with the state locked.
extension CommitQueue.State {
  /// Whether a leader of the gathering group could get it to the disk at once.
  var canLead: Bool { !isTailOwned && (!gathering.needsSync || !freeLanes.isEmpty) }

  /// The same for tasks. While tasks of a group are told that it has ended, the first few that come back
  /// would take a sync as long as that of all: half of them are waited for, or until all have been told.
  /// A second group only goes on its way beside a small one, since the processors
  /// are done with that sooner than the disk; and not before it has half as many tasks: one of the
  /// first few that come back would take a sync as long as that of all.
  var canLeadForTasks: Bool {
    guard canLead, gathering.tasks.count >= returningTaskCount / 2 else { return false }
    return flight.isEmpty
      || flight.taskCount <= Self.fewTasks && gathering.tasks.count >= flight.taskCount / 2
  }

  /// A group of so many tasks is small. Larger ones keep the processors busy while they are synced, and
  /// more but smaller groups would cost them more than the disk saves.
  private static var fewTasks: Int { 256 }

  /// Whether a commit could come right behind what is in the file: nobody owns the tail or waits for
  /// it, and this session has said who it is.
  var isIdle: Bool {
    !isTailOwned && flight.isEmpty && introducedAt != nil && !hasFailed && !isClosed
      && gathering.records.isEmpty && !gathering.hasWaiters
  }

  /// Notes a commit that was in the file before anybody could ask for it.
  mutating func noteAcknowledged(
    _ sequence: LogSequenceNumber, at time: Int64, byteCount: Int
  ) {
    nextSequence = sequence.next
    written = sequence
    acknowledged = sequence
    statistics.countGroup(ofCommits: 1, byteCount: byteCount, lastAt: time)
  }

  /// Whether any commit is on its way.
  var hasPending: Bool { !flight.isEmpty || !gathering.records.isEmpty }

  /// Whether any commit on its way waits for a sync.
  var isSyncAwaited: Bool {
    var group = flight.first
    while let current = group {
      if current.batch.needsSync { return true }
      group = current.next
    }
    return gathering.needsSync
  }

  /// The records of all commits that are on their way, oldest first.
  var pendingRecords: [[UInt8]] {
    var records: [[UInt8]] = []
    var group = flight.first
    while let current = group {
      if !current.batch.records.isEmpty { records.append(current.batch.records) }
      group = current.next
    }
    if !gathering.records.isEmpty { records.append(gathering.records) }
    return records
  }

  /// Takes the gathering group for its leader, who owns the tail.
  mutating func takeGroup() -> CommitGroup {
    let group = detachGroup()
    flight.append(group)
    // Without a free lane, when somebody who waits for durability came after the election, the
    // primary lane's turns are taken.
    if group.batch.needsSync { group.lane = freeLanes.take() }
    return group
  }

  /// Gives the gathering commits to their group; the next ones have another.
  private mutating func detachGroup() -> CommitGroup {
    let group = gatheringGroup
    group.take(&gathering)
    gatheringGroup = spare ?? CommitGroup()
    spare = nil
    return group
  }

  /// The same for the committer; nil unless the tail is its own.
  mutating func takeGroupForCommitter() -> CommitGroup? {
    guard isGrantedToCommitter else { return nil }
    isGrantedToCommitter = false
    return takeGroup()
  }

  /// Notes that the group that was taken last is in the file.
  mutating func noteWritten(_ group: CommitGroup) {
    if group.batch.lastSequence > .zero { written = group.batch.lastSequence }
    group.write(through: written)
  }

  /// Ends what can be ended: everything that is written, after a failure, and otherwise what is safe.
  /// Returns the first of these groups.
  mutating func endGroups() -> CommitGroup? {
    if let failure { return flight.endFirst(failure) { $0.phase == .written } }
    let durable = durable
    let ended = flight.endFirst { $0.isSafe(durable: durable) }
    var group = ended
    while let current = group {
      acknowledged = max(acknowledged, current.batch.lastSequence)
      statistics.count(current.batch)
      group = current.next
    }
    return ended
  }

  /// Takes back a group that could not be written, with everything that was enqueued on top of it;
  /// returns the latter.
  mutating func takeBack(_ group: CommitGroup, _ error: JournalError) -> CommitGroup {
    flight.removeLast()
    group.end(error)
    if !error.poisons {
      nextSequence = written.next
      lastRewind = (rewindCount + 1, error)
      if let introduced = introducedAt, introduced > written { introducedAt = nil }
    }
    let abandoned = detachGroup()
    abandoned.end(error)
    return abandoned
  }

  /// Counts a group as written if it is not yet, giving the tail up then, and gives its lane back.
  mutating func finishLeading(_ group: CommitGroup) {
    if group.phase == .taken {
      noteWritten(group)
      isTailOwned = false
    }
    releaseLane(of: group)
  }

  /// Gives the lane of a group back.
  mutating func releaseLane(of group: CommitGroup) {
    guard let lane = group.lane else { return }
    group.lane = nil
    freeLanes.give(back: lane)
  }

  /// Gives the tail up; returns who is next.
  mutating func releaseTail() -> CommitQueue.Successor {
    isTailOwned = false
    return findSuccessor()
  }

  /// Who is to own the tail, if it is free and anybody wants it: a thread that wants it exclusively,
  /// a thread of the gathering group, or the committer. To be asked whenever groups leave the flight.
  mutating func findSuccessor() -> CommitQueue.Successor {
    if isTailOwned { return .nobody }
    if exclusiveCount > 0 {
      exclusiveCount -= 1
      isTailOwned = true
      return .exclusive
    }
    guard gathering.hasWaiters, gathering.threadCount > 0 ? canLead : canLeadForTasks else {
      return .nobody
    }
    isTailOwned = true
    if gathering.threadCount > 0 { return .thread(gatheringGroup) }
    isGrantedToCommitter = true
    return .committer
  }
}
