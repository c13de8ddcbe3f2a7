/// What a transaction reads where it has not itself made a change.
package protocol StateTransactionBase {
  /// The object at an address with its version, or nil when absent.
  func versioned(_ address: StateAddress) throws(StateError) -> VersionedState?
  /// The whole state of a source.
  func state(of source: String) throws(StateError) -> SourceState
}

/// Reads and changes that take effect together.
///
/// Reads see the transaction's own changes. Nothing reaches the storage before the closure that was
/// given the transaction returns.
public struct StateTransaction: ~Copyable {
  private let base: any StateTransactionBase
  /// The sources of which nothing in the base shows through.
  private var clearedSources: StateMap<Bool> = [:]
  /// What was done to single objects; nil stands for a removal.
  private var objects: [StateAddress: StateObject?] = [:]

  package init(base: any StateTransactionBase) { self.base = base }

  /// The object at one address; empty when absent.
  public func read(_ address: StateAddress) throws(StateError) -> StateObject {
    try address.validate()
    if let changed = objects[address] { return changed ?? [:] }
    if clearedSources[address.source] != nil { return [:] }
    return try base.versioned(address)?.object ?? [:]
  }

  /// Gives the transaction up unless the object at an address had the expected version when the
  /// transaction began; what the transaction itself has changed does not count.
  ///
  /// - Throws: ``StateError/Reason/versionConflict(expected:actual:)``.
  public func expect(_ expected: StateVersion, at address: StateAddress) throws(StateError) {
    try address.validate()
    let actual = try base.versioned(address)?.version ?? .absent
    if actual != expected {
      throw StateError(conflictAt: address, expected: expected, actual: actual)
    }
  }

  /// The whole state of a source; empty when it has none.
  public func read(_ source: String) throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    let isCleared = clearedSources[source] != nil
    var state = isCleared ? SourceState() : try base.state(of: source)
    for (address, object) in objects where address.source.hasSameBytes(as: source) {
      state[address.scope, address.name] = object
    }
    return state
  }

  /// Replaces the whole object at one address.
  public mutating func update(
    _ address: StateAddress, to object: StateObject
  ) throws(StateError) {
    try record(.update(address, object))
  }

  /// Removes the object at one address; removing what is absent is no error.
  public mutating func remove(_ address: StateAddress) throws(StateError) {
    try record(.remove(address))
  }

  /// Removes everything that a source has.
  public mutating func removeSource(_ source: String) throws(StateError) {
    try record(.removeSource(source))
  }

  /// Replaces the whole state of a source.
  public mutating func write(_ state: SourceState, to source: String) throws(StateError) {
    try state.validate(as: source)
    for change in state.changes(from: try read(source), of: source) { try record(change) }
  }

  private mutating func record(_ change: StateChange) throws(StateError) {
    try change.validate()
    switch change {
    case .update(let address, let object): objects[address] = .some(object)
    case .remove(let address): objects[address] = .some(nil)
    case .removeSource(let source):
      clearedSources[source] = true
      for address in Array(objects.keys) where address.source.hasSameBytes(as: source) {
        objects[address] = nil
      }
    }
  }

  /// The changes to apply as one batch: cleared sources first, then at most one for each address,
  /// in an order of their own, because a dictionary's would differ from run to run and a seeded
  /// test could not be repeated.
  package var changes: [StateChange] {
    clearedSources.names.map(StateChange.removeSource)
      + objects.sorted { $0.key.stands(before: $1.key) }.map { address, object in
        object.map { .update(address, $0) } ?? .remove(address)
      }
  }
}

extension StateAddress {
  /// By source, then streams before others, then by name.
  fileprivate func stands(before other: StateAddress) -> Bool {
    let sources = String.encodedOrder(source, other.source)
    if sources != 0 { return sources < 0 }
    if scope != other.scope { return scope.rawValue < other.scope.rawValue }
    return String.encodedOrder(name, other.name) < 0
  }
}
