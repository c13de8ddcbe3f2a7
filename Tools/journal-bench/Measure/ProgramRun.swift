import StateJournal
import ToolSupport

/// One run of another program, from its start to its end.
struct ProgramRun {
  var milliseconds: Double

  /// - Parameter isHeard: whether its output comes to us, or goes nowhere.
  init(_ path: String, _ arguments: [String], isHeard: Bool = true) throws {
    let begin = MonotonicClock.now
    let child =
      isHeard
      ? try ChildProcess(path, arguments)
      : try ChildProcess("/bin/sh", ["-c", #"exec "$0" "$@" > /dev/null"#, path] + arguments)
    _ = try child.readToEnd(until: .max)
    let end = try child.awaitEnd()
    milliseconds = Double(MonotonicClock.now - begin) / 1e6
    guard end == .exited(0) else {
      throw BenchFailure("\(path) \(arguments.joined(separator: " ")) ended with \(end)")
    }
  }
}
