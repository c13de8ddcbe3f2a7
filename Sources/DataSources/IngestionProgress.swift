public import StateJournal

/// How far a run is. It counts only what is committed: none of it will be read again.
public struct IngestionProgress: Sendable, Equatable {
  /// Rows committed in this run.
  public internal(set) var rowCount = 0
  /// Bytes of input that they came from.
  public internal(set) var byteCount: Int64 = 0
  /// Bytes of input there were at the start of the run, where every source knows.
  public internal(set) var totalByteCount: Int64?
  /// Commits of this run.
  public internal(set) var commitCount = 0
  /// Streams that came to an end.
  public internal(set) var endedStreamCount = 0
  /// Streams in the run.
  public internal(set) var streamCount = 0
  /// Time since the run started.
  public internal(set) var elapsed = Duration.zero

  /// Bytes of input per second, over the whole run.
  public var bytesPerSecond: Double { elapsed > .zero ? Double(byteCount) / elapsed.seconds : 0 }

  /// Rows per second, over the whole run.
  public var rowsPerSecond: Double { elapsed > .zero ? Double(rowCount) / elapsed.seconds : 0 }

  /// How much of the input is done, from 0 to 1, where the total is known.
  public var fraction: Double? {
    guard let totalByteCount else { return nil }
    return totalByteCount > 0 ? min(1, Double(byteCount) / Double(totalByteCount)) : 1
  }

  /// The time left at the present rate, where the total is known and there is a rate.
  public var estimatedTimeRemaining: Duration? {
    guard let totalByteCount, bytesPerSecond > 0 else { return nil }
    return .seconds(Double(max(0, totalByteCount - byteCount)) / bytesPerSecond)
  }
}

/// What happens in a run. Events arrive one after the other.
public enum IngestionEvent: Sendable {
  /// A stream is about to be read; a non-empty state is where it goes on.
  case streamStarted(StateAddress, after: StateObject)
  /// Reading failed and is tried again after a delay; `stream` is `nil` when it was connecting.
  case retrying(
    source: String, stream: String?, retry: Int, delay: Duration, error: DataSourceError)
  /// A group became durable and its states were committed.
  case committed(IngestionProgress)
  /// A stream came to an end.
  case streamEnded(StateAddress, StreamOutcome)
  /// A source is left out, because connecting to it failed and the policy says to go on.
  case sourceLeftOut(IngestionError)
}

/// How the reading of a stream ended.
public enum StreamOutcome: Sendable {
  /// It was read to its present end.
  case completed
  /// It was stopped by an error.
  case failed(IngestionError)
  /// The run ended before it did.
  case interrupted
}

/// What a run did.
public struct IngestionSummary: Sendable {
  /// One stream's part in a run.
  public struct Stream: Sendable {
    /// The stream.
    public internal(set) var address: StateAddress
    /// Rows committed in this run.
    public internal(set) var rowCount = 0
    /// Bytes of input that they came from.
    public internal(set) var byteCount: Int64 = 0
    /// How its reading ended; `nil` when it was never begun.
    public internal(set) var outcome: StreamOutcome?
  }

  /// All streams, in the order in which the sources named them.
  public internal(set) var streams: [Stream] = []
  /// Sources that were left out because connecting failed.
  public internal(set) var failedSources: [IngestionError] = []
  /// The totals.
  public internal(set) var progress = IngestionProgress()
  /// Whether the run was cancelled before it was through. Everything counted here is committed,
  /// and the next run goes on from there.
  public internal(set) var wasInterrupted = false
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
