public import StateJournal

/// Several sinks as one: the streams of each source go to the sink of that source.
///
/// Each sink keeps its own promise; a sink that returns positions is exactly-once here as well. The
/// parts of a group are written one after the other, and the states are committed when all are durable.
public struct RoutingSink<Data: PayloadData>: IngestionSink {
  private let sinks: [any IngestionSink<Data>]
  /// By the bytes of the identifiers, which is what tells sources apart.
  private let routes: [[UInt8]: Int]

  /// A sink made of some others, each with the identifiers of the sources that it is for.
  public init(_ routes: [(sink: any IngestionSink<Data>, sources: [String])]) {
    sinks = routes.map(\.sink)
    self.routes = Dictionary(
      routes.enumerated().flatMap { index, route in route.sources.map { (Array($0.utf8), index) } },
      uniquingKeysWith: { first, _ in first })
  }

  public func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject? {
    try await sinks[index(of: stream)].resume(stream, at: position)
  }

  public func committedState(
    of stream: StateAddress
  ) async throws(DataSourceError) -> StateObject? {
    try await sinks[index(of: stream)].committedState(of: stream)
  }

  public func write(
    _ group: PayloadGroup<Data>
  ) async throws(DataSourceError) -> [StateAddress: StateObject] {
    var parts = sinks.map { _ in PayloadGroup<Data>() }
    for entry in group.entries {
      parts[try index(of: entry.stream)].append(entry.payload, of: entry.stream)
    }
    var positions: [StateAddress: StateObject] = [:]
    for (sink, part) in zip(sinks, parts) where !part.entries.isEmpty {
      positions.merge(try await sink.write(part)) { $1 }
    }
    return positions
  }

  public func close() async {
    for sink in sinks { await sink.close() }
  }

  private func index(of stream: StateAddress) throws(DataSourceError) -> Int {
    if let index = routes[Array(stream.source.utf8)] { return index }
    throw DataSourceError("no sink takes the source \"\(stream.source)\"; name one")
  }
}
