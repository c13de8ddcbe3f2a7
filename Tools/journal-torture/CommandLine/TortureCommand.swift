import FileIO
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the command line asks for.
package enum TortureCommand {
  case help(String)
  case workload(Workload)
  case check(directory: String)
  case read(directory: String)
  case compact(directory: String)
  case kill(KillRun)
  case stop(StopRun)
  /// Makes a small file system and runs this program there again.
  case enterSmallFileSystem(
    directory: String, byteCount: Int64, kind: SmallFileSystem.Kind?, arguments: [String])
  /// Runs where the small file system lies over its directory.
  case fill(FillRun, on: String)
  case run(JobRun)

  /// Runs the command and returns its exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do throws(TortureFailure) {
      switch try parse(arguments) {
      case .help(let text): try print(text)
      case .workload(let workload): return try workload.run()
      case .check(let directory): try Check.run(directory)
      case .read(let directory): try Reading.run(directory)
      case .compact(let directory): return try Compaction.run(directory)
      case .kill(let run): return try finish { () throws(TortureFailure) in try run.run() }
      case .stop(let run): return try finish { () throws(TortureFailure) in try run.run() }
      case .enterSmallFileSystem(let directory, let byteCount, let kind, let arguments):
        try SmallFileSystem.enter(
          directory, byteCount: byteCount, kind: kind
        ) { arguments + ["--mounted", $0.rawValue] }
      case .fill(let run, let name):
        return try finish { () throws(TortureFailure) in try run.runOnSmallFileSystem(name) }
      case .run(let run): return try finish { () throws(TortureFailure) in try run.run() }
      }
      return 0
    } catch {
      note(error.message)
      if error.kind == .usage {
        let known = arguments.first.flatMap { word in Help.verbs.first { $0.name == word } }
        note("see journal-torture \(known.map { $0.name + " " } ?? "")--help")
      }
      return error.kind.rawValue
    }
  }

  /// Runs a crash test, prints its report and returns its exit code.
  private static func finish(
    _ test: () throws(TortureFailure) -> TortureReport
  ) throws(TortureFailure) -> Int32 {
    Interruption.install()
    let report = try test()
    try print(report.text)
    return report.exitCode
  }

  private static func print(_ text: String) throws(TortureFailure) {
    do {
      try StandardStream.output.write(text)
    } catch {
      throw TortureFailure(error)
    }
  }

  /// A line for people.
  static func note(_ message: String) { StandardStream.note(message, by: "journal-torture") }

  /// Ends the process. Nothing is buffered, and threads that still run have nothing left to say.
  static func end(_ code: Int32) -> Never { exit(code) }
}
