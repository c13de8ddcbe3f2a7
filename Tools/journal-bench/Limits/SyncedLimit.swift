/// The bare synced loops of a race, of which the faster one is the limit.
struct SyncedLimit {
  private var lanes: [(name: String, number: Int)] = []

  /// Adds them to a race, those that the system has.
  ///
  /// - Parameter writerCount: so many records share each sync.
  init(
    _ kinds: [WriteLoop.Kind] = [.writeThenSync, .writeSynchronously], in race: inout Race,
    recordByteCount: Int, writerCount: Int = 1, _ workplace: Workplace
  ) throws {
    for kind in kinds {
      let number = try race.addIfAvailable {
        try WriteLoop(
          kind, recordByteCount: recordByteCount, recordsPerWrite: writerCount, in: workplace)
      }
      if let number { lanes.append((kind.rawValue, number)) }
    }
  }

  /// The lane of the faster one, and of all.
  func best(_ found: Race.Lanes) -> (name: String, lane: Race.Lane)? {
    all(found).max { $0.lane.perSecond.median < $1.lane.perSecond.median }
  }

  func all(_ found: Race.Lanes) -> [(name: String, lane: Race.Lane)] {
    lanes.map { ($0.name, found[$0.number]) }
  }
}
