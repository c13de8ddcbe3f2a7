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

  /// How many addresses are worth an opening of the store each; more of them share a few.
  private static let separateAddressCount = 8

  /// Whether there is any state at each of these addresses.
  func arePresent(_ selections: [StateSelection]) throws(StateError) -> [Bool] {
    var arePresent = [Bool](repeating: false, count: selections.count)
    guard case .planning = self, selections.count > Self.separateAddressCount else {
      for (index, selection) in selections.enumerated() {
        switch selection {
        case .object(let address): arePresent[index] = try versioned(address).version != .absent
        case .source(let source): arePresent[index] = try !state(of: source).isEmpty
        }
      }
      return arePresent
    }
    let places = Dictionary(grouping: selections.indices) { Array(selections[$0].source.utf8) }
    let sources = places.values.compactMap { $0.first.map { selections[$0].source } }
    try forEachState(of: sources) { source, state in
      for index in places[Array(source.utf8)] ?? [] {
        switch selections[index] {
        case .object(let address): arePresent[index] = state[address.scope, address.name] != nil
        case .source: arePresent[index] = !state.isEmpty
        }
      }
    }
    return arePresent
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
