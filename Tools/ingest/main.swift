import DataSources
import FileIO
import ToolSupport

/// Brings data from sources into sinks, exactly once: `ingest --help`.
func ingest(_ words: [String], _ console: Console) async -> ExitCode {
  let options: IngestOptions
  do throws(CommandArguments.UsageError) {
    guard let parsed = try IngestOptions(words) else {
      console.printOutput(IngestOptions.help)
      return .done
    }
    options = parsed
  } catch {
    console.printMessage("ingest: \(error.message); see ingest --help\n")
    return .usage
  }
  let report = IngestReport(console, isQuiet: options.isQuiet)
  let plan: IngestPlan
  switch IngestPlan.make(options, in: POSIXFileSystem(), console, report) {
  case .success(let made): plan = made
  case .failure(let end): return end.code
  }
  let job = IngestJob(plan: plan, openState: openState, report: report)
  let run = Task { await job.run() }
  let interruption = InterruptionListener { run.cancel() }
  defer { withExtendedLifetime(interruption) {} }
  return await run.value
}

StandardDescriptors.hold()
await ingest(Array(CommandLine.arguments.dropFirst()), .standard).endProcess()
