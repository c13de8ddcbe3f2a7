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
    let (result, enqueued) = try prepare(durability, task: nil, wrapping: wrap, body)
    do throws(JournalError) {
      if let enqueued { try complete(enqueued.1) }
    } catch {
      throw wrap(error)
    }
    return (result, enqueued?.0)
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
          let (result, enqueued) = try prepare(durability, task: waiter, wrapping: wrap, body)
          outcome = .success(result)
          return enqueued != nil
        } catch {
          outcome = .failure(error)
          return false
        }
      }
    } catch {
      throw wrap(error)
    }
    guard let outcome else {
      throw wrap(JournalError(.closed, file: directory.path, detail: "the body did not run"))
    }
    return (try outcome.get(), sequence)
  }

  private func prepare<Result, Failure: Error>(
    _ durability: JournalOptions.Durability?, task: TaskWaiter?,
    wrapping wrap: (JournalError) -> Failure,
    _ body: (inout JournalTransaction) throws(Failure) -> Result
  ) throws(Failure) -> (Result, (LogSequenceNumber, CommitQueue.Position)?) {
    checkReentrance()
    return try order.withLock { _ throws(Failure) in
      transactionOwner.store(CurrentThread.identifier, ordering: .relaxed)
      defer { transactionOwner.store(0, ordering: .relaxed) }
      // Taken before anything is read from the tables: a commit on its way moves into the tables,
      // never out of them, so it is seen here, or there, or in both alike.
      let (records, next, rewindCount) = queue.state.withLock { state in
        (
          [state.inFlight?.records ?? [], state.gathering.records], state.nextSequence,
          state.rewindCount
        )
      }
      let overlay = ChangeTable()
      for records in records { RecordReplay.applyAll(records.span, to: overlay) }
      var transaction = JournalTransaction(
        state: TransactionState(journal: self, overlay: overlay), sequence: next)
      let result = try body(&transaction)
      if transaction.changes.isEmpty { return (result, nil) }
      do throws(JournalError) {
        let enqueued = try enqueue(durability, task: task, rewindCount: rewindCount) { buffer in
          buffer.append(contentsOf: transaction.changes)
          return true
        }
        return (result, enqueued)
      } catch {
        throw wrap(error)
      }
    }
  }
}
