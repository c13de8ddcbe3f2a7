/// What the command line asks for.
struct IngestOptions: Equatable {
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
      --quiet             print nothing but errors
      --help              print this

    Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted (everything up to there is kept).

    """

  /// Reads the words behind the program's name; `nil` when they ask for help.
  init?(_ words: [String]) throws(CommandArguments.UsageError) {
    if words.contains("--help") || words.contains("-h") { return nil }
    let arguments = try CommandArguments(
      words, valued: ["--from", "--to", "--state", "--concurrency"],
      switches: ["--skip-malformed", "--final", "--quiet"])
    input = arguments.value("--from")
    output = arguments.value("--to") ?? "./out"
    state = arguments.value("--state") ?? "\(output)/.state"
    skipsMalformedRows = arguments.has("--skip-malformed")
    takesUnterminatedRow = arguments.has("--final")
    concurrency = try arguments.number("--concurrency", in: 1...64, default: 4)
    isQuiet = arguments.has("--quiet")
  }
}
