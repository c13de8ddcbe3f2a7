/// Where data-source state is kept.
///
/// A storage must offer ``read(_:)`` and ``write(_:to:)``; everything else has default
/// implementations on top of these two, which are correct for one caller at a time. Storages that
/// can do better override them: an override of ``apply(_:)`` must be atomic, and safe for any
/// number of concurrent callers. All storages in this package override them.
///
/// A missing source, stream or key reads as empty. Values are copied in and out, never aliased.
/// When a changing call returns, the change is as durable as the storage promises.
public protocol StateStorage: Sendable {
  /// The whole state of a source; empty when it has none.
  func read(_ source: String) async throws(StateError) -> SourceState

  /// Replaces the whole state of a source.
  func write(_ state: SourceState, to source: String) async throws(StateError)

  /// The object at one address; empty when absent.
  func read(_ address: StateAddress) async throws(StateError) -> StateObject

  /// Replaces the whole object at one address.
  func update(_ address: StateAddress, to object: StateObject) async throws(StateError)

  /// Removes the object at one address; removing what is absent is no error.
  func remove(_ address: StateAddress) async throws(StateError)

  /// Applies all changes, in order, or none of them.
  func apply(_ changes: [StateChange]) async throws(StateError)
}

extension StateStorage {
  public func read(_ address: StateAddress) async throws(StateError) -> StateObject {
    try await read(address.source)[address.scope, address.name] ?? [:]
  }

  public func update(_ address: StateAddress, to object: StateObject) async throws(StateError) {
    try await apply([.update(address, object)])
  }

  public func remove(_ address: StateAddress) async throws(StateError) {
    try await apply([.remove(address)])
  }
}
