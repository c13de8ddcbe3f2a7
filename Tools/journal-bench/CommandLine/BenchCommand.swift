import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the command line asks for.
enum BenchCommand {
  /// Runs the command and returns its exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do {
      try start(arguments)
      return 0
    } catch let failure as BenchFailure {
      StandardStream.note(failure.message, by: "journal-bench")
      return failure.kind.rawValue
    } catch {
      StandardStream.note("\(error)", by: "journal-bench")
      return BenchFailure.Kind.failed.rawValue
    }
  }

  private static func start(_ arguments: [String]) throws {
    guard let verb = arguments.first else {
      throw BenchFailure("a cell is missing; journal-bench --help lists them", kind: .usage)
    }
    let rest = Array(arguments.dropFirst())
    // First of all: a harness counts the time from here as ours.
    if verb == "child" { return try BenchChild.run(BenchOptions(pairs: rest)) }
    if verb == "peak" { return try BenchPeak.run(rest) }
    if ["--help", "-h", "help"].contains(verb) || rest.contains("--help") {
      return try StandardStream.output.write(BenchHelp.text)
    }
    let settings = try BenchSettings(BenchOptions(rest, valued: BenchSettings.optionNames))
    let cells = Cells.all.filter { $0.name == verb || verb == "all" }
    if cells.isEmpty {
      let hint = WordSuggestion.text(for: verb, among: Cells.all.map(\.name) + ["all", "child"])
      throw BenchFailure("unknown cell \(verb)\(hint)", kind: .usage)
    }
    try measure(cells, settings)
  }

  private static func measure(_ cells: [Cells.Entry], _ settings: BenchSettings) throws {
    var report = Report(settings)
    let measurements = try cells.map { ($0.name, try $0.type.init(settings)) }
    try Workplace.use(in: settings.directory) { workplace in
      for (name, cell) in measurements {
        var section = Report.Section(cell: name, figures: [])
        do {
          section.figures = try cell.measure(in: workplace)
        } catch {
          // The other cells are worth having all the same.
          section.failure = (error as? BenchFailure)?.message ?? "\(error)"
        }
        report.sections.append(section)
      }
    }
    try StandardStream.output.write(settings.isJSON ? try report.json : report.text)
    let failed = report.sections.filter { $0.failure != nil }.map(\.cell)
    if !failed.isEmpty {
      throw BenchFailure("failed: \(failed.joined(separator: ", "))")
    }
  }

  /// Ends the process.
  static func end(_ code: Int32) -> Never { exit(code) }
}
