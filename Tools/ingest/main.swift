import FileIO

/// Brings CSV files into NDJSON, exactly once: `ingest --help`.
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
  guard let input = options.input ?? BundledData.directory() else {
    console.printMessage(
      "ingest: the data sets that come with the tool are not beside it; give --from DIR\n")
    return .failed
  }
  let job = IngestJob(
    options: options, input: input, files: POSIXFileSystem(), openState: openState,
    console: console)
  let run = Task { await job.run() }
  let interruption = Interruption { run.cancel() }
  defer { withExtendedLifetime(interruption) {} }
  return await run.value
}

await ingest(Array(CommandLine.arguments.dropFirst()), .standard).endProcess()
