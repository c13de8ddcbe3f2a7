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
  static let help = """
    journal-bench: measures a state journal on this machine, beside what the disk allows.

    usage: journal-bench cost [--dir D] [--rounds N] [--seconds T] [--json]
           journal-bench open [--dir D] [--rounds N] [--streams N] [--json]
           journal-bench child --dir D --op update|load|recover|read …

      cost    updates per second at 10, 10,000 and 1,000,000 streams, synced and buffered, beside bare
              loops of write and fdatasync
      open    what opening costs behind many streams: time, memory, disk
      child   one measurement for an outside harness: takes --name value pairs, prints key=value lines

    Files are made in a new directory inside D (here, by default) and removed at the end.

    exit codes: 0 measured, 1 failed or wrong content was found, 2 usage

    """

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
      throw BenchFailure("a command is missing: cost, open or child", kind: .usage)
    }
    let rest = Array(arguments.dropFirst())
    if rest.contains("--help") || ["--help", "-h", "help"].contains(verb) {
      return try StandardStream.output.write(help)
    }
    switch verb {
    case "child": try BenchChild.run(BenchOptions(pairs: rest))
    case "cost":
      try CostBench(BenchOptions(rest, valued: ["--dir", "--rounds", "--seconds"])).run()
    case "open":
      try OpenBench(BenchOptions(rest, valued: ["--dir", "--rounds", "--streams"])).run()
    default:
      let hint = WordSuggestion.text(for: verb, among: ["cost", "open", "child"])
      throw BenchFailure("unknown command \(verb)\(hint)", kind: .usage)
    }
  }

  /// Ends the process.
  static func end(_ code: Int32) -> Never { exit(code) }
}
