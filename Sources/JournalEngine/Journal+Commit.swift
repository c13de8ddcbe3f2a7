import FileIO
package import JournalFormat
import Synchronization

/// The way of an update: encode into the gathering group, wait for a leader, be one, acknowledge.
extension Journal {
  /// Commits the changes that `encode` appends, as one atomic record, and returns its log sequence
  /// number once it is acknowledged (durable, unless it is buffered). `encode` returns false to
  /// commit nothing after all.
  ///
  /// - Throws: ``JournalError/Reason/outOfSpace(_:)`` when nothing was committed and a later try may
  ///   succeed; ``JournalError/Reason/poisoned(_:)`` when the outcome is known only to recovery.
  @discardableResult
  package func commit(
    _ durability: JournalOptions.Durability? = nil, _ encode: (inout [UInt8]) -> Bool
  ) throws(JournalError) -> LogSequenceNumber? {
    checkReentrance()
    if !isSynced(durability) {
      if case .committed(let sequence) = commitAlone(tryCount: 20, encode) { return sequence }
    }
    let enqueued = try order.withLock { _ throws(JournalError) in
      try enqueue(durability, task: nil, encode)
    }
    guard let (sequence, position) = enqueued else { return nil }
    try complete(position)
    return sequence
  }

  /// The same for tasks: waits without blocking a thread.
  @discardableResult
  package func commit(
    _ durability: JournalOptions.Durability? = nil, _ encode: (inout [UInt8]) -> Bool
  ) async throws(JournalError) -> LogSequenceNumber? {
    checkReentrance()
    if !isSynced(durability) {
      // Once only, since a task must not sleep.
      if case .committed(let sequence) = commitAlone(tryCount: 1, encode) { return sequence }
    }
    return try await suspendUntilCommitted { (waiter) throws(JournalError) in
      try order.withLock { _ throws(JournalError) in
        try enqueue(durability, task: waiter, encode)
      } != nil
    }
  }

  /// Suspends the task until the commit that `enqueue` makes is acknowledged; `nil` when it makes
  /// none.
  func suspendUntilCommitted(
    _ enqueue: (TaskWaiter) throws(JournalError) -> Bool
  ) async throws(JournalError) -> LogSequenceNumber? {
    let sequence = try await TaskWaiter.suspend { waiter in
      do throws(JournalError) {
        if try !enqueue(waiter) { waiter.succeed(.zero) }
      } catch {
        waiter.fail(error)
      }
    }
    return sequence == .zero ? nil : sequence
  }

  /// Appends one commit to the gathering group. Called with `order` held.
  ///
  /// - Parameter rewindCount: the number of rewinds that the caller's reads are based on.
  func enqueue(
    _ durability: JournalOptions.Durability?, task: TaskWaiter?, rewindCount: Int? = nil,
    _ encode: (inout [UInt8]) -> Bool
  ) throws(JournalError) -> Enqueued? {
    let now = clock()
    let enqueued = try queue.state.withLock { state throws(JournalError) in
      try refuseIfUnusable(&state, rewindCount: rewindCount)
      let begin = state.gathering.records.count
      var sequence = state.nextSequence
      let wantedCount: UInt64 = state.introducedAt == nil ? 2 : 1
      guard UInt64.max - sequence.rawValue >= wantedCount else {
        throw JournalError.usedUp(directory.path, after: sequence.previous)
      }
      if state.introducedAt == nil {
        introduce(at: sequence, now: now, in: &state.gathering.records)
        sequence = sequence.next
      }
      let start = RecordEncoder.begin(in: &state.gathering.records, sequence: sequence, time: now)
      let isWanted = encode(&state.gathering.records)
      let byteCount = state.gathering.records.count - start
      guard isWanted, byteCount > RecordHeader.byteCount,
        byteCount <= RecordHeader.maximumRecordByteCount
      else {
        state.gathering.records.removeLast(state.gathering.records.count - begin)
        guard isWanted, byteCount > RecordHeader.byteCount else { return nil as Enqueued? }
        throw JournalError(
          .tooLarge, file: directory.path,
          detail: "a commit of \(byteCount) bytes; the limit is 1 GiB: commit in several parts")
      }
      RecordEncoder.finish(in: &state.gathering.records, from: start)
      if state.introducedAt == nil { state.introducedAt = sequence.previous }
      state.nextSequence = sequence.next
      state.gathering.lastSequence = sequence
      state.gathering.lastTime = now
      state.gathering.commitCount += 1
      if isSynced(durability) { state.gathering.needsSync = true }
      return (sequence, join(&state, task: task, at: sequence))
    }
    return enqueued.map { ($0.0, startCommitter($0.1)) }
  }

  /// A commit that has its number, and what its caller still has to wait for.
  typealias Enqueued = (sequence: LogSequenceNumber, position: CommitQueue.Position)

  /// Makes the caller one of those who wait for the gathering group, or its leader.
  func join(
    _ state: inout CommitQueue.State, task: TaskWaiter?, at sequence: LogSequenceNumber
  ) -> CommitQueue.Position {
    if let task {
      state.gathering.tasks.append((task, sequence))
      guard state.canLeadForTasks else { return .follower(state.gatheringGroup, spinCount: 0) }
      state.isTailOwned = true
      state.isGrantedToCommitter = true
      return .committer
    }
    guard state.canLead else {
      state.gathering.threadCount += 1
      // A group that nobody syncs is written by the time a thread has gone to sleep.
      return .follower(state.gatheringGroup, spinCount: state.gathering.needsSync ? 0 : 100)
    }
    state.isTailOwned = true
    return .leader(state.takeGroup())
  }

  /// Wakes the committer for the position that needs it.
  func startCommitter(_ position: CommitQueue.Position) -> CommitQueue.Position {
    if case .committer = position { wakeCommitter() }
    return position
  }

  /// Brings a thread's position to its end.
  func complete(_ position: CommitQueue.Position) throws(JournalError) {
    let group: CommitGroup
    switch position {
    case .committer: return
    case .leader(let taken): group = taken
    case .follower(let gathering, let spinCount):
      switch gathering.gate.wait(spinCount: spinCount) {
      case .isOpen:
        if let failure = gathering.failure { throw failure }
        return
      case .leads: group = queue.state.withLock { $0.takeGroup() }
      }
    }
    if let failure = lead(group) { throw failure }
  }

  /// Who this session is, once, in front of its first commit.
  private func introduce(
    at sequence: LogSequenceNumber, now: Int64, in records: inout [UInt8]
  ) {
    let own = ProcessIdentity.current
    let start = RecordEncoder.begin(in: &records, sequence: sequence, time: now)
    RecordChange.appendOpened(
      epoch: writer.epoch, processID: own.processIdentifier, host: own.hostName,
      program: CommandLine.arguments.first ?? "", to: &records)
    RecordEncoder.finish(in: &records, from: start)
  }

  /// Throws if nothing can be committed. It changes nothing; but a state that it only borrows, Swift 6.3
  /// hands over as a copy of half a kilobyte, for each commit.
  func refuseIfUnusable(
    _ state: inout CommitQueue.State, rewindCount: Int? = nil
  ) throws(JournalError) {
    if let failure = state.failure { throw failure }
    if state.isClosed {
      throw JournalError(.closed, file: directory.path, detail: "open it again")
    }
    if let rewindCount, let rewind = state.lastRewind, rewind.count != rewindCount {
      var error = rewind.cause
      error.detail = "commits that this transaction has read were taken back; \(error.detail)"
      throw error
    }
  }

  func checkReentrance() {
    precondition(
      transactionOwner.load(ordering: .relaxed) != CurrentThread.identifier,
      "a transaction's body must use the transaction, not the storage: it would wait for itself")
  }
}
