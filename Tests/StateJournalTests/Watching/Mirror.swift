import StateJournal

/// A copy of the state, kept by somebody who watches and does as the documentation says.
struct Mirror: Equatable {
  private(set) var sources: [String: SourceState] = [:]
  private(set) var last = LogSequenceNumber.zero
  private(set) var missedCount = 0

  /// Takes note of an event. `snapshot` is asked for the present state when commits were missed.
  mutating func take(
    _ event: StateChangeEvent, _ snapshot: () throws -> StateSnapshot
  ) throws {
    switch event {
    case .commit(let commit):
      guard commit.sequence > last else { throw OutOfOrder(commit.sequence, after: last) }
      for change in commit.changes { apply(change) }
      last = commit.sequence
    case .missed(let first, let through):
      guard first > last, through >= first else { throw OutOfOrder(first, after: last) }
      missedCount += 1
      last = through
      try removeWhatLacks(in: snapshot())
    case .present(let address, let found):
      guard found.version <= StateVersion(number: last.rawValue) else {
        throw OutOfOrder(LogSequenceNumber(found.version.number), after: last)
      }
      apply(.update(address, found.object))
    }
  }

  private mutating func apply(_ change: StateChange) {
    var state = sources[change.source] ?? SourceState()
    switch change {
    case .update(let address, let object): state[address.scope, address.name] = object
    case .remove(let address): state[address.scope, address.name] = nil
    case .removeSource: state = SourceState()
    }
    sources[change.source] = state.isEmpty ? nil : state
  }

  private mutating func removeWhatLacks(in snapshot: StateSnapshot) throws {
    for (source, state) in sources {
      for name in state.streams.names {
        let address = StateAddress.stream(name, of: source)
        if try snapshot.readVersioned(address) == .absent { apply(.remove(address)) }
      }
    }
  }

  struct OutOfOrder: Error, CustomStringConvertible {
    let description: String

    init(_ found: LogSequenceNumber, after last: LogSequenceNumber) {
      description = "\(found) comes after \(last)"
    }
  }
}

extension StateSnapshot {
  /// Everything in it.
  func everything() throws -> [String: SourceState] {
    try Dictionary(uniqueKeysWithValues: sources().map { ($0, try read($0)) })
  }
}
