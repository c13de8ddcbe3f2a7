import DataSources
import FileIO
import Foundation
import HTTPDataSources
import SQLiteDataSources
import StateJournal

/// What a run of the tool is made of, whether flags or a configuration file described it.
struct IngestPlan: Sendable {
  /// What the summary counts.
  enum Unit: String, Sendable { case file, stream }

  var sources: [any DataSource<NDJSONRows>]
  /// Made only once the input is known to be there: a path that was mistyped is to leave no directories
  /// behind.
  var makeSink: @Sendable () throws(DataSourceError) -> any IngestionSink<NDJSONRows>
  var stateDirectory: String
  var durability = JournalOptions.Durability.synced
  var policy: IngestionPolicy
  var watchInterval: Duration?
  var unit = Unit.stream

  /// The plan of a configuration, whose paths are relative to `directory`.
  init(
    _ configuration: IngestConfiguration, relativeTo directory: String, in files: any FileSystem,
    report: @escaping @Sendable (FileNotice) -> Void
  ) {
    @Sendable func path(_ path: String) -> String {
      path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }
    sources = configuration.sources.map { source in
      switch source.kind {
      case .directory(let folder, let format, let suffix, let completeness, let options):
        DirectorySource(
          path(folder), identifier: source.name, format: format, suffix: suffix,
          completeness: completeness, options: options, in: files, report: report)
      case .log(let file, let loss, let options):
        RotatingLogSource(
          URL(filePath: file).lastPathComponent,
          in: URL(filePath: path(file)).deletingLastPathComponent().path,
          identifier: source.name, loss: loss, options: options, files: files, report: report)
      case .sqlite(let file, let tables, let batchRowCount):
        SQLiteTableSource(
          path(file), identifier: source.name, tables: tables, batchRowCount: batchRowCount)
      case .http(let streams, let access):
        HTTPPagedSource(
          identifier: source.name, streams: streams, headers: access.headers,
          timeout: access.timeout, maximumAnswerByteCount: access.maximumAnswerByteCount
        ) {
          guard let file = access.tokenFile else { return "" }
          return try String(contentsOfFile: path(file), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        }
      }
    }
    makeSink = { () throws(DataSourceError) in
      var routes: [(sink: any IngestionSink<NDJSONRows>, sources: [String])] = []
      for sink in configuration.sinks {
        let sources = configuration.sources.filter { $0.sink == nil || $0.sink == sink.name }
        let made: any IngestionSink<NDJSONRows>
        switch sink.kind {
        case .ndjson(let folder): made = try NDJSONFileSink(path(folder), in: files)
        case .csv(let folder, let columns):
          made = try CSVFileSink(path(folder), columns: columns, in: files)
        case .sqlite(let file, let table, let columns, let key):
          made = SQLiteSink(path(file), table: table, columns: columns, key: key)
        }
        routes.append((made, sources.map(\.name)))
      }
      return RoutingSink(routes)
    }
    stateDirectory = path(configuration.stateDirectory)
    durability = configuration.durability
    let policies = configuration.policies
    policy = IngestionPolicy(
      maximumConcurrentStreams: policies.concurrency, grouping: configuration.grouping,
      connectionErrorPolicy: policies.connectionErrors,
      streamErrorPolicy: { _ in policies.streamErrors })
    watchInterval = configuration.watchInterval
  }

  /// The plan of the flags.
  init(
    _ options: IngestOptions, input: String, in files: any FileSystem,
    chunkByteCount: Int, grouping: GroupingPolicy, report: @escaping @Sendable (FileNotice) -> Void
  ) {
    let reading = FileReadingOptions(
      skipsMalformedRows: options.skipsMalformedRows,
      takesUnterminatedRow: options.takesUnterminatedRow, chunkByteCount: chunkByteCount)
    sources = [
      DirectorySource(
        input, identifier: "csv", format: .csv, options: reading, in: files, report: report)
    ]
    makeSink = { () throws(DataSourceError) in try NDJSONFileSink(options.output, in: files) }
    stateDirectory = options.state
    // One bad file is no reason to keep the others waiting.
    policy = IngestionPolicy(
      maximumConcurrentStreams: options.concurrency, grouping: grouping,
      streamErrorPolicy: { _ in .stopStream })
    unit = .file
  }
}
