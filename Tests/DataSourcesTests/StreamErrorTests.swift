import DataSources
import StateJournal
import Testing

@Suite("Errors of streams go to a policy", .timeLimit(.minutes(30)))
struct StreamErrorTests {
  static let retries = RetryPolicy(
    limit: 2, initialDelay: .seconds(1), multiplier: 3, maximumDelay: .seconds(2))

  private struct Rig {
    let sink = RecordingSink()
    let storage = RecordingStorage()
    let clock = TestClock(.leaping)
    let trace = Trace()

    func run(
      _ scripts: [[Step]], _ policy: StreamErrorPolicy
    ) async throws(IngestionError) -> IngestionSummary {
      let streams = scripts.enumerated().map { index, steps in
        ScriptedStream("s\(index)", steps, trace: trace)
      }
      return try await Ingestion(
        sources: [ScriptedSource(streams, trace: trace)], sink: sink, storage: storage,
        policy: IngestionPolicy(streamErrorPolicy: { _ in policy }), clock: clock
      ).run()
    }

    /// The sleeps before retries; those of groups are shorter.
    var backoffs: [Duration] { clock.sleeps.filter { $0 >= .seconds(1) } }
  }

  @Test("The first error fails the run, and what was read before it is committed")
  func failRun() async throws {
    let rig = Rig()
    let error = await #expect(throws: IngestionError.self) {
      try await rig.run([[.row, .row, .failure]], .failRun)
    }
    #expect(error?.reason == .stream)
    #expect(error?.stream == "s0")
    #expect(error?.message == "broken")
    #expect(rig.sink.rows(of: "s0") == [1, 2])
    #expect(try await rig.storage.read(.stream("s0", of: "numbers"))["at"] == 2)
  }

  @Test("A stopped stream ends alone, and the summary says why")
  func stopStream() async throws {
    let rig = Rig()
    let summary = try await rig.run([[.row, .failure], [.row, .row, .row]], .stopStream)
    #expect(rig.sink.rows(of: "s1") == [1, 2, 3])
    #expect(rig.sink.rows(of: "s0") == [1])
    guard case .failed(let error) = summary.streams[0].outcome,
      case .completed = summary.streams[1].outcome
    else {
      Issue.record("unexpected outcomes: \(summary.streams)")
      return
    }
    #expect(error.message == "broken")
  }

  @Test("Retries back off up to a maximum and go on behind what was handed over")
  func retry() async throws {
    let rig = Rig()
    let script: [Step] = [.row, .transientFailure, .transientFailure, .row, .row]
    _ = try await rig.run([script], .retry(Self.retries))
    #expect(rig.backoffs == [.seconds(1), .seconds(2)])
    #expect(rig.sink.rows(of: "s0") == [1, 2, 3])
    #expect(
      rig.trace.all.filter { $0.hasPrefix("open") }.map { $0.prefix(15) } == [
        "open s0 after 0", "open s0 after 1", "open s0 after 1",
      ])
  }

  @Test("Past the limit the outcome of the policy is due", arguments: [true, false])
  func limit(failsRun: Bool) async throws {
    let rig = Rig()
    let script: [Step] = [.transientFailure, .transientFailure, .transientFailure, .row]
    let policy = StreamErrorPolicy.retry(
      Self.retries, otherwise: failsRun ? .failRun : .stopStream)
    if failsRun {
      await #expect(throws: IngestionError.self) { try await rig.run([script], policy) }
    } else {
      _ = try await rig.run([script], policy)
    }
    #expect(rig.backoffs.count == 2)
    #expect(rig.sink.rows(of: "s0") == [])
  }

  @Test("A payload that gets through starts the count of retries anew")
  func countAnew() async throws {
    let rig = Rig()
    let round: [Step] = [.transientFailure, .transientFailure, .row]
    _ = try await rig.run([round + round + round], .retry(Self.retries))
    #expect(rig.sink.rows(of: "s0") == [1, 2, 3])
    #expect(rig.backoffs.count == 6)
  }

  @Test("An error that will not pass is not retried")
  func permanent() async throws {
    let rig = Rig()
    await #expect(throws: IngestionError.self) {
      try await rig.run([[.failure, .row]], .retry(Self.retries))
    }
    #expect(rig.backoffs == [])
  }

  @Test("A retry reconnects, or does not, as the policy says", arguments: [true, false])
  func reconnect(reconnects: Bool) async throws {
    let rig = Rig()
    let retries = RetryPolicy(limit: 1, reconnects: reconnects)
    _ = try await rig.run([[.transientFailure, .row]], .retry(retries))
    #expect(rig.trace.count(of: "connect numbers") == (reconnects ? 2 : 1))
    #expect(rig.trace.count(of: "disconnect numbers") == (reconnects ? 2 : 1))
  }

  @Test("Streams that failed on the same connection reconnect it once")
  func reconnectOnce() async throws {
    let rig = Rig()
    let (first, second) = (Gate(), Gate())
    // Each waits until the other is reading too, so both fail on the first connection.
    let scripts: [[Step]] = [
      [.action { first.open() }, .action { await second.pass() }, .transientFailure, .row],
      [.action { second.open() }, .action { await first.pass() }, .transientFailure, .row],
    ]
    _ = try await rig.run(scripts, .retry(RetryPolicy(limit: 1)))
    #expect(rig.trace.count(of: "connect numbers") == 2)
    #expect(rig.sink.rows(of: "s0") == [1])
    #expect(rig.sink.rows(of: "s1") == [1])
  }

  @Test("Delays grow by the multiplier up to the maximum, and end at the limit")
  func delays() {
    let policy = RetryPolicy(
      limit: 4, initialDelay: .seconds(1), multiplier: 2, maximumDelay: .seconds(5))
    #expect(
      (1...5).map(policy.delay(beforeRetry:)) == [
        .seconds(1), .seconds(2), .seconds(4), .seconds(5), nil,
      ])
  }
}
