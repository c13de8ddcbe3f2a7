import DataSources
import StateJournal
import Synchronization

/// Rows are numbers; the state of a stream is the last number: `{"at": 3}`.
struct Numbers: PayloadData, Equatable {
  var values: [Int64]
  var rowCount: Int { values.count }
  var byteCount: Int { 10 * values.count }
}

/// One step of a stream's script, taken once, over all readings of the stream.
enum Step: Sendable {
  /// Hand over the next number.
  case row
  /// Fail in a way that may pass.
  case transientFailure
  /// Fail for good.
  case failure
  /// Do something else first.
  case action(@Sendable () async -> Void)
}

/// A stream that counts: each `.row` hands over the number behind the state.
final class ScriptedStream: DataSourceStream {
  let name: String
  private let trace: Trace
  private let script: Mutex<[Step]>
  private let total: Int64?

  init(_ name: String, _ script: [Step], trace: Trace = Trace(), total: Int64? = nil) {
    self.name = name
    self.trace = trace
    self.script = Mutex(script)
    self.total = total
  }

  func remainingByteCount(after state: StateObject) async -> Int64? { total }

  func open(
    after state: StateObject
  ) async throws(DataSourceError) -> sending any DataSourceReader<Numbers> {
    trace.note("open \(name) after \(state["at"]?.int ?? 0), \(state.count) members")
    return Reader(stream: self, position: state["at"]?.int ?? 0)
  }

  private struct Reader: DataSourceReader {
    let stream: ScriptedStream
    var position: Int64

    mutating func next() async throws(DataSourceError) -> DataSourcePayload<Numbers>? {
      while true {
        let step = stream.script.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        switch step {
        case nil: return nil
        case .row:
          position += 1
          return DataSourcePayload(
            data: Numbers(values: [position]), state: ["at": .int(position)])
        case .transientFailure: throw DataSourceError("a hiccup", isTransient: true)
        case .failure: throw DataSourceError("broken")
        case .action(let action): await action()
        }
      }
    }

    mutating func close() async { stream.trace.note("close \(stream.name)") }
  }
}

/// A source of scripted streams that can fail to connect or to list.
final class ScriptedSource: DataSource {
  let identifier: String
  private let trace: Trace
  private let all: [any DataSourceStream<Numbers>]
  private let connectFailures: Mutex<[DataSourceError]>
  private let listFailure: DataSourceError?

  init(
    _ streams: [any DataSourceStream<Numbers>], named identifier: String = "numbers",
    trace: Trace = Trace(), connectFailures: [DataSourceError] = [],
    listFailure: DataSourceError? = nil
  ) {
    self.identifier = identifier
    self.trace = trace
    all = streams
    self.connectFailures = Mutex(connectFailures)
    self.listFailure = listFailure
  }

  func connect() async throws(DataSourceError) {
    trace.note("connect \(identifier)")
    if let failure = connectFailures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
      throw failure
    }
  }

  func streams() async throws(DataSourceError) -> [any DataSourceStream<Numbers>] {
    if let listFailure { throw listFailure }
    return all
  }

  func disconnect() async { trace.note("disconnect \(identifier)") }
}
