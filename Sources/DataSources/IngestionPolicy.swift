public import StateJournal

/// How a run goes about its work: how much at once, how much per commit, and what errors mean.
public struct IngestionPolicy: Sendable {
  /// The most streams that are read at the same time; at least 1.
  public var maximumConcurrentStreams: Int {
    didSet { maximumConcurrentStreams = max(1, maximumConcurrentStreams) }
  }
  /// When a group is written and committed.
  public var grouping: GroupingPolicy
  /// What happens when connecting to a source, or listing its streams, fails.
  /// ``StreamErrorPolicy/Outcome/stopStream`` leaves out all its streams.
  public var connectionErrorPolicy: StreamErrorPolicy
  /// What happens when reading a stream fails. Errors of the sink and of the state storage always
  /// fail the run: nobody can say any more what would be safe to commit.
  public var streamErrorPolicy: @Sendable (StateAddress) -> StreamErrorPolicy

  /// A policy; unless told otherwise the first error fails the run.
  public init(
    maximumConcurrentStreams: Int = 4, grouping: GroupingPolicy = GroupingPolicy(),
    connectionErrorPolicy: StreamErrorPolicy = .failRun,
    streamErrorPolicy: @escaping @Sendable (StateAddress) -> StreamErrorPolicy = { _ in .failRun }
  ) {
    self.maximumConcurrentStreams = max(1, maximumConcurrentStreams)
    self.grouping = grouping
    self.connectionErrorPolicy = connectionErrorPolicy
    self.streamErrorPolicy = streamErrorPolicy
  }
}

/// When a group of payloads is written: as soon as one of the limits is reached.
///
/// A run holds at most two groups in memory (one being written, one being filled) and one payload
/// per stream in progress.
public struct GroupingPolicy: Sendable {
  /// The most payloads in a group; at least 1.
  public var maximumPayloadCount: Int {
    didSet { maximumPayloadCount = max(1, maximumPayloadCount) }
  }
  /// A group is complete once its data has this many bytes; at least 1.
  public var targetByteCount: Int {
    didSet { targetByteCount = max(1, targetByteCount) }
  }
  /// The longest that a payload waits for others to join it.
  public var maximumDelay: Duration

  /// A policy from its limits.
  public init(
    maximumPayloadCount: Int = 1024, targetByteCount: Int = 1 << 20,
    maximumDelay: Duration = .milliseconds(200)
  ) {
    self.maximumPayloadCount = max(1, maximumPayloadCount)
    self.targetByteCount = max(1, targetByteCount)
    self.maximumDelay = maximumDelay
  }
}

/// What happens when reading fails: first possibly some retries, then an outcome.
public struct StreamErrorPolicy: Sendable {
  /// What happens when retrying does not help, or is not wanted.
  public enum Outcome: Sendable {
    /// What was read is committed, then the run ends with the error.
    case failRun
    /// This stream ends; the others go on. The summary names the error.
    case stopStream
  }

  /// The retries before ``outcome``; `nil` for none. Only transient errors are retried.
  public var retry: RetryPolicy?
  /// What happens in the end.
  public var outcome: Outcome

  /// A policy from its parts.
  public init(retry: RetryPolicy? = nil, outcome: Outcome) {
    self.retry = retry
    self.outcome = outcome
  }

  /// The first error fails the run.
  public static let failRun = StreamErrorPolicy(outcome: .failRun)
  /// The first error ends the stream, and only it.
  public static let stopStream = StreamErrorPolicy(outcome: .stopStream)
  /// Transient errors are retried first.
  public static func retry(
    _ retry: RetryPolicy, otherwise outcome: Outcome = .failRun
  ) -> StreamErrorPolicy {
    StreamErrorPolicy(retry: retry, outcome: outcome)
  }
}

/// How often, how patiently, and over which connection a failed reading is tried again.
public struct RetryPolicy: Sendable {
  /// The most retries in a row; a payload that gets through starts the count anew.
  public var limit: Int
  /// The delay before the first retry.
  public var initialDelay: Duration
  /// What each further delay is multiplied by.
  public var multiplier: Double
  /// The longest delay.
  public var maximumDelay: Duration
  /// Whether the source is disconnected and connected again before the retry: once per broken
  /// connection, however many of its streams failed on it.
  public var reconnects: Bool

  /// A policy with exponential backoff.
  public init(
    limit: Int = 5, initialDelay: Duration = .milliseconds(500), multiplier: Double = 2,
    maximumDelay: Duration = .seconds(60), reconnects: Bool = true
  ) {
    self.limit = limit
    self.initialDelay = initialDelay
    self.multiplier = multiplier
    self.maximumDelay = maximumDelay
    self.reconnects = reconnects
  }

  /// The delay before the retry of that number, counted from 1; `nil` past the limit.
  public func delay(beforeRetry number: Int) -> Duration? {
    guard number <= limit else { return nil }
    var delay = initialDelay
    for _ in 1..<max(1, number) where delay < maximumDelay {
      delay = delay * multiplier
    }
    return min(delay, maximumDelay)
  }
}
