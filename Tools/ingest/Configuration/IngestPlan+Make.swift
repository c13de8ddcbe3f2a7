import DataSources
import FileIO
import SQLiteConnection

extension IngestPlan {
  /// The end of the tool before anything has begun, when all is said.
  struct End: Error {
    var code: ExitCode
  }

  /// What the command line asks for; or the end, when it cannot be, or when only a check was asked for.
  static func make(
    _ options: IngestOptions, in files: any FileSystem, _ console: Console, _ report: IngestReport
  ) -> Result<IngestPlan, End> {
    guard let file = options.configuration else {
      guard let input = options.input ?? BundledData.directory() else {
        console.printMessage(
          "ingest: the data sets that come with the tool are not beside it; give --from DIR\n")
        return .failure(End(code: .failed))
      }
      return .success(
        IngestPlan(
          options, input: input, in: files, chunkByteCount: FileReadingOptions().chunkByteCount,
          grouping: GroupingPolicy(targetByteCount: 8 << 20), report: { report.handle($0) }))
    }
    let configuration: IngestConfiguration
    do {
      configuration = try IngestConfiguration(
        try ConfigurationFile.read(file, in: files), file: file)
    } catch let errors as ConfigurationErrors {
      console.printMessage("\(errors)\n")
      return .failure(End(code: .usage))
    } catch {
      console.printMessage("ingest: \(error)\n")
      return .failure(End(code: .failed))
    }
    if SQLiteError.libraryVersion == nil {
      let missing = configuration.needingSQLite
      for error in missing { console.printMessage("\(error)\n") }
      if !missing.isEmpty { return .failure(End(code: .failed)) }
    }
    if options.checksOnly {
      if !options.isQuiet { console.printOutput(configuration.checkedText(file)) }
      return .failure(End(code: .done))
    }
    return .success(
      IngestPlan(
        configuration, relativeTo: ConfigurationFile.place(of: file).directory, in: files,
        report: { report.handle($0) }))
  }
}

extension IngestConfiguration {
  /// What cannot be on a system that has no SQLite library.
  fileprivate var needingSQLite: [ConfigurationError] {
    let sources = sources.filter { if case .sqlite = $0.kind { true } else { false } }.map(\.node)
    let sinks = sinks.filter { if case .sqlite = $0.kind { true } else { false } }.map(\.node)
    return (sources + sinks).map { $0.error(SQLiteError.noLibrary) }
  }

  /// What is said of a configuration that is right.
  fileprivate func checkedText(_ file: String) -> String {
    var text =
      "\(file): \(Quantity.plural(sources.count, "source")) into "
      + "\(Quantity.plural(sinks.count, "sink")), state in \(stateDirectory); nothing is wrong\n"
    for source in sources {
      text += "  \(source.name) → \(source.sink ?? sinks[0].name)\n"
    }
    return text
  }
}
