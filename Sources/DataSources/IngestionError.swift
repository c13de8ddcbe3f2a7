import StateJournal

/// Why a run failed, or why a stream of it was stopped.
public struct IngestionError: Error, Sendable, CustomStringConvertible {
  /// What happened, for code that decides.
  public enum Reason: Sendable, Equatable {
    /// Two sources of the run have the same identifier. Nothing has been touched.
    case duplicateSource
    /// A source has two streams of the same name.
    case duplicateStream
    /// A source could not be connected to, or its streams not be listed.
    case connection
    /// A stream could not be read.
    case stream
    /// The sink could not resume, or could not make a group durable.
    case sink
    /// The state could not be read or committed.
    case state
  }

  /// What happened.
  public var reason: Reason
  /// The source concerned, where it is one.
  public var source: String?
  /// The stream concerned, where it is one.
  public var stream: String?
  /// One sentence for a person: what happened, where, and what to do next.
  public var message: String
  /// The error behind it, where there is one.
  public var underlying: (any Error)?

  init(
    _ reason: Reason, source: String? = nil, stream: String? = nil, _ message: String,
    underlying: (any Error)? = nil
  ) {
    self.reason = reason
    self.source = source
    self.stream = stream
    self.message = message
    self.underlying = underlying
  }

  init(_ reason: Reason, of stream: StateAddress, _ error: DataSourceError) {
    self.init(
      reason, source: stream.source, stream: stream.name, error.message, underlying: error)
  }

  init(_ error: StateError) {
    self.init(
      .state, source: error.address?.source, stream: error.address?.name, error.message,
      underlying: error)
  }

  public var description: String { message }
}
