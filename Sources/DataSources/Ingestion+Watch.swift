import StateJournal

extension Ingestion {
  /// Runs again and again until the task is cancelled, with a pause behind each run: for sources that get
  /// new files, rows or pages over time.
  ///
  /// Each run is complete in itself: it connects, lists the streams there are then, and goes on behind
  /// what is committed. So a stream that was stopped by an error is tried again in the next run, and an
  /// error that fails a run ends the watch.
  ///
  /// - Parameter interval: the pause between the end of a run and the beginning of the next.
  /// - Returns: what all runs did together; it is marked as interrupted, as a watch always is.
  public func run(every interval: Duration) async throws(IngestionError) -> IngestionSummary {
    var total = try await run()
    while !total.wasInterrupted {
      guard (try? await sleep(interval)) != nil else { break }
      total.add(try await run())
    }
    total.wasInterrupted = true
    return total
  }
}

extension IngestionSummary {
  /// Adds what a later run did.
  mutating func add(_ later: IngestionSummary) {
    // A watched directory may have many files, and this is done behind each run.
    let places = Dictionary(
      streams.enumerated().map { ($1.address, $0) }, uniquingKeysWith: { first, _ in first })
    for stream in later.streams {
      if let index = places[stream.address] {
        streams[index].rowCount += stream.rowCount
        streams[index].byteCount += stream.byteCount
        streams[index].outcome = stream.outcome
      } else {
        streams.append(stream)
      }
    }
    failedSources = later.failedSources
    progress.rowCount += later.progress.rowCount
    progress.byteCount += later.progress.byteCount
    progress.commitCount += later.progress.commitCount
    progress.elapsed += later.progress.elapsed
    progress.streamCount = streams.count
    progress.endedStreamCount = later.progress.endedStreamCount
    progress.totalByteCount = nil
    wasInterrupted = later.wasInterrupted
  }
}
