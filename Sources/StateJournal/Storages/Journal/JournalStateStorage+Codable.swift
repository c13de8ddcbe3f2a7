/// State as types of yours, in synchronous code.
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
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func update(_ address: StateAddress, encoding value: some Encodable) throws(StateError) {
    try update(address, to: StateObject(encoding: value))
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
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func updateOthers(_ key: String, encoding value: some Encodable) throws(StateError) {
    try storage.update(.others(key, of: source), encoding: value)
  }
}
