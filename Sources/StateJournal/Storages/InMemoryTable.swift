/// The objects of an ``InMemoryStateStorage``, each with the version of its last change.
struct InMemoryTable {
  private var sources: [ExactName: [StateAddress: VersionedState]] = [:]
  /// One more for every batch, so that a version never comes twice, not even after a removal.
  private var lastVersion = StateVersion.absent

  /// The names of all sources that have state, in the order of ``StateMap``.
  var sourceNames: [String] {
    sources.keys.map(\.text).sorted { String.encodedOrder($0, $1) < 0 }
  }

  func versioned(_ address: StateAddress) -> VersionedState? {
    sources[ExactName(address.source)]?[address]
  }

  func source(_ name: String) -> SourceState {
    var members: [StateAddress.Scope: [(String, StateObject)]] = [:]
    for (address, state) in sources[ExactName(name)] ?? [:] {
      members[address.scope, default: []].append((address.name, state.object))
    }
    return SourceState(
      streams: StateMap(members[.stream] ?? []), others: StateMap(members[.others] ?? []))
  }

  /// Makes the changes, which have been checked, under one new version.
  mutating func apply(_ changes: [StateChange]) -> StateVersion {
    let version = StateVersion(number: lastVersion.number + 1)
    lastVersion = version
    for change in changes {
      let source = ExactName(change.source)
      switch change {
      case .update(let address, let object):
        sources[source, default: [:]][address] = VersionedState(object: object, version: version)
      case .remove(let address):
        sources[source]?[address] = nil
        if sources[source]?.isEmpty == true { sources[source] = nil }
      case .removeSource: sources[source] = nil
      }
    }
    return version
  }

  /// Replaces a source's state; what is equal keeps its version.
  mutating func write(_ state: SourceState, to source: String) {
    _ = apply(state.changes(from: self.source(source), of: source))
  }

  func expect(_ expected: StateVersion, at address: StateAddress) throws(StateError) {
    let actual = versioned(address)?.version ?? .absent
    if actual != expected {
      throw StateError(conflictAt: address, expected: expected, actual: actual)
    }
  }
}

extension InMemoryTable: StateTransactionBase {
  func state(of source: String) -> SourceState { self.source(source) }
}
