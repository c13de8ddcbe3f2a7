import StateJournal

/// Reads one stream to its end into the queue, with the retries that its policy grants.
struct StreamReading<Data: PayloadData>: Sendable {
  let open: OpenStream<Data>
  let queue: GroupQueue<Data>
  let policy: StreamErrorPolicy
  let time: RunTime
  let ledger: RunLedger

  func run() async -> StreamOutcome {
    await ledger.streamStarted(open.address, after: open.state)
    // After an error the reading goes on behind what the queue has, not behind what is committed:
    // what the queue has will be written, so reading it again would write it twice.
    var state = open.state
    var budget = RetryBudget(policy)
    var generation = await open.connection.generation
    var mustReconnect = false
    while true {
      do throws(DataSourceError) {
        if mustReconnect {
          try await open.connection.reconnect(after: generation)
          generation = await open.connection.generation
        }
        return try await read(&state, &budget)
      } catch {
        // Cancelled sources fail in their own ways; none of them is an error of the stream.
        if Task.isCancelled { return .interrupted }
        guard let delay = budget.delay(after: error) else {
          return .failed(IngestionError(.stream, of: open.address, error))
        }
        await ledger.retrying(
          source: open.address.source, stream: open.address.name, retry: budget.failureCount,
          delay: delay, error: error)
        guard (try? await time.sleep(delay)) != nil else { return .interrupted }
        mustReconnect = policy.retry?.reconnects ?? false
      }
    }
  }

  private func read(
    _ state: inout StateObject, _ budget: inout RetryBudget
  ) async throws(DataSourceError) -> StreamOutcome {
    if Task.isCancelled { return .interrupted }
    var reader = try await open.stream.open(after: state)
    let outcome: Result<StreamOutcome, DataSourceError>
    do throws(DataSourceError) {
      outcome = .success(try await drain(&reader, &state, &budget))
    } catch {
      outcome = .failure(error)
    }
    await reader.close()
    return try outcome.get()
  }

  private func drain(
    _ reader: inout any DataSourceReader<Data>, _ state: inout StateObject,
    _ budget: inout RetryBudget
  ) async throws(DataSourceError) -> StreamOutcome {
    while !Task.isCancelled {
      guard let payload = try await reader.next() else { return .completed }
      guard payload.state[ingestionSinkMember] == nil else {
        throw DataSourceError(
          "the state of \(open.address) has a member \"\(ingestionSinkMember)\", which is reserved "
            + "for the sink: the source must name it otherwise")
      }
      let next = payload.state
      guard await queue.add(payload, of: open.address) else { return .interrupted }
      state = next
      budget.succeed()
    }
    return .interrupted
  }
}
