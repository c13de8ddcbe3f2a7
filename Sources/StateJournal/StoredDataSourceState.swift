/// The state of a data source in a storage. It holds nothing itself, so any number of them may
/// stand for the same source.
public struct StoredDataSourceState: DataSourceState {
  public let source: String
  /// Where the state is kept.
  public let storage: any StateStorage

  /// The state of `source` in `storage`; the name is checked when it is used.
  public init(of source: String, in storage: any StateStorage) {
    self.source = source
    self.storage = storage
  }

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

  public func read() async throws(StateError) -> SourceState {
    try await storage.read(source)
  }

  public func write(_ state: SourceState) async throws(StateError) {
    try await storage.write(state, to: source)
  }

  public func update<Result: Sendable>(
    _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try await storage.update(source, change)
  }
}
