/// What the command line asks for.
struct IngestOptions: Equatable {
  /// The configuration file that describes the run; `nil` when the flags do.
  var configuration: String?
  /// Whether the configuration is only to be checked.
  var checksOnly = false
  /// The directory of CSV files; `nil` for the bundled data sets.
  var input: String?
  /// The directory that the output goes to.
  var output: String
  /// The directory that the state is kept in.
  var state: String
  var skipsMalformedRows = false
  var takesUnterminatedRow = false
  var concurrency: Int
  var isQuiet = false

  static let help = """
    usage: ingest [--from DIR] [--to DIR] [--state DIR] [options]
           ingest --config FILE [--check] [--quiet]

    Brings every *.csv file of a directory into a file of NDJSON, one JSON object per row with all
    values as strings, and remembers how far it got: run it again, after whatever happened, and it
    goes on where it was, each row exactly once. Files may grow between runs; one whose ingested
    part is not what it was is refused.

      --from DIR          the CSV files (default: the data sets that come with the tool)
      --to DIR            where the output goes (default: ./out)
      --state DIR         where the state is kept (default: .state in the output directory)
      --skip-malformed    leave out malformed rows and count them, instead of stopping their file
      --final             the files are complete: take a last row without a line end too
      --concurrency N     files that are read at the same time, 1 to 64 (default: 4)

    A file of JSON describes runs over other sources (directories, rotated logs, SQLite tables, JSON
    APIs) and sinks (NDJSON, CSV, SQLite); see the page Configuration of the module DataSources.

      --config FILE       what to run; a wrong file is an error with line, column and member
      --check             check that file, and stop
      --quiet             print nothing but errors
      --help              print this

    Exit codes: 0 done, 1 failed, 2 usage or a wrong file, 130 interrupted (all that is read is kept).

    """

  /// Reads the words behind the program's name; `nil` when they ask for help.
  init?(_ words: [String]) throws(CommandArguments.UsageError) {
    if words.contains("--help") || words.contains("-h") { return nil }
    let valued: Set = ["--from", "--to", "--state", "--concurrency", "--config"]
    let arguments = try CommandArguments(
      words, valued: valued, switches: ["--skip-malformed", "--final", "--quiet", "--check"])
    configuration = arguments.value("--config")
    checksOnly = arguments.has("--check")
    input = arguments.value("--from")
    output = arguments.value("--to") ?? "./out"
    state = arguments.value("--state") ?? "\(output)/.state"
    skipsMalformedRows = arguments.has("--skip-malformed")
    takesUnterminatedRow = arguments.has("--final")
    concurrency = try arguments.number("--concurrency", in: 1...64, default: 4)
    isQuiet = arguments.has("--quiet")
    let others = arguments.names.subtracting(["--config", "--check", "--quiet"]).sorted()
    if configuration != nil, let other = others.first {
      throw .init(message: "\(other) does not go with --config, which says everything in its file")
    }
    if configuration == nil, checksOnly { throw .init(message: "--check needs --config FILE") }
  }
}
