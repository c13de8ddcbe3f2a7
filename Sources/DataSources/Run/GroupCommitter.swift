import StateJournal

/// Takes groups and commits them, one after the other: first the data, then the state.
struct GroupCommitter<Data: PayloadData>: Sendable {
  let queue: GroupQueue<Data>
  let sink: any IngestionSink<Data>
  let storage: any StateStorage
  let ledger: RunLedger

  /// Runs until the queue is finished, and returns `nil`; or until the first error, which ends all
  /// committing: behind a group that is lost no later one may be believed.
  func run(positions: [StateAddress: StateObject]) async -> IngestionError? {
    var positions = positions
    while let group = await queue.next() {
      do throws(IngestionError) {
        try await commit(group, &positions)
      } catch {
        await queue.abandon()
        return error
      }
      await ledger.committed(group)
    }
    return nil
  }

  private func commit(
    _ group: PayloadGroup<Data>, _ positions: inout [StateAddress: StateObject]
  ) async throws(IngestionError) {
    do throws(DataSourceError) {
      let written = try await sink.write(group)
      for (stream, position) in written { positions[stream] = position }
    } catch {
      throw IngestionError(.sink, error.message, underlying: error)
    }
    // Only now: a state on disk before its data would skip that data after a crash.
    do throws(StateError) {
      try await storage.apply(Self.changes(for: group, positions))
    } catch {
      throw IngestionError(error)
    }
  }

  /// The last state of each stream, with its position; streams in the order of their last payload.
  static func changes(
    for group: PayloadGroup<Data>, _ positions: [StateAddress: StateObject]
  ) -> [StateChange] {
    var seen: Set<StateAddress> = []
    var changes: [StateChange] = []
    for entry in group.entries.reversed() where seen.insert(entry.stream).inserted {
      let stored = StoredState.join(entry.payload.state, positions[entry.stream])
      changes.append(.update(entry.stream, stored))
    }
    return changes.reversed()
  }
}
