import DataSources
import FileIO
import StateJournal

/// One run of the tool, with everything it touches handed in.
struct IngestJob: Sendable {
  let plan: IngestPlan
  let openState: @Sendable (String, JournalOptions.Durability) async throws(StateError) -> OpenState
  let report: IngestReport

  /// Runs to the end, or until the task is cancelled.
  func run() async -> ExitCode {
    do {
      // The input first: a path that was mistyped is to leave no directories behind.
      try await lookAtInput()
      // The output before the state, which may be kept inside of it.
      let sink = try plan.makeSink()
      let state = try await openState(plan.stateDirectory, plan.durability)
      let result = await ingest(into: sink, state.storage)
      do throws(StateError) {
        try await state.close()
      } catch {
        // Said, and not instead of what came before, which may be its cause.
        report.fail("\(error)")
        _ = try result.get()
        return .failed
      }
      return exitCode(for: try result.get())
    } catch {
      report.fail("\(error)")
      return .failed
    }
  }

  /// Connects to every source, unless one that fails is to be retried or left out anyway.
  private func lookAtInput() async throws(DataSourceError) {
    let policy = plan.policy.connectionErrorPolicy
    guard policy.outcome == .failRun, policy.retry == nil else { return }
    for source in plan.sources {
      try await source.connect()
      await source.disconnect()
    }
  }

  private func ingest(
    into sink: any IngestionSink<NDJSONRows>, _ storage: any StateStorage
  ) async -> Result<IngestionSummary, IngestionError> {
    let ingestion = Ingestion(
      sources: plan.sources, sink: sink, storage: storage, policy: plan.policy,
      report: { report.handle($0) })
    do throws(IngestionError) {
      guard let interval = plan.watchInterval else { return .success(try await ingestion.run()) }
      return .success(try await ingestion.run(every: interval))
    } catch {
      return .failure(error)
    }
  }

  private func exitCode(for summary: IngestionSummary) -> ExitCode {
    report.finish(summary, counting: plan.unit)
    if summary.wasInterrupted { return .interrupted }
    return summary.failedStreamCount > 0 || !summary.failedSources.isEmpty ? .failed : .done
  }
}
