public import StateJournal

/// Where data goes.
///
/// Data may be handed to a sink, become durable there, and the process may die before the state is
/// committed. What a sink does about that decides how often a row arrives:
///
/// - **Exactly once**: the sink returns, with every group, a *position* for each stream (for a
///   file, its length). It is committed in the same transaction as the stream's state and comes
///   back in ``resume(_:at:)``, where the sink drops whatever lies behind it. A destination that has
///   transactions, and cannot go back, keeps the stream's state itself beside the data, and tells it in
///   ``committedState(of:)``.
/// - **At least once**: the sink returns no positions. After a crash, the rows of the last group
///   may arrive a second time. A sink that replaces rows by key may not mind.
public protocol IngestionSink<Data>: Sendable {
  /// What a payload carries.
  associatedtype Data: PayloadData

  /// Prepares for a stream before any of its data is written, and brings its destination back to
  /// `position`, which is `nil` when none has been committed.
  ///
  /// A returned position is committed before the stream's first data is written. A sink uses that
  /// to claim a destination: what it finds there after a crash is then known to be its own.
  func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject?

  /// The state behind the data of a stream that is at the destination, where the sink keeps it there
  /// itself, in one transaction with the data; `nil` otherwise, and when there is none yet.
  ///
  /// Asked for behind ``resume(_:at:)``. The stream goes on from there, whatever the state storage says,
  /// and the state storage follows before anything is read: what is at the destination is the truth.
  func committedState(of stream: StateAddress) async throws(DataSourceError) -> StateObject?

  /// Writes a group, and returns when it is durable: it must survive power loss from here on,
  /// because the state that skips it is committed next. Payloads of one stream come in order.
  ///
  /// Returns the positions behind the group, of streams in it. After an error nothing more is
  /// written in this run.
  func write(
    _ group: PayloadGroup<Data>
  ) async throws(DataSourceError) -> [StateAddress: StateObject]

  /// Lets go of what the sink holds. Called once, at the end of every run.
  func close() async
}

extension IngestionSink {
  public func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject? { position }

  public func committedState(
    of stream: StateAddress
  ) async throws(DataSourceError) -> StateObject? { nil }

  public func close() async {}
}

/// Payloads that become durable together and whose states are committed together.
public struct PayloadGroup<Data: PayloadData>: Sendable {
  /// A payload and the stream that it belongs to.
  public struct Entry: Sendable {
    /// The stream.
    public var stream: StateAddress
    /// Its payload.
    public var payload: DataSourcePayload<Data>
  }

  /// The payloads, those of each stream in order.
  public private(set) var entries: [Entry] = []
  /// The bytes of all their data.
  public private(set) var byteCount = 0

  /// An empty group.
  public init() {}

  /// Adds a payload behind the others.
  public mutating func append(_ payload: DataSourcePayload<Data>, of stream: StateAddress) {
    entries.append(Entry(stream: stream, payload: payload))
    byteCount += payload.data.byteCount
  }
}
