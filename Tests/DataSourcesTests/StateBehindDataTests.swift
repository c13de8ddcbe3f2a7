import DataSources
import StateJournal
import Testing

@Suite("State stays behind the data", .timeLimit(.minutes(30)))
struct StateBehindDataTests {
  static let rowCount = 6

  /// Two streams of six rows, groups of three payloads, on a sink and storage that outlive it.
  private func run(
    _ sink: RecordingSink, _ storage: RecordingStorage
  ) async throws(IngestionError) -> IngestionSummary {
    let remaining = { (name: String) in
      let done = (try? await storage.read(.stream(name, of: "numbers")))?["at"]?.int ?? 0
      return Array(repeating: Step.row, count: Self.rowCount - Int(done))
    }
    let streams = [
      ScriptedStream("a", await remaining("a")), ScriptedStream("b", await remaining("b")),
    ]
    let policy = IngestionPolicy(
      maximumConcurrentStreams: 2, grouping: GroupingPolicy(maximumPayloadCount: 3))
    return try await Ingestion(
      sources: [ScriptedSource(streams)], sink: sink, storage: storage, policy: policy,
      clock: TestClock(.frozen)
    ).run()
  }

  private func expectAllRows(_ sink: RecordingSink, _ guarantee: RecordingSink.Guarantee) {
    let expected = Array(1...Int64(Self.rowCount))
    for name in ["a", "b"] {
      switch guarantee {
      case .exactlyOnce: #expect(sink.rows(of: name) == expected)
      case .atLeastOnce: #expect(Set(sink.rows(of: name)).sorted() == expected)
      }
    }
  }

  @Test(
    "A sink that fails after any row loses none, and doubles none if it keeps its position",
    arguments: RecordingSink.Guarantee.allCases, 0..<12)
  func failingSink(_ guarantee: RecordingSink.Guarantee, rows: Int) async throws {
    let sink = RecordingSink(guarantee)
    let storage = RecordingStorage(checking: sink)
    sink.fail(afterRows: rows)
    let error = await #expect(throws: IngestionError.self) { try await run(sink, storage) }
    #expect(error?.reason == .sink)
    sink.fail(afterRows: nil)
    _ = try await run(sink, storage)
    expectAllRows(sink, guarantee)
    #expect(storage.violations == [])
  }

  @Test(
    "A commit that fails at any time loses no row, and doubles none if the sink keeps its position",
    arguments: RecordingSink.Guarantee.allCases, 0..<4)
  func failingStorage(_ guarantee: RecordingSink.Guarantee, commits: Int) async throws {
    for failure in RecordingStorage.Failure.allCases {
      let sink = RecordingSink(guarantee)
      let storage = RecordingStorage(checking: sink)
      storage.fail(afterCommits: commits, failure)
      let error = await #expect(throws: IngestionError.self) { try await run(sink, storage) }
      #expect(error?.reason == .state)
      storage.fail(afterCommits: nil)
      _ = try await run(sink, storage)
      expectAllRows(sink, guarantee)
      #expect(storage.violations == [])
    }
  }

  @Test("Each group is one write, then one commit with the last state of each stream in it")
  func oneCommitPerGroup() async throws {
    let trace = Trace()
    let sink = RecordingSink(.atLeastOnce, trace: trace)
    let storage = RecordingStorage(checking: sink, trace: trace)
    let summary = try await run(sink, storage)
    #expect(trace.all == Array(repeating: ["write", "commit"], count: 4).joined() + ["close sink"])
    #expect(summary.progress.commitCount == 4)
    for (group, changes) in zip(sink.groups, storage.commits) {
      #expect(group.count == 3)
      #expect(Set(changes.map(\.address)).count == changes.count)
    }
    let last = try await storage.read("numbers")
    #expect(last.streams == ["a": ["at": 6], "b": ["at": 6]])
  }

  @Test("The position of the sink is committed beside the state, and hidden from the source")
  func positionInState() async throws {
    let (sink, storage, trace) = (RecordingSink(), RecordingStorage(), Trace())
    for _ in 0..<2 {
      let stream = ScriptedStream("a", [.row, .row], trace: trace)
      _ = try await Ingestion(
        sources: [ScriptedSource([stream])], sink: sink, storage: storage
      ).run()
    }
    let stored = try await storage.read(.stream("a", of: "numbers"))
    #expect(stored == ["at": 4, "sink": ["length": 4]])
    #expect(
      trace.all == [
        "open a after 0, 0 members", "close a", "open a after 2, 1 members", "close a",
      ])
  }

  @Test("A new stream's claim on its destination is committed before its first data")
  func claimFirst() async throws {
    let trace = Trace()
    let sink = RecordingSink(trace: trace)
    let storage = RecordingStorage(checking: sink, trace: trace)
    _ = try await Ingestion(
      sources: [ScriptedSource([ScriptedStream("a", [.row])])], sink: sink, storage: storage
    ).run()
    #expect(trace.all == ["commit", "write", "commit", "close sink"])
    #expect(
      storage.commits.first == [.update(.stream("a", of: "numbers"), ["sink": ["length": 0]])])
  }
}

extension StateChange {
  fileprivate var address: StateAddress? {
    if case .update(let address, _) = self { address } else { nil }
  }
}
