import StateJournal
import ToolSupport

/// A measurement in a process of its own, so that its start and its memory are its own too.
struct ChildOutput {
  /// When the process was started, by the clock of its `t_read_ns`.
  let start: Int64
  private let values: [String: String]

  /// Runs this program as `child` with such options and reads what it prints.
  init(_ options: [String: String]) throws {
    let arguments = ["child"] + options.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    start = MonotonicClock.now
    let child = try ChildProcess(ChildProcess.ownExecutable, arguments)
    let output = try child.readToEnd(until: .max) ?? []
    _ = try child.awaitEnd()
    var values: [String: String] = [:]
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
    }
    if values["ok"] != "1" {
      throw BenchFailure("a child failed: \(values["err"] ?? "it ended without a word")")
    }
    self.values = values
  }

  func text(_ key: String) throws -> String {
    guard let text = values[key] else { throw BenchFailure("a child did not print \(key)") }
    return text
  }

  func number(_ key: String) throws -> Double {
    guard let number = Double(try text(key)) else {
      throw BenchFailure("a child printed no number for \(key)")
    }
    return number
  }
}
