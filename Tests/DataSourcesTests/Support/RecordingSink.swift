import DataSources
import StateJournal
import Synchronization

/// A sink in memory that outlives runs, as a disk does, and can die in the middle of a group.
final class RecordingSink: IngestionSink {
  /// Whether it keeps its position in the state.
  enum Guarantee: CaseIterable, Sendable { case exactlyOnce, atLeastOnce }

  private struct State {
    var rows: [StateAddress: [Int64]] = [:]
    var groups: [[Int64]] = []
    var rowsUntilFailure: Int?
  }

  private let guarantee: Guarantee
  private let trace: Trace
  private let onWrite: @Sendable () async -> Void
  private let state = Mutex(State())

  init(
    _ guarantee: Guarantee = .exactlyOnce, trace: Trace = Trace(),
    onWrite: @escaping @Sendable () async -> Void = {}
  ) {
    self.guarantee = guarantee
    self.trace = trace
    self.onWrite = onWrite
  }

  func rows(of stream: String, in source: String = "numbers") -> [Int64] {
    state.withLock { $0.rows[.stream(stream, of: source)] ?? [] }
  }

  /// The numbers of each group, in the order in which they were written.
  var groups: [[Int64]] { state.withLock { $0.groups } }

  /// Makes the sink fail once that many more rows were written; `nil` takes it back.
  func fail(afterRows count: Int?) { state.withLock { $0.rowsUntilFailure = count } }

  func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject? {
    guard guarantee == .exactlyOnce else { return nil }
    let length = Int(position?["length"]?.int ?? 0)
    return try state.withLock { state throws(DataSourceError) in
      let rows = state.rows[stream] ?? []
      guard rows.count >= length else { throw DataSourceError("rows are missing") }
      state.rows[stream] = Array(rows.prefix(length))
      return ["length": .int(Int64(length))]
    }
  }

  func write(
    _ group: PayloadGroup<Numbers>
  ) async throws(DataSourceError) -> [StateAddress: StateObject] {
    await onWrite()
    return try state.withLock { state throws(DataSourceError) in
      for entry in group.entries {
        for value in entry.payload.data.values {
          if state.rowsUntilFailure == 0 { throw DataSourceError("the sink is full") }
          state.rowsUntilFailure? -= 1
          state.rows[entry.stream, default: []].append(value)
        }
      }
      trace.note("write")
      state.groups.append(group.entries.flatMap(\.payload.data.values))
      guard guarantee == .exactlyOnce else { return [:] }
      return state.rows.mapValues { ["length": .int(Int64($0.count))] }
    }
  }

  func close() async { trace.note("close sink") }
}
