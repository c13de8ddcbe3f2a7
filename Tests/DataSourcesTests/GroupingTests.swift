import DataSources
import StateJournal
import Testing

@Suite("Payloads form groups", .timeLimit(.minutes(30)))
struct GroupingTests {
  private func groups(
    _ steps: [Step], _ policy: GroupingPolicy, clock: TestClock = TestClock(.frozen),
    sink: RecordingSink = RecordingSink()
  ) async throws -> [[Int64]] {
    _ = try await Ingestion(
      sources: [ScriptedSource([ScriptedStream("a", steps)])], sink: sink,
      storage: InMemoryStateStorage(), policy: IngestionPolicy(grouping: policy), clock: clock
    ).run()
    return sink.groups
  }

  @Test("A group is complete at the payload count; the last one when nothing more can come")
  func byCount() async throws {
    let groups = try await groups(
      Array(repeating: .row, count: 5), GroupingPolicy(maximumPayloadCount: 2))
    #expect(groups == [[1, 2], [3, 4], [5]])
  }

  @Test("A group is complete once it has the bytes")
  func byBytes() async throws {
    let groups = try await groups(
      Array(repeating: .row, count: 5), GroupingPolicy(targetByteCount: 25))
    #expect(groups == [[1, 2, 3], [4, 5]])
  }

  @Test(
    "A policy keeps its lower bounds, however it is changed; below them a run would stand still")
  func bounds() async throws {
    var policy = IngestionPolicy()
    policy.maximumConcurrentStreams = 0
    policy.grouping.maximumPayloadCount = 0
    policy.grouping.targetByteCount = -1
    let sink = RecordingSink()
    let summary = try await Ingestion(
      sources: [ScriptedSource([ScriptedStream("a", [.row, .row])])], sink: sink,
      storage: InMemoryStateStorage(), policy: policy, clock: TestClock(.frozen)
    ).run()
    #expect(sink.groups == [[1], [2]])
    #expect(summary.progress.endedStreamCount == 1)
  }

  @Test("A payload that waits for others is written after the delay, though its stream is silent")
  func byTime() async throws {
    let written = Gate()
    let sink = RecordingSink { written.open() }
    let clock = TestClock(.leaping)
    let groups = try await groups(
      [.row, .action { await written.pass() }, .row],
      GroupingPolicy(maximumDelay: .milliseconds(200)), clock: clock, sink: sink)
    #expect(groups == [[1], [2]])
    #expect(clock.sleeps.first == .milliseconds(200))
  }

  @Test("Streams wait while a group is being written: at most one more is filled")
  func backpressure() async throws {
    let (trace, writing) = (Trace(), Gate())
    let steps: [Step] = (0..<20).flatMap { _ in [.action { trace.note("read") }, .row] }
    let sink = RecordingSink {
      await writing.pass()
    }
    let run = Task {
      try await groups(steps, GroupingPolicy(maximumPayloadCount: 2), sink: sink)
    }
    // Two in the group being written, two in the next one, one in the hands of the stream.
    while trace.all.count < 5 { await Task.yield() }
    for _ in 0..<1000 { await Task.yield() }
    #expect(trace.all.count == 5)
    writing.open()
    #expect(try await run.value.count == 10)
  }
}
