/// State as types of yours, in synchronous code. A value is encoded before it is committed, straight to
/// what is stored, unless a rule has to look into it.
extension JournalStateStorage {
  /// The object at one address as a type of yours, or nil when it is absent or empty.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape.
  public func read<T: Decodable>(
    _ address: StateAddress, as type: T.Type
  ) throws(StateError) -> T? {
    try read(address).decodeUnlessEmpty(type, at: address)
  }

  /// Replaces the object at one address by a value of a type of yours.
  ///
  /// The value's `encode(to:)` may be called twice, the first time not to its end: it must have no effects
  /// of its own, such as taking what it writes from a queue, and pass on what its containers throw.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func update(_ address: StateAddress, encoding value: some Encodable) throws(StateError) {
    guard let object = encodedObject(of: value) else {
      try update(address, to: StateObject(encoding: value))
      return
    }
    try address.validate()
    try commit(nil) { record in object.appendPut(at: address, to: &record) }
  }

  /// The encoding of a value; nil when its object has to be made, also for a rule to look into.
  private func encodedObject(of value: some Encodable) -> EncodedObject? {
    guard rules.isEmpty else { return nil }
    return EncodedObject.encoding(value, isHeldLong: journal.options.durability.isSynced)
  }
}

/// The asynchronous form. It is said here once more, so that it is not the one of every storage, which
/// makes an object first.
extension JournalStateStorage {
  /// Replaces the object at one address by a value of a type of yours; see the synchronous form.
  public func update(
    _ address: StateAddress, encoding value: some Encodable
  ) async throws(StateError) {
    guard let object = encodedObject(of: value) else {
      try await update(address, to: StateObject(encoding: value))
      return
    }
    try address.validate()
    try await commit(nil) { record in object.appendPut(at: address, to: &record) }
  }
}

extension JournalDataSourceState {
  /// The state of a stream as a type of yours, or nil when it has none.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape.
  public func readStream<T: Decodable>(
    _ name: String, as type: T.Type
  ) throws(StateError) -> T? {
    try storage.read(.stream(name, of: source), as: type)
  }

  /// Replaces the state of a stream by a value of a type of yours.
  ///
  /// The value's `encode(to:)` may be called twice, the first time not to its end: it must have no effects
  /// of its own, such as taking what it writes from a queue, and pass on what its containers throw.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func updateStream(_ name: String, encoding value: some Encodable) throws(StateError) {
    try storage.update(.stream(name, of: source), encoding: value)
  }

  /// The other state under a key as a type of yours, or nil when it has none.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape.
  public func readOthers<T: Decodable>(
    _ key: String, as type: T.Type
  ) throws(StateError) -> T? {
    try storage.read(.others(key, of: source), as: type)
  }

  /// Replaces the other state under a key by a value of a type of yours.
  ///
  /// The value's `encode(to:)` may be called twice, the first time not to its end: it must have no effects
  /// of its own, such as taking what it writes from a queue, and pass on what its containers throw.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func updateOthers(_ key: String, encoding value: some Encodable) throws(StateError) {
    try storage.update(.others(key, of: source), encoding: value)
  }
}

/// The asynchronous forms.
extension JournalDataSourceState {
  /// Replaces the state of a stream by a value of a type of yours; see the synchronous form.
  public func updateStream(
    _ name: String, encoding value: some Encodable
  ) async throws(StateError) {
    try await storage.update(.stream(name, of: source), encoding: value)
  }

  /// Replaces the other state under a key by a value of a type of yours; see the synchronous form.
  public func updateOthers(
    _ key: String, encoding value: some Encodable
  ) async throws(StateError) {
    try await storage.update(.others(key, of: source), encoding: value)
  }
}
