/// State as types of yours, by keys, in synchronous code.
extension JournalStateStorage {
  /// The value of a key, or nil when it is absent.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape;
  ///   ``StateError/Reason/newerVersion(found:known:)``.
  public func get<Value>(_ key: StateKey<Value>) throws(StateError) -> Value? {
    try key.value(of: read(key.address))
  }

  /// Replaces the value of a key, unless a newer program has stored it.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what it is from now on.
  ///   - replacingNewer: whether it replaces even a value whose shape is newer than the key's.
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held;
  ///   ``StateError/Reason/newerVersion(found:known:)``, and nothing has changed then.
  /// - Complexity: a look-up and O(the object), whatever the size of the state.
  public func set<Value>(
    _ key: StateKey<Value>, to value: Value, replacingNewer: Bool = false
  ) throws(StateError) {
    try transaction { try $0.set(key, to: value, replacingNewer: replacingNewer) }
  }

  /// Removes the value of a key; removing what is absent is no error.
  public func remove<Value>(_ key: StateKey<Value>) throws(StateError) { try remove(key.address) }

  /// Changes the value of a key as one step: what `change` leaves in its argument is written.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what `change` is given when the value is absent.
  ///   - change: changes its argument; when it throws, nothing is written.
  /// - Throws: ``StateError/Reason/rejected`` when `change` throws, and
  ///   ``StateError/Reason/newerVersion(found:known:)``; nothing is written then.
  public func update<Value, Result>(
    _ key: StateKey<Value>, default value: Value, _ change: (inout Value) throws -> Result
  ) throws(StateError) -> Result {
    try transaction { try $0.update(key, default: value, change) }
  }

  /// The value of a key with its version, for a later compare-and-set.
  public func getVersioned<Value>(
    _ key: StateKey<Value>
  ) throws(StateError) -> VersionedValue<Value> {
    try key.value(of: readVersioned(key.address))
  }

  /// Replaces the value of a key if it still has the expected version, and returns the new version;
  /// with ``StateVersion/absent`` it is only created.
  ///
  /// - Throws: ``StateError/Reason/versionConflict(expected:actual:)`` when it has another version;
  ///   nothing has changed then. ``StateError/Reason/newerVersion(found:known:)`` when that version is
  ///   of a newer shape than the key's.
  @discardableResult
  public func set<Value>(
    _ key: StateKey<Value>, to value: Value, ifVersion expected: StateVersion
  ) throws(StateError) -> StateVersion {
    try key.refuseNewer(readVersioned(key.address), ifVersion: expected)
    return try update(key.address, to: key.object(of: value), ifVersion: expected)
  }

  /// The value of a key with its version, and then each time that it is changed or removed.
  ///
  /// - Complexity: a look-up when something has been committed, whatever it was.
  public func values<Value>(of key: StateKey<Value>) -> StateValues<VersionedValue<Value>> {
    StateValues(storage: self) { [self] (mark) throws(StateError) in
      guard let found = try newest(of: key.address, unless: &mark) else { return nil }
      return try key.value(of: found)
    }
  }
}

/// The asynchronous forms. They are said here once more, so that no rule of overloading chooses a
/// synchronous one in asynchronous code, where it would block a thread of the shared pool.
extension JournalStateStorage {
  /// The value of a key, or nil when it is absent; see the synchronous form.
  public func get<Value>(_ key: StateKey<Value>) async throws(StateError) -> Value? {
    try key.value(of: await read(key.address))
  }

  /// Replaces the value of a key, unless a newer program has stored it; see the synchronous form.
  public func set<Value>(
    _ key: StateKey<Value>, to value: Value, replacingNewer: Bool = false
  ) async throws(StateError) {
    try await transaction { try $0.set(key, to: value, replacingNewer: replacingNewer) }
  }

  /// Removes the value of a key; removing what is absent is no error.
  public func remove<Value>(_ key: StateKey<Value>) async throws(StateError) {
    try await remove(key.address)
  }

  /// Changes the value of a key as one step; see the synchronous form.
  public func update<Value, Result: Sendable>(
    _ key: StateKey<Value>, default value: Value,
    _ change: @Sendable (inout Value) throws -> Result
  ) async throws(StateError) -> Result {
    try await transaction { try $0.update(key, default: value, change) }
  }

  /// The value of a key with its version; see the synchronous form.
  public func getVersioned<Value>(
    _ key: StateKey<Value>
  ) async throws(StateError) -> VersionedValue<Value> {
    try key.value(of: await readVersioned(key.address))
  }

  /// Replaces the value of a key if it still has the expected version; see the synchronous form.
  @discardableResult
  public func set<Value>(
    _ key: StateKey<Value>, to value: Value, ifVersion expected: StateVersion
  ) async throws(StateError) -> StateVersion {
    try key.refuseNewer(await readVersioned(key.address), ifVersion: expected)
    return try await update(key.address, to: key.object(of: value), ifVersion: expected)
  }
}
