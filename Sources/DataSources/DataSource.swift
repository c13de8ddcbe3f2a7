public import StateJournal

/// Where data comes from: a database, an API, a directory of files. It has a name under which its
/// state is kept, and a number of streams.
///
/// A run calls ``connect()``, then ``streams()``, reads the streams concurrently, and calls
/// ``disconnect()`` exactly once at its end, also after a failure or cancellation, and also when
/// ``connect()`` itself failed.
public protocol DataSource<Data>: Sendable {
  /// What a payload carries.
  associatedtype Data: PayloadData

  /// The name under which the state is kept: the same in every run of the job, and unique among
  /// the sources of one run. Non-empty UTF-8 of at most 1,024 bytes.
  var identifier: String { get }

  /// Makes the source ready to be read. After a failure with a retrying policy it is called
  /// again, behind a ``disconnect()``.
  func connect() async throws(DataSourceError)

  /// The streams there are now, with unique names. They stay valid when the run reconnects.
  func streams() async throws(DataSourceError) -> [any DataSourceStream<Data>]

  /// Lets go of everything. Called when no stream is being read any more, except to reconnect:
  /// then other streams of this source may be in the middle of a read and may fail.
  func disconnect() async
}

/// One sequence of data within a source that keeps its own position: a table, a topic, a file.
public protocol DataSourceStream<Data>: Sendable {
  /// What a payload carries.
  associatedtype Data: PayloadData

  /// The name of the stream, unique within its source, the same in every run.
  var name: String { get }

  /// Bytes of input still to come after a state, where that is known cheaply: it becomes the total
  /// of the progress and the base of the estimated time.
  func remainingByteCount(after state: StateObject) async -> Int64?

  /// Starts reading behind `state`, which is the state of the last payload that became durable
  /// (or, after a retry, that was handed over), and empty the first time.
  func open(
    after state: StateObject
  ) async throws(DataSourceError) -> sending any DataSourceReader<Data>
}

extension DataSourceStream {
  public func remainingByteCount(after state: StateObject) async -> Int64? { nil }
}

/// One reading of a stream, from a state to its present end. Used by one task.
public protocol DataSourceReader<Data> {
  /// What a payload carries.
  associatedtype Data: PayloadData

  /// The next payload, or `nil` at the present end of the stream. Not called again after `nil` or
  /// an error.
  mutating func next() async throws(DataSourceError) -> DataSourcePayload<Data>?

  /// Lets go of what the reading holds. Called once, also after an error or cancellation.
  mutating func close() async
}

extension DataSourceReader {
  public mutating func close() async {}
}
