/// State as types of yours.
extension StateStorage {
  /// The object at one address as a type of yours, or nil when it is absent or empty.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape.
  public func read<T: Decodable>(
    _ address: StateAddress, as type: T.Type
  ) async throws(StateError) -> T? {
    try await read(address).decodeUnlessEmpty(type, at: address)
  }

  /// Replaces the object at one address by a value of a type of yours.
  ///
  /// The label keeps literals apart: `["last_id": 42]` without it is always a ``StateObject``.
  ///
  /// The value's `encode(to:)` may be called twice, the first time not to its end: it must have no effects
  /// of its own, such as taking what it writes from a queue.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func update(
    _ address: StateAddress, encoding value: some Encodable
  ) async throws(StateError) {
    try await update(address, to: StateObject(encoding: value))
  }
}
