/// A storage that can say which sources it holds.
///
/// This is a role of its own and not part of ``StateStorage``, because it cannot be made from
/// reading and writing single sources: a storage behind a service may offer no listing at all, and
/// an answer that is silently empty would read as "there is no state".
public protocol ListingStateStorage: StateStorage {
  /// The names of all sources that have state, in the order of ``StateMap``.
  func sources() async throws(StateError) -> [String]
}

/// A storage that knows when an object changed, and can change it only if it has not.
///
/// It serves those who touch the same stream; changes of different streams never conflict.
public protocol VersionedStateStorage: StateStorage {
  /// The object at an address with its version; ``StateVersion/absent`` when it is not there.
  func readVersioned(_ address: StateAddress) async throws(StateError) -> VersionedState

  /// Replaces the object if it still has the expected version, and returns the new version.
  ///
  /// With ``StateVersion/absent`` the object is only created.
  ///
  /// - Throws: ``StateError/Reason/versionConflict(expected:actual:)`` when it has another version;
  ///   nothing has changed then.
  @discardableResult
  func update(
    _ address: StateAddress, to object: StateObject, ifVersion expected: StateVersion
  ) async throws(StateError) -> StateVersion

  /// Removes the object if it still has the expected version.
  ///
  /// - Throws: ``StateError/Reason/versionConflict(expected:actual:)`` when it has another version;
  ///   nothing has changed then.
  func remove(
    _ address: StateAddress, ifVersion expected: StateVersion
  ) async throws(StateError)
}

/// A storage whose changes can span streams and sources as one step.
public protocol TransactionalStateStorage: StateStorage {
  /// Reads and changes any state as one step: all of it happens, or nothing does, and nobody else's
  /// change comes between.
  ///
  /// When `body` throws, nothing is changed, and the error has ``StateError/Reason/rejected`` as
  /// its reason and the closure's own error as its cause; a ``StateError`` comes through as it is.
  /// `body` must not call the storage itself, only the transaction.
  func transaction<Result: Sendable>(
    _ body: @Sendable (inout StateTransaction) throws -> Result
  ) async throws(StateError) -> Result
}
