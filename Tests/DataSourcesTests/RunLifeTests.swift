import DataSources
import StateJournal
import Testing

@Suite("A run from connect to disconnect", .timeLimit(.minutes(30)))
struct RunLifeTests {
  enum Ending: CaseIterable, Sendable {
    case completed, connectFails, listFails, streamFails, sinkFails, storageFails, cancelled
  }

  @Test(
    "Sources are disconnected and the sink is closed, once, however a run ends",
    arguments: Ending.allCases)
  func disconnectAlways(_ ending: Ending) async throws {
    let trace = Trace()
    let sink = RecordingSink(trace: trace)
    let storage = RecordingStorage()
    if ending == .sinkFails { sink.fail(afterRows: 0) }
    if ending == .storageFails { storage.fail(afterCommits: 1) }
    let started = Gate()
    let script: [Step] =
      switch ending {
      case .streamFails: [.row, .failure]
      case .cancelled: [.row, .action { started.open() }, .action { await Gate().pass() }]
      default: [.row]
      }
    let broken = DataSourceError("no route")
    let source = ScriptedSource(
      [ScriptedStream("a", script, trace: trace)], trace: trace,
      connectFailures: ending == .connectFails ? [broken] : [],
      listFailure: ending == .listFails ? broken : nil)
    let other = ScriptedSource([], named: "other", trace: trace)
    let run = Task {
      try await Ingestion(sources: [other, source], sink: sink, storage: storage).run()
    }
    if ending == .cancelled {
      await started.pass()
      run.cancel()
    }
    let result = await run.result
    switch ending {
    case .completed, .cancelled:
      #expect(try result.get().wasInterrupted == (ending == .cancelled))
    default: #expect(throws: IngestionError.self) { try result.get() }
    }
    for line in ["disconnect numbers", "disconnect other", "close sink"] {
      #expect(trace.count(of: line) == 1, "\(line)")
    }
    #expect(trace.count(of: "close a") == trace.all.count { $0.hasPrefix("open a") })
  }

  @Test("Cancelling stops reading and commits what was read")
  func cancellation() async throws {
    let (sink, storage, started) = (RecordingSink(), RecordingStorage(), Gate())
    let script: [Step] = [
      .row, .row, .action { started.open() }, .action { await Gate().pass() }, .row, .row,
    ]
    let ingestion = Ingestion(
      sources: [ScriptedSource([ScriptedStream("a", script)])], sink: sink, storage: storage,
      clock: TestClock(.frozen))
    let run = Task { try await ingestion.run() }
    await started.pass()
    run.cancel()
    let summary = try await run.value
    #expect(summary.wasInterrupted)
    let rows = sink.rows(of: "a")
    #expect(rows.starts(with: [1, 2]))
    #expect(try await storage.read(.stream("a", of: "numbers"))["at"] == .int(rows.last ?? 0))
    #expect(summary.progress.rowCount == rows.count)
  }

  @Test("Cancelling does not reach into a group that is being committed")
  func cancellationDuringCommit() async throws {
    let (writing, cancelled, storage) = (Gate(), Gate(), RecordingStorage())
    let sink = RecordingSink {
      writing.open()
      await cancelled.pass()
      #expect(!Task.isCancelled)
    }
    let ingestion = Ingestion(
      sources: [ScriptedSource([ScriptedStream("a", [.row])])], sink: sink, storage: storage)
    let run = Task { try await ingestion.run() }
    await writing.pass()
    run.cancel()
    cancelled.open()
    _ = try await run.value
    #expect(try await storage.read(.stream("a", of: "numbers"))["at"] == 1)
  }

  @Test("Two sources of the same identifier are an error before anything is touched")
  func duplicateSource() async throws {
    let trace = Trace()
    let sources = [
      ScriptedSource([], named: "twin", trace: trace),
      ScriptedSource([], named: "twin", trace: trace),
    ]
    let error = await #expect(throws: IngestionError.self) {
      try await Ingestion(
        sources: sources, sink: RecordingSink(trace: trace), storage: RecordingStorage()
      ).run()
    }
    #expect(error?.reason == .duplicateSource)
    #expect(error?.source == "twin")
    #expect(trace.all == [])
  }

  @Test("Identifiers that only look the same are two: state tells names apart by their bytes")
  func lookalikes() async throws {
    let sources = ["\u{E9}", "e\u{301}"].map { ScriptedSource([], named: $0) }
    let summary = try await Ingestion(
      sources: sources, sink: RecordingSink(), storage: RecordingStorage()
    ).run()
    #expect(summary.streams.isEmpty)
  }

  @Test("Two streams of the same name in a source are an error before anything is read")
  func duplicateStream() async throws {
    let trace = Trace()
    let twins = [
      ScriptedStream("a", [.row], trace: trace), ScriptedStream("a", [.row], trace: trace),
    ]
    let error = await #expect(throws: IngestionError.self) {
      try await Ingestion(
        sources: [ScriptedSource(twins)], sink: RecordingSink(), storage: RecordingStorage()
      ).run()
    }
    #expect(error?.reason == .duplicateStream)
    #expect(trace.all == [])
  }

  @Test("A source that cannot be connected to is retried, then left out or fatal by policy")
  func connectionPolicy() async throws {
    let hiccup = DataSourceError("busy", isTransient: true)
    let retry = RetryPolicy(limit: 1)
    for (failureCount, outcome) in [(1, StreamErrorPolicy.Outcome.failRun), (2, .stopStream)] {
      let (sink, trace) = (RecordingSink(), Trace())
      let shaky = ScriptedSource(
        [ScriptedStream("a", [.row])], named: "shaky", trace: trace,
        connectFailures: Array(repeating: hiccup, count: failureCount))
      let steady = ScriptedSource([ScriptedStream("b", [.row])], named: "steady")
      let summary = try await Ingestion(
        sources: [shaky, steady], sink: sink, storage: RecordingStorage(),
        policy: IngestionPolicy(connectionErrorPolicy: .retry(retry, otherwise: outcome)),
        clock: TestClock(.leaping)
      ).run()
      #expect(sink.rows(of: "b", in: "steady") == [1])
      #expect(sink.rows(of: "a", in: "shaky") == (failureCount == 1 ? [1] : []))
      #expect(summary.failedSources.map(\.message) == (failureCount == 1 ? [] : ["busy"]))
      #expect(trace.count(of: "connect shaky") == 2)
    }
  }

  @Test(
    "As many streams are read at the same time as the bound allows, and never more",
    arguments: [1, 2, 5])
  func concurrencyBound(_ bound: Int) async throws {
    let trace = Trace()
    // Each stream waits inside until the bound is reached once; then all may go.
    let reached = Gate()
    let streams = (0..<8).map { index in
      ScriptedStream(
        "s\(index)",
        [
          .action {
            trace.note("enter")
            let inside = trace.count(of: "enter") - trace.count(of: "leave")
            #expect(inside <= bound)
            if inside == bound { reached.open() }
            await reached.pass()
          }, .row, .action { trace.note("leave") },
        ])
    }
    let summary = try await Ingestion(
      sources: [ScriptedSource(streams)], sink: RecordingSink(), storage: RecordingStorage(),
      policy: IngestionPolicy(maximumConcurrentStreams: bound)
    ).run()
    #expect(summary.progress.rowCount == 8)
  }

  @Test("A state that uses the sink's member is refused")
  func reservedMember() async throws {
    let error = await #expect(throws: IngestionError.self) {
      try await Ingestion(
        sources: [ScriptedSource([GreedyStream()])], sink: RecordingSink(),
        storage: RecordingStorage()
      ).run()
    }
    #expect(error?.reason == .stream)
    #expect(error?.message.contains("\"sink\"") == true)
  }

  private struct GreedyStream: DataSourceStream, DataSourceReader {
    let name = "greedy"
    func open(
      after state: StateObject
    ) async throws(DataSourceError) -> sending any DataSourceReader<Numbers> { GreedyStream() }
    func next() async throws(DataSourceError) -> DataSourcePayload<Numbers>? {
      DataSourcePayload(data: Numbers(values: [1]), state: ["sink": 1])
    }
  }
}
