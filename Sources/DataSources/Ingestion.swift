public import StateJournal

/// A run that brings the data of some sources into a sink, and remembers how far it got.
///
/// ```swift
/// let ingestion = Ingestion(sources: [orders], sink: warehouse, storage: journal)
/// let summary = try await ingestion.run()
/// ```
///
/// Streams are read concurrently; their payloads meet in groups; each group is first made durable
/// by the sink and then committed, as one transaction with the last state of every stream in it.
/// So the state never runs ahead of the data, whatever happens: after a crash the streams go on
/// behind the last commit. Whether the rows of the group in flight arrive once or twice is up to
/// the sink: see ``IngestionSink``.
public struct Ingestion<Data: PayloadData>: Sendable {
  /// The member of a stream's stored object that holds the sink's position. Sources never see it
  /// and must not use the name in their states.
  public static var sinkMember: String { ingestionSinkMember }

  private let sources: [any DataSource<Data>]
  private let sink: any IngestionSink<Data>
  private let storage: any StateStorage
  private let policy: IngestionPolicy
  private let clock: any Clock<Duration>
  private let report: @Sendable (IngestionEvent) -> Void

  /// A run over `sources`. `report` is told what happens, one event at a time; it should return
  /// quickly, for commits wait for it. `clock` times groups, retries and progress.
  public init(
    sources: [any DataSource<Data>], sink: any IngestionSink<Data>, storage: any StateStorage,
    policy: IngestionPolicy = IngestionPolicy(), clock: any Clock<Duration> = ContinuousClock(),
    report: @escaping @Sendable (IngestionEvent) -> Void = { _ in }
  ) {
    self.sources = sources
    self.sink = sink
    self.storage = storage
    self.policy = policy
    self.clock = clock
    self.report = report
  }

  /// Waits on the clock of the run.
  func sleep(_ duration: Duration) async throws { try await clock.sleep(for: duration) }

  /// Runs until every stream is at its present end, and returns what was done.
  ///
  /// Everything in the summary is durable and committed. When the task is cancelled, the run stops
  /// reading, commits what it has read, and returns a summary that says so. When an error fails
  /// the run, what was read before is committed too (unless the sink or the storage is what
  /// failed), and the error is thrown. Sources are disconnected and the sink is closed in any case.
  public func run() async throws(IngestionError) -> IngestionSummary {
    if let identifier = firstDuplicate(among: sources.map(\.identifier)) {
      throw IngestionError(
        .duplicateSource, source: identifier,
        "two sources of this run are named \"\(identifier)\": their states would overwrite each "
          + "other, so one of them needs another identifier")
    }
    let time = RunTime(clock)
    let ledger = RunLedger(time: time, report: report)
    let connections = sources.map { SourceConnection($0) }

    let result: Result<IngestionSummary, IngestionError>
    do throws(IngestionError) {
      result = .success(try await run(over: connections, time, ledger))
    } catch {
      result = .failure(error)
    }
    // In a task of its own, so that a cancelled run can still say goodbye.
    await Task {
      for connection in connections { await connection.disconnect() }
      await sink.close()
    }.value
    return try result.get()
  }

  private func run(
    over connections: [SourceConnection<Data>], _ time: RunTime, _ ledger: RunLedger
  ) async throws(IngestionError) -> IngestionSummary {
    let opening = SourceOpening(
      sink: sink, storage: storage, policy: policy.connectionErrorPolicy, time: time,
      ledger: ledger)
    let streams = try await opening.open(connections)
    await ledger.begin(streams.map(\.address), totalByteCount: totalByteCount(of: streams))

    let queue = GroupQueue<Data>(policy.grouping, time: time)
    let reading = Task { await read(streams, into: queue, time, ledger) }
    // Not a child of this task: cancelling the run must not reach into a commit.
    let committing = Task {
      let committer = GroupCommitter(queue: queue, sink: sink, storage: storage, ledger: ledger)
      let positions = streams.compactMap { open in open.position.map { (open.address, $0) } }
      let failure = await committer.run(
        positions: Dictionary(positions, uniquingKeysWith: { $1 }))
      if failure != nil { reading.cancel() }
      return failure
    }
    let readingFailure = await withTaskCancellationHandler {
      await reading.value
    } onCancel: {
      reading.cancel()
    }
    await queue.finish()
    if let failure = await committing.value { throw failure }
    if let readingFailure { throw readingFailure }
    return await ledger.end(wasInterrupted: Task.isCancelled)
  }

  /// Reads all streams, a bounded number at a time; returns the error that fails the run.
  private func read(
    _ streams: [OpenStream<Data>], into queue: GroupQueue<Data>, _ time: RunTime,
    _ ledger: RunLedger
  ) async -> IngestionError? {
    await withTaskGroup(of: (OpenStream<Data>, StreamOutcome).self) { group in
      var waiting = streams[...]
      func startNext() {
        guard let open = waiting.popFirst() else { return }
        let reading = StreamReading(
          open: open, queue: queue, policy: policy.streamErrorPolicy(open.address), time: time,
          ledger: ledger)
        group.addTask { (open, await reading.run()) }
      }
      for _ in 0..<policy.maximumConcurrentStreams { startNext() }

      var failure: IngestionError?
      while let (open, outcome) = await group.next() {
        await ledger.streamEnded(open.address, outcome)
        if case .failed(let error) = outcome, failure == nil,
          policy.streamErrorPolicy(open.address).outcome == .failRun
        {
          failure = error
          group.cancelAll()
        }
        if failure == nil, !Task.isCancelled { startNext() }
      }
      return failure
    }
  }

  private func totalByteCount(of streams: [OpenStream<Data>]) async -> Int64? {
    var total: Int64 = 0
    for open in streams {
      guard let count = await open.stream.remainingByteCount(after: open.state) else { return nil }
      let (sum, isTooLarge) = total.addingReportingOverflow(count)
      if isTooLarge { return nil }
      total = sum
    }
    return total
  }
}
