/// The state of a data source in a journal. It holds nothing itself, so any number of them may stand
/// for the same source.
///
/// Every call comes in two forms, chosen by context, as in ``JournalStateStorage``.
public struct JournalDataSourceState: Sendable {
  public let source: String
  /// Where the state is kept.
  public let storage: JournalStateStorage

  /// The state of `source` in `storage`; the name is checked when it is used.
  public init(of source: String, in storage: JournalStateStorage) {
    self.source = source
    self.storage = storage
  }
}

/// The synchronous forms.
extension JournalDataSourceState {
  /// The state of a stream; empty when it has none.
  public func readStream(_ name: String) throws(StateError) -> StateObject {
    try storage.read(.stream(name, of: source))
  }

  /// Replaces the state of a stream.
  public func updateStream(_ name: String, _ object: StateObject) throws(StateError) {
    try storage.update(.stream(name, of: source), to: object)
  }

  /// The other state under a key; empty when it has none.
  public func readOthers(_ key: String) throws(StateError) -> StateObject {
    try storage.read(.others(key, of: source))
  }

  /// Replaces the other state under a key.
  public func updateOthers(_ key: String, _ object: StateObject) throws(StateError) {
    try storage.update(.others(key, of: source), to: object)
  }

  /// Removes the state of a stream; removing what is absent is no error.
  public func removeStream(_ name: String) throws(StateError) {
    try storage.remove(.stream(name, of: source))
  }

  /// Removes the other state under a key; removing what is absent is no error.
  public func removeOthers(_ key: String) throws(StateError) {
    try storage.remove(.others(key, of: source))
  }

  /// The names of the streams that have state, in the order of ``StateMap``.
  public func streamNames() throws(StateError) -> [String] {
    try storage.names(of: source, .stream)
  }

  /// The keys of the other state, in the order of ``StateMap``.
  public func otherKeys() throws(StateError) -> [String] {
    try storage.names(of: source, .others)
  }

  /// The whole state of the source; empty when it has none.
  public func read() throws(StateError) -> SourceState { try storage.read(source) }

  /// Replaces the whole state of the source.
  public func write(_ state: SourceState) throws(StateError) {
    try storage.write(state, to: source)
  }

  /// Changes the whole state of the source as one step.
  public func update<Result>(
    _ change: (inout SourceState) throws -> Result
  ) throws(StateError) -> Result {
    try storage.update(source, change)
  }
}

/// The asynchronous forms.
extension JournalDataSourceState: DataSourceState {
  public func readStream(_ name: String) async throws(StateError) -> StateObject {
    try await storage.read(.stream(name, of: source))
  }

  public func updateStream(_ name: String, _ object: StateObject) async throws(StateError) {
    try await storage.update(.stream(name, of: source), to: object)
  }

  public func readOthers(_ key: String) async throws(StateError) -> StateObject {
    try await storage.read(.others(key, of: source))
  }

  public func updateOthers(_ key: String, _ object: StateObject) async throws(StateError) {
    try await storage.update(.others(key, of: source), to: object)
  }

  public func removeStream(_ name: String) async throws(StateError) {
    try await storage.remove(.stream(name, of: source))
  }

  public func removeOthers(_ key: String) async throws(StateError) {
    try await storage.remove(.others(key, of: source))
  }

  public func streamNames() async throws(StateError) -> [String] {
    try await storage.names(of: source, .stream)
  }

  public func otherKeys() async throws(StateError) -> [String] {
    try await storage.names(of: source, .others)
  }

  public func read() async throws(StateError) -> SourceState { try await storage.read(source) }

  public func write(_ state: SourceState) async throws(StateError) {
    try await storage.write(state, to: source)
  }

  public func update<Result: Sendable>(
    _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try await storage.update(source, change)
  }
}
