import StateJournal

/// Connects to the sources and prepares all their streams, before the first of them is read.
struct SourceOpening<Data: PayloadData>: Sendable {
  let sink: any IngestionSink<Data>
  let storage: any StateStorage
  let policy: StreamErrorPolicy
  let time: RunTime
  let ledger: RunLedger

  /// The streams of all sources that could be connected to, resumed and claimed.
  func open(_ connections: [SourceConnection<Data>]) async throws(IngestionError)
    -> [OpenStream<Data>]
  {
    // What is resumed from must not be taken back by a power cut: the sink cuts what lies behind it.
    try await makeDurable()
    var opened: [OpenStream<Data>] = []
    var claims: [StateChange] = []
    for connection in connections where !Task.isCancelled {
      for stream in try await list(connection) {
        let address = StateAddress.stream(stream.name, of: connection.source.identifier)
        let object = try await read(address)
        let (stored, position) = StoredState.split(object)
        let resumed = try await resume(address, at: position)
        let committed = try await committedState(of: address)
        let state = committed ?? stored
        if resumed != position || state != stored {
          claims.append(.update(address, StoredState.join(state, resumed)))
        }
        opened.append(
          OpenStream(
            stream: stream, address: address, connection: connection, state: state,
            position: resumed))
      }
    }
    if !claims.isEmpty { try await commit(claims) }
    return opened
  }

  private func commit(_ claims: [StateChange]) async throws(IngestionError) {
    do throws(StateError) {
      try await storage.apply(claims)
    } catch {
      throw IngestionError(error)
    }
    // A claim that a power cut took away would leave data behind that nobody knows, and that no later
    // run may touch.
    try await makeDurable()
  }

  /// Makes durable what a journal holds, also a buffered one.
  private func makeDurable() async throws(IngestionError) {
    guard let journal = storage as? JournalStateStorage else { return }
    do throws(JournalError) {
      try await journal.sync()
    } catch {
      throw IngestionError(StateError(error))
    }
  }

  private func list(
    _ connection: SourceConnection<Data>
  ) async throws(IngestionError) -> [any DataSourceStream<Data>] {
    let source = connection.source.identifier
    let streams: [any DataSourceStream<Data>]
    do throws(DataSourceError) {
      guard let listed = try await connect(connection) else { return [] }
      streams = listed
    } catch {
      let failure = IngestionError(
        .connection, source: source, error.message, underlying: error)
      guard policy.outcome == .stopStream else { throw failure }
      await ledger.leftOut(failure)
      return []
    }
    if let name = firstDuplicate(among: streams.map(\.name)) {
      throw IngestionError(
        .duplicateStream, source: source, stream: name,
        "the source \"\(source)\" has two streams named \"\(name)\": their states would overwrite "
          + "each other, so one of them needs another name")
    }
    return streams
  }

  /// The streams of a source, after retries; `nil` when the run was cancelled meanwhile.
  private func connect(
    _ connection: SourceConnection<Data>
  ) async throws(DataSourceError) -> [any DataSourceStream<Data>]? {
    var budget = RetryBudget(policy)
    while true {
      do throws(DataSourceError) {
        if budget.failureCount == 0 {
          try await connection.connect()
        } else {
          try await connection.reconnect(after: connection.generation)
        }
        return try await connection.source.streams()
      } catch {
        if Task.isCancelled { return nil }
        guard let delay = budget.delay(after: error) else { throw error }
        await ledger.retrying(
          source: connection.source.identifier, stream: nil, retry: budget.failureCount,
          delay: delay, error: error)
        guard (try? await time.sleep(delay)) != nil else { return nil }
      }
    }
  }

  private func read(_ address: StateAddress) async throws(IngestionError) -> StateObject {
    do throws(StateError) {
      return try await storage.read(address)
    } catch {
      throw IngestionError(error)
    }
  }

  private func committedState(
    of address: StateAddress
  ) async throws(IngestionError) -> StateObject? {
    do throws(DataSourceError) {
      return try await sink.committedState(of: address)
    } catch {
      throw IngestionError(.sink, of: address, error)
    }
  }

  private func resume(
    _ address: StateAddress, at position: StateObject?
  ) async throws(IngestionError) -> StateObject? {
    do throws(DataSourceError) {
      return try await sink.resume(address, at: position)
    } catch {
      throw IngestionError(.sink, of: address, error)
    }
  }
}

/// The first name that comes a second time; names are compared by their bytes, as in the state.
func firstDuplicate(among names: [String]) -> String? {
  var seen: Set<[UInt8]> = []
  return names.first { !seen.insert(Array($0.utf8)).inserted }
}

extension String {
  /// Whether it is one of some names, compared by their bytes: by Swift's own comparison "é" written as
  /// two scalars would pass for a column named "é" as one, and its value would be looked up in vain.
  package func isAmong(_ names: some Sequence<String>) -> Bool {
    names.contains { $0.hasSameBytes(as: self) }
  }
}
