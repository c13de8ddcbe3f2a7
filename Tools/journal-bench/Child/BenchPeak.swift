import ToolSupport

/// `peak COMMAND…`: runs a program, lets its output go nowhere, and prints the most memory that it had
/// resident, as lines of `key=value`.
///
/// This process is small and starts nothing else: what a process had before it becomes another program
/// counts as that program's, and the tests' own memory would.
enum BenchPeak {
  static func run(_ command: [String]) throws {
    guard let program = command.first else {
      throw BenchFailure("peak needs a program and its arguments", kind: .usage)
    }
    let child = try ChildProcess(
      "/bin/sh", ["-c", #"exec "$0" "$@" > /dev/null"#, program] + command.dropFirst())
    _ = try child.readToEnd(until: .max)
    let end = try child.awaitEnd()
    switch end {
    case .exited(let code): try BenchChild.print("exit", "\(code)")
    case .killed(let signal): try BenchChild.print("signal", "\(signal)")
    }
    try BenchChild.print("peak_mib", Double(ProcessMemory.childrenPeakByteCount) / 1_048_576)
  }
}
