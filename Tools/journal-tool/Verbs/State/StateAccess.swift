import StateJournal

/// The state that a verb looks at: without a lock while it plans, and as the writer when it commits.
enum StateAccess {
  case planning(JournalInspector)
  case writing(JournalStateStorage)

  func versioned(_ address: StateAddress) throws(StateError) -> VersionedState {
    switch self {
    case .planning(let inspector): try inspector.readVersioned(address)
    case .writing(let storage): try storage.readVersioned(address)
    }
  }

  func state(of source: String) throws(StateError) -> SourceState {
    switch self {
    case .planning(let inspector): try inspector.state(of: source)
    case .writing(let storage): try storage.read(source)
    }
  }

  /// Calls `body` with the state of each of these sources, in any order.
  func forEachState(
    of sources: [String], _ body: (_ source: String, _ state: SourceState) -> Void
  ) throws(StateError) {
    switch self {
    case .planning(let inspector): try inspector.forEachState(of: sources, body)
    case .writing(let storage):
      for source in sources { body(source, try storage.read(source)) }
    }
  }
}
