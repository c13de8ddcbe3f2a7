/// Hands out the state of data sources by name, all in one storage.
public struct DataSourceStateFactory: Sendable {
  /// Where the states are kept.
  public let storage: any StateStorage

  /// A factory of states in `storage`.
  public init(storage: any StateStorage) { self.storage = storage }

  /// The state of a source, which need not have any yet.
  public func state(of source: String) -> StoredDataSourceState {
    StoredDataSourceState(of: source, in: storage)
  }
}
