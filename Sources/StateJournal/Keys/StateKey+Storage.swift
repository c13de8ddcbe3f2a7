/// State as types of yours, by keys, in any storage.
extension StateStorage {
  /// The value of a key, or nil when it is absent.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape;
  ///   ``StateError/Reason/newerVersion(found:known:)``.
  public func get<Value>(_ key: StateKey<Value>) async throws(StateError) -> Value? {
    try key.value(of: await read(key.address))
  }

  /// Replaces the value of a key, unless a newer program has stored it.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what it is from now on.
  ///   - replacingNewer: whether it replaces even a value whose shape is newer than the key's.
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held;
  ///   ``StateError/Reason/newerVersion(found:known:)``, and nothing has changed then.
  /// - Complexity: O(the source's state), since looking and replacing as one step is all that every
  ///   storage offers for a whole source only; O(the object) with `replacingNewer`, and in storages
  ///   with transactions.
  public func set<Value>(
    _ key: StateKey<Value>, to value: Value, replacingNewer: Bool = false
  ) async throws(StateError) {
    if let storage = self as? any TransactionalStateStorage {
      try await storage.set(key, to: value, replacingNewer: replacingNewer)
      return
    }
    let object = try key.object(of: value)
    if replacingNewer {
      try await update(key.address, to: object)
      return
    }
    try key.address.validate()
    try await update(key.address.source) { state in
      let (scope, name) = (key.address.scope, key.address.name)
      if let stored = state[scope, name] { try key.refuseNewer(stored) }
      state[scope, name] = object
    }
  }

  /// Removes the value of a key; removing what is absent is no error.
  public func remove<Value>(_ key: StateKey<Value>) async throws(StateError) {
    try await remove(key.address)
  }

  /// Changes the value of a key as one step: what `change` leaves in its argument is written.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what `change` is given when the value is absent.
  ///   - change: changes its argument; when it throws, nothing is written.
  /// - Throws: ``StateError/Reason/rejected`` when `change` throws; nothing is written then.
  /// - Complexity: O(the source's state), since this is all that every storage offers; storages with
  ///   transactions do it in O(the object).
  public func update<Value, Result: Sendable>(
    _ key: StateKey<Value>, default value: Value,
    _ change: @Sendable (inout Value) throws -> Result
  ) async throws(StateError) -> Result {
    if let storage = self as? any TransactionalStateStorage {
      return try await storage.update(key, default: value, change)
    }
    try key.address.validate()
    return try await update(key.address.source) { state in
      let (scope, name) = (key.address.scope, key.address.name)
      var value = try key.value(of: state[scope, name] ?? [:]) ?? value
      let result = try change(&value)
      state[scope, name] = try key.object(of: value)
      return result
    }
  }
}

extension TransactionalStateStorage {
  /// Replaces the value of a key, unless a newer program has stored it.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what it is from now on.
  ///   - replacingNewer: whether it replaces even a value whose shape is newer than the key's.
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held;
  ///   ``StateError/Reason/newerVersion(found:known:)``, and nothing has changed then.
  public func set<Value>(
    _ key: StateKey<Value>, to value: Value, replacingNewer: Bool = false
  ) async throws(StateError) {
    try await transaction { try $0.set(key, to: value, replacingNewer: replacingNewer) }
  }

  /// Changes the value of a key as one step: what `change` leaves in its argument is written.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what `change` is given when the value is absent.
  ///   - change: changes its argument; when it throws, nothing is written.
  /// - Throws: ``StateError/Reason/rejected`` when `change` throws; nothing is written then.
  public func update<Value, Result: Sendable>(
    _ key: StateKey<Value>, default value: Value,
    _ change: @Sendable (inout Value) throws -> Result
  ) async throws(StateError) -> Result {
    try await transaction { try $0.update(key, default: value, change) }
  }
}

extension VersionedStateStorage {
  /// The value of a key with its version, for a later compare-and-set.
  public func getVersioned<Value>(
    _ key: StateKey<Value>
  ) async throws(StateError) -> VersionedValue<Value> {
    try key.value(of: await readVersioned(key.address))
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
  ) async throws(StateError) -> StateVersion {
    try key.refuseNewer(await readVersioned(key.address), ifVersion: expected)
    return try await update(key.address, to: key.object(of: value), ifVersion: expected)
  }
}

extension StateTransaction {
  /// The value of a key, or nil when it is absent.
  public func get<Value>(_ key: StateKey<Value>) throws(StateError) -> Value? {
    try key.value(of: read(key.address))
  }

  /// Replaces the value of a key, unless a newer program has stored it.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what it is from now on.
  ///   - replacingNewer: whether it replaces even a value whose shape is newer than the key's.
  public mutating func set<Value>(
    _ key: StateKey<Value>, to value: Value, replacingNewer: Bool = false
  ) throws(StateError) {
    if !replacingNewer { try key.refuseNewer(read(key.address)) }
    try update(key.address, to: key.object(of: value))
  }

  /// Removes the value of a key; removing what is absent is no error.
  public mutating func remove<Value>(_ key: StateKey<Value>) throws(StateError) {
    try remove(key.address)
  }

  /// Changes the value of a key; when `change` throws, it stays as it is.
  ///
  /// - Parameters:
  ///   - key: where the value lives, and its type.
  ///   - value: what `change` is given when the value is absent.
  ///   - change: changes its argument; when it throws, nothing is written.
  public mutating func update<Value, Result>(
    _ key: StateKey<Value>, default value: Value, _ change: (inout Value) throws -> Result
  ) throws -> Result {
    var value = try get(key) ?? value
    let result = try change(&value)
    try update(key.address, to: key.object(of: value))
    return result
  }
}

extension StateSnapshot {
  /// The value of a key, or nil when it is absent.
  public func get<Value>(_ key: StateKey<Value>) throws(StateError) -> Value? {
    try key.value(of: read(key.address))
  }
}
