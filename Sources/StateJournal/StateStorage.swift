/// Where data-source state is kept.
///
/// A storage must offer ``read(_:)-(String)`` and ``write(_:to:)``; everything else has default
/// implementations on top of these two, which are correct for one caller at a time: two concurrent
/// callers can both read, and the second write then undoes the first. Storages that can do better
/// override them: an override of ``apply(_:)`` and of ``update(_:_:)`` must be atomic, and safe for
/// any number of concurrent callers. All storages in this package override them.
///
/// A missing source, stream or key reads as empty. Values are copied in and out, never aliased.
/// Names and values are checked before anything changes (``StateAddress/validate()``,
/// ``StateValue/validate()``). When a changing call returns, the change is as durable as the
/// storage promises.
///
/// What only some storages can do is a role of its own: ``ListingStateStorage``,
/// ``VersionedStateStorage``, ``TransactionalStateStorage``.
public protocol StateStorage: Sendable {
  /// The whole state of a source; empty when it has none.
  func read(_ source: String) async throws(StateError) -> SourceState

  /// Replaces the whole state of a source; an empty one removes the source.
  func write(_ state: SourceState, to source: String) async throws(StateError)

  /// The object at one address; empty when absent.
  func read(_ address: StateAddress) async throws(StateError) -> StateObject

  /// Replaces the whole object at one address; members that `object` lacks are gone.
  func update(_ address: StateAddress, to object: StateObject) async throws(StateError)

  /// Removes the object at one address; removing what is absent is no error.
  func remove(_ address: StateAddress) async throws(StateError)

  /// Applies all changes, in order, or none of them.
  ///
  /// The default implementation writes one source after the other, so a failure between two of
  /// them leaves the first written.
  func apply(_ changes: [StateChange]) async throws(StateError)

  /// Changes the state of a source as one step: what `change` leaves in its argument is written.
  ///
  /// When `change` throws, nothing is written, and the error has ``StateError/Reason/rejected`` as
  /// its reason and the closure's own error as its cause. `change` must not call the storage.
  func update<Result: Sendable>(
    _ source: String, _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result

  /// The names of a source's streams, or of its other keys, in the order of ``StateMap``.
  func names(
    of source: String, _ scope: StateAddress.Scope
  ) async throws(StateError) -> [String]
}

extension StateStorage {
  public func read(_ address: StateAddress) async throws(StateError) -> StateObject {
    try address.validate()
    return try await read(address.source)[address.scope, address.name] ?? [:]
  }

  public func update(_ address: StateAddress, to object: StateObject) async throws(StateError) {
    try await apply([.update(address, object)])
  }

  public func remove(_ address: StateAddress) async throws(StateError) {
    try await apply([.remove(address)])
  }

  public func apply(_ changes: [StateChange]) async throws(StateError) {
    for change in changes { try change.validate() }
    let bySource = changes.enumerated().sorted { one, other in
      let order = String.encodedOrder(one.element.source, other.element.source)
      return order == 0 ? one.offset < other.offset : order < 0
    }
    // Everything is read before anything is written, so that a failing read changes nothing.
    var states: [(source: String, state: SourceState)] = []
    for (_, change) in bySource {
      if states.last?.source.hasSameBytes(as: change.source) != true {
        states.append((change.source, try await read(change.source)))
      }
      states[states.count - 1].state.apply(change)
    }
    for (source, state) in states { try await write(state, to: source) }
  }

  public func update<Result: Sendable>(
    _ source: String, _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try StateAddress.validate(source: source)
    var state = try await read(source)
    let result: Result
    do { result = try change(&state) } catch { throw StateError(rejectedBy: error) }
    try state.validate(as: source)
    try await write(state, to: source)
    return result
  }

  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) async throws(StateError) -> [String] {
    let state = try await read(source)
    return switch scope {
    case .stream: state.streams.names
    case .others: state.others.names
    }
  }
}
