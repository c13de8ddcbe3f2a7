/// The one connection of a source, shared by its streams.
actor SourceConnection<Data: PayloadData> {
  nonisolated let source: any DataSource<Data>
  /// Grows with every reconnection, so that a stream can say which connection failed it.
  private(set) var generation = 0
  private var wasAttempted = false
  private var reconnection: Task<DataSourceError?, Never>?

  init(_ source: any DataSource<Data>) { self.source = source }

  func connect() async throws(DataSourceError) {
    wasAttempted = true
    try await source.connect()
  }

  /// Connects again, unless somebody has done so since `failedGeneration`.
  func reconnect(after failedGeneration: Int) async throws(DataSourceError) {
    guard failedGeneration == generation else { return }
    let attempt =
      reconnection
      ?? Task { [source] in
        await source.disconnect()
        do throws(DataSourceError) {
          try await source.connect()
          return nil
        } catch {
          return error
        }
      }
    reconnection = attempt
    let failure = await attempt.value
    // Of all who waited for this attempt, the first to come back settles it.
    if reconnection == attempt {
      reconnection = nil
      if failure == nil { generation += 1 }
    }
    if let failure { throw failure }
  }

  /// Disconnects if connecting was ever tried.
  func disconnect() async {
    guard wasAttempted else { return }
    wasAttempted = false
    await source.disconnect()
  }
}
