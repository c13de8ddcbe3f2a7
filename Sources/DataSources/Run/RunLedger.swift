import StateJournal

/// What has happened so far in a run. Being an actor, it also puts the events in a row.
actor RunLedger {
  private(set) var summary = IngestionSummary()
  private let time: RunTime
  private let report: @Sendable (IngestionEvent) -> Void
  private var positions: [StateAddress: Int] = [:]

  init(time: RunTime, report: @escaping @Sendable (IngestionEvent) -> Void) {
    self.time = time
    self.report = report
  }

  func begin(_ streams: [StateAddress], totalByteCount: Int64?) {
    for stream in streams {
      positions[stream] = summary.streams.count
      summary.streams.append(IngestionSummary.Stream(address: stream))
    }
    summary.progress.streamCount = streams.count
    summary.progress.totalByteCount = totalByteCount
  }

  func leftOut(_ error: IngestionError) {
    summary.failedSources.append(error)
    report(.sourceLeftOut(error))
  }

  func streamStarted(_ stream: StateAddress, after state: StateObject) {
    report(.streamStarted(stream, after: state))
  }

  func retrying(
    source: String, stream: String?, retry: Int, delay: Duration, error: DataSourceError
  ) {
    report(.retrying(source: source, stream: stream, retry: retry, delay: delay, error: error))
  }

  func streamEnded(_ stream: StateAddress, _ outcome: StreamOutcome) {
    summary.progress.endedStreamCount += 1
    if let position = positions[stream] { summary.streams[position].outcome = outcome }
    report(.streamEnded(stream, outcome))
  }

  func committed<Data>(_ group: PayloadGroup<Data>) {
    for entry in group.entries {
      let (rowCount, byteCount) = (entry.payload.data.rowCount, entry.payload.inputByteCount)
      summary.progress.rowCount += rowCount
      summary.progress.byteCount += byteCount
      if let position = positions[entry.stream] {
        summary.streams[position].rowCount += rowCount
        summary.streams[position].byteCount += byteCount
      }
    }
    summary.progress.commitCount += 1
    summary.progress.elapsed = time.elapsed()
    report(.committed(summary.progress))
  }

  func end(wasInterrupted: Bool) -> IngestionSummary {
    summary.wasInterrupted = wasInterrupted
    summary.progress.elapsed = time.elapsed()
    return summary
  }
}
