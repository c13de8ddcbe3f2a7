import DataSources
import FileIO
import StateJournal

/// One run of the tool, with everything it touches handed in.
struct IngestJob: Sendable {
  let options: IngestOptions
  /// The directory to read: that of the options, or the bundled one.
  let input: String
  let files: any FileSystem
  let openState: @Sendable (String) async throws(StateError) -> OpenState
  let console: Console
  /// How big the bites are.
  var csvChunkByteCount = FileReadingOptions().chunkByteCount
  var grouping = GroupingPolicy(targetByteCount: 8 << 20, maximumDelay: .milliseconds(200))

  /// Runs to the end, or until the task is cancelled.
  func run() async -> ExitCode {
    let report = IngestReport(console, isQuiet: options.isQuiet)
    do {
      // The input first: a path that was mistyped is to leave no directories behind.
      _ = try attempt(to: "open the input directory") { () throws(IOFailure) in
        try files.openDirectory(input, creating: false)
      }
      // The output before the state: by default the state is kept inside of it.
      let output = try NDJSONFileSink(options.output, in: files)
      let state = try await openState(options.state)
      let result = await ingest(into: output, state.storage, report)
      do throws(StateError) {
        try await state.close()
      } catch {
        // Said, and not instead of what came before, which may be its cause.
        report.fail("\(error)")
        _ = try result.get()
        return .failed
      }
      return exitCode(for: try result.get(), report)
    } catch {
      report.fail("\(error)")
      return .failed
    }
  }

  private func ingest(
    into output: NDJSONFileSink, _ storage: any StateStorage, _ report: IngestReport
  ) async -> Result<IngestionSummary, IngestionError> {
    let csv = FileReadingOptions(
      skipsMalformedRows: options.skipsMalformedRows,
      takesUnterminatedRow: options.takesUnterminatedRow, chunkByteCount: csvChunkByteCount)
    let source = DirectorySource(
      input, identifier: "csv", format: .csv, options: csv, in: files
    ) { report.handle($0) }
    let ingestion = Ingestion(
      sources: [source], sink: output, storage: storage,
      // One bad file is no reason to keep the others waiting.
      policy: IngestionPolicy(
        maximumConcurrentStreams: options.concurrency, grouping: grouping,
        streamErrorPolicy: { _ in .stopStream }),
      report: { report.handle($0) })
    do throws(IngestionError) {
      return .success(try await ingestion.run())
    } catch {
      return .failure(error)
    }
  }

  private func exitCode(for summary: IngestionSummary, _ report: IngestReport) -> ExitCode {
    report.finish(summary)
    if summary.wasInterrupted { return .interrupted }
    return summary.failedStreamCount > 0 ? .failed : .done
  }
}
