import DataSources
import StateJournal
import Synchronization
import Testing

@Suite("Progress", .timeLimit(.minutes(30)))
struct ProgressTests {
  private func progress(totals: [Int64?]) async throws -> [IngestionProgress] {
    let events = Mutex<[IngestionProgress]>([])
    let clock = TestClock(.leaping)
    let streams = totals.enumerated().map { index, total in
      ScriptedStream(
        "s\(index)",
        [.row, .action { try? await clock.sleep(for: .seconds(1)) }],
        total: total)
    }
    _ = try await Ingestion(
      sources: [ScriptedSource(streams)], sink: RecordingSink(), storage: InMemoryStateStorage(),
      policy: IngestionPolicy(
        maximumConcurrentStreams: 1, grouping: GroupingPolicy(maximumPayloadCount: 2)),
      clock: clock,
      report: { event in
        if case .committed(let progress) = event { events.withLock { $0.append(progress) } }
      }
    ).run()
    return events.withLock { $0 }
  }

  @Test("Rows and bytes grow with the commits up to the total, with rate and time left")
  func known() async throws {
    let all = try await progress(totals: [20, 20])
    let last = try #require(all.last)
    #expect(last.rowCount == 2)
    #expect(last.byteCount == 20)
    #expect(last.totalByteCount == 40)
    #expect(last.fraction == 0.5)
    #expect(last.elapsed > .zero)
    // As much is left as is done, so it takes as long again.
    #expect(last.estimatedTimeRemaining == last.elapsed)
    #expect(all.map(\.commitCount) == Array(1...all.count))
  }

  @Test("There is no total where one stream does not know its size")
  func unknown() async throws {
    let last = try #require(try await progress(totals: [20, nil]).last)
    #expect(last.totalByteCount == nil)
    #expect(last.fraction == nil)
    #expect(last.estimatedTimeRemaining == nil)
  }

  @Test("Rows as objects know their number and a size to group by")
  func objects() {
    let rows: [StateObject] = [["a": 1, "b": [true, nil]], ["text": "four"]]
    #expect(rows.rowCount == 2)
    #expect((20...80).contains(rows.byteCount))
  }
}
