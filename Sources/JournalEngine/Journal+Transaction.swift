import FileIO
package import JournalFormat
import Synchronization

/// What a transaction sees and does: the state with everything that was committed before it, whether
/// acknowledged or still on its way, and its own changes on top.
package struct JournalTransaction: ~Copyable {
  /// What the transaction reads.
  package let state: TransactionState
  /// The record body that will be committed.
  fileprivate var changes: [UInt8] = []
  /// The sequence number that the transaction will have, or a lower one.
  private let sequence: LogSequenceNumber

  fileprivate init(state: TransactionState, sequence: LogSequenceNumber) {
    self.state = state
    self.sequence = sequence
  }

  /// The last commit made before the transaction, acknowledged or on its way.
  package var previous: LogSequenceNumber { sequence.previous }

  package mutating func put(key: Span<UInt8>, value: Span<UInt8>) {
    RecordChange.appendPut(key: key, value: value, to: &changes)
    state.overlay.put(key: key, value: value, at: sequence)
  }

  package mutating func remove(key: Span<UInt8>) {
    RecordChange.appendRemove(key: key, to: &changes)
    state.overlay.remove(key: key, at: sequence)
  }

  package mutating func removePrefix(_ prefix: Span<UInt8>) {
    RecordChange.appendRemovePrefix(prefix, to: &changes)
    state.overlay.removePrefix(prefix, at: sequence)
  }

  /// Says why the changes so far are made; where there are none, nothing is said.
  package mutating func explain(_ reason: String) {
    if !changes.isEmpty { RecordChange.appendReason(reason, to: &changes) }
  }
}

/// Read, change, write back, with nothing in between.
extension Journal {
  /// Runs `body`, commits what it changed as one record, and returns when that is acknowledged.
  /// Transactions never interleave with each other or with other commits. When `body` throws, or
  /// changes nothing, nothing is committed. `body` must use only the transaction it is given.
  package func transact<Result, Failure: Error>(
    _ durability: JournalOptions.Durability? = nil,
    wrapping wrap: (JournalError) -> Failure,
    _ body: (inout JournalTransaction) throws(Failure) -> Result
  ) throws(Failure) -> (Result, LogSequenceNumber?) {
    let prepared = try prepare(durability, task: nil, wrapping: wrap, body)
    do throws(JournalError) {
      if let position = prepared.position { try complete(position) }
    } catch {
      // What the body threw is the better answer, also when the commits it has read came to nothing.
      _ = try prepared.outcome.get()
      throw wrap(error)
    }
    return (try prepared.outcome.get(), prepared.sequence)
  }

  /// The same for tasks. `body` runs at once on the calling task's thread; only the waiting for
  /// durability suspends.
  package func transact<Result, Failure: Error>(
    _ durability: JournalOptions.Durability? = nil,
    wrapping wrap: (JournalError) -> Failure,
    _ body: (inout JournalTransaction) throws(Failure) -> Result
  ) async throws(Failure) -> (Result, LogSequenceNumber?) {
    var outcome: Swift.Result<Result, Failure>?
    let sequence: LogSequenceNumber?
    do throws(JournalError) {
      sequence = try await suspendUntilCommitted { (waiter) throws(JournalError) in
        do throws(Failure) {
          let prepared = try prepare(durability, task: waiter, wrapping: wrap, body)
          outcome = prepared.outcome
          return prepared.position != nil
        } catch {
          outcome = .failure(error)
          return false
        }
      }
    } catch {
      _ = try outcome?.get()
      throw wrap(error)
    }
    guard let outcome else {
      throw wrap(JournalError(.closed, file: directory.path, detail: "the body did not run"))
    }
    return (try outcome.get(), sequence)
  }

  /// A transaction that has run, and what its caller still has to wait for.
  private struct Prepared<Result, Failure: Error> {
    var outcome: Swift.Result<Result, Failure>
    var sequence: LogSequenceNumber?
    var position: CommitQueue.Position?
  }

  private func prepare<Result, Failure: Error>(
    _ durability: JournalOptions.Durability?, task: TaskWaiter?,
    wrapping wrap: (JournalError) -> Failure,
    _ body: (inout JournalTransaction) throws(Failure) -> Result
  ) throws(Failure) -> Prepared<Result, Failure> {
    checkReentrance()
    return try order.withLock { _ throws(Failure) in
      transactionOwner.store(CurrentThread.identifier, ordering: .relaxed)
      defer { transactionOwner.store(0, ordering: .relaxed) }
      // Taken before anything is read from the tables: a commit on its way moves into the tables,
      // never out of them, so it is seen here, or there, or in both alike.
      let (records, next, rewindCount) = queue.state.withLock { state in
        (state.pendingRecords, state.nextSequence, state.rewindCount)
      }
      let overlay = ChangeTable()
      for records in records { RecordReplay.applyAll(records.span, to: overlay) }
      var transaction = JournalTransaction(
        state: TransactionState(journal: self, overlay: overlay), sequence: next)
      var prepared: Prepared<Result, Failure>
      do throws(Failure) {
        prepared = Prepared(outcome: .success(try body(&transaction)))
      } catch {
        prepared = Prepared(outcome: .failure(error))
        transaction.changes = []
      }
      do throws(JournalError) {
        if transaction.changes.isEmpty {
          prepared.position = try settle(
            durability, task: task, hasReadPending: !records.isEmpty,
            rewindCount: rewindCount)
        } else if let (sequence, position) = try enqueue(
          durability, task: task, rewindCount: rewindCount,
          { buffer in
            buffer.append(contentsOf: transaction.changes)
            return true
          })
        {
          (prepared.sequence, prepared.position) = (sequence, position)
        }
        return prepared
      } catch {
        _ = try prepared.outcome.get()
        throw wrap(error)
      }
    }
  }

  /// Waits, on behalf of a transaction that commits nothing, for what it may have read: an answer
  /// that rests on commits still on their way (this state is there already, that version is not the
  /// current one) must not be given before they are safe, or a crash would take it back. `nil` when
  /// they are.
  private func settle(
    _ durability: JournalOptions.Durability?, task: TaskWaiter?, hasReadPending: Bool,
    rewindCount: Int
  ) throws(JournalError) -> CommitQueue.Position? {
    let position = try queue.state.withLock { state throws(JournalError) in
      let isUnsynced =
        (durability ?? options.durability).isSynced
        && state.durable < state.nextSequence.previous
      guard hasReadPending || isUnsynced else { return nil as CommitQueue.Position? }
      try refuseIfUnusable(&state, rewindCount: rewindCount)
      if !state.hasPending, !isUnsynced { return nil }
      if isUnsynced { state.gathering.needsSync = true }
      return join(&state, task: task, at: .zero)
    }
    return position.map(startCommitter)
  }
}
