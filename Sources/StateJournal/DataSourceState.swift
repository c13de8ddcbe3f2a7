/// The state of one data source, as the job that reads it sees it: the position of each stream, and
/// whatever else the source remembers.
///
/// What is missing reads as an empty object. An update replaces the whole object of that stream or
/// key and touches no other; streams may be updated concurrently.
public protocol DataSourceState: Sendable {
  /// The name of the data source.
  var source: String { get }

  /// The state of a stream; empty when it has none.
  func readStream(_ name: String) async throws(StateError) -> StateObject
  /// Replaces the state of a stream.
  func updateStream(_ name: String, _ object: StateObject) async throws(StateError)
  /// The other state under a key; empty when it has none.
  func readOthers(_ key: String) async throws(StateError) -> StateObject
  /// Replaces the other state under a key.
  func updateOthers(_ key: String, _ object: StateObject) async throws(StateError)

  /// Removes the state of a stream; removing what is absent is no error.
  func removeStream(_ name: String) async throws(StateError)
  /// Removes the other state under a key; removing what is absent is no error.
  func removeOthers(_ key: String) async throws(StateError)
  /// The names of the streams that have state, in the order of ``StateMap``.
  func streamNames() async throws(StateError) -> [String]
  /// The keys of the other state, in the order of ``StateMap``.
  func otherKeys() async throws(StateError) -> [String]

  /// The whole state of the source; empty when it has none.
  func read() async throws(StateError) -> SourceState
  /// Replaces the whole state of the source.
  func write(_ state: SourceState) async throws(StateError)
  /// Changes the whole state of the source as one step.
  ///
  /// When `change` throws, nothing is written, and the error has ``StateError/Reason/rejected`` as
  /// its reason and the closure's own error as its cause.
  func update<Result: Sendable>(
    _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result
}

extension DataSourceState {
  /// The state of a stream as a type of yours, or nil when it has none.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape.
  public func readStream<T: Decodable>(
    _ name: String, as type: T.Type
  ) async throws(StateError) -> T? {
    try await readStream(name).decodeUnlessEmpty(type, at: .stream(name, of: source))
  }

  /// Replaces the state of a stream by a value of a type of yours.
  ///
  /// The value's `encode(to:)` may be called twice, the first time not to its end: it must have no effects
  /// of its own, such as taking what it writes from a queue.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func updateStream(_ name: String, encoding value: some Encodable) async throws(StateError)
  {
    try await updateStream(name, StateObject(encoding: value))
  }

  /// The other state under a key as a type of yours, or nil when it has none.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape.
  public func readOthers<T: Decodable>(
    _ key: String, as type: T.Type
  ) async throws(StateError) -> T? {
    try await readOthers(key).decodeUnlessEmpty(type, at: .others(key, of: source))
  }

  /// Replaces the other state under a key by a value of a type of yours.
  ///
  /// The value's `encode(to:)` may be called twice, the first time not to its end: it must have no effects
  /// of its own, such as taking what it writes from a queue.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func updateOthers(_ key: String, encoding value: some Encodable) async throws(StateError) {
    try await updateOthers(key, StateObject(encoding: value))
  }
}
