import FileIO
import FuzzTargets
import ToolSupport

/// Runs targets one after the other, each in a process of its own, and keeps the input that ended
/// one.
struct FuzzRun {
  /// A process that says nothing for so long hangs; it would report once a second.
  private static let patience: Int64 = 60_000_000_000

  var targets: [any FuzzTarget]
  var seed: UInt64
  /// Executions of all targets together.
  var iterations: Int
  var seconds: Int?
  /// Where the inputs are kept that are findings.
  var directory: String
  var executable = ChildProcess.ownExecutable

  /// Runs all targets and returns how many of them ended in a finding.
  func run() throws(FuzzFailure) -> Int {
    var findingCount = 0
    for target in targets {
      if try !run(target) { findingCount += 1 }
    }
    return findingCount
  }

  /// Runs one target; false when it ended in a finding.
  private func run(_ target: any FuzzTarget) throws(FuzzFailure) -> Bool {
    let inputName = "fuzz-\(target.name)-\(seed).last"
    var arguments = [
      "work", "--target", target.name, "--seed", String(seed), "--iterations",
      String((iterations - 1) / targets.count + 1), "--input", "\(directory)/\(inputName)",
    ]
    if let seconds { arguments += ["--seconds", String(max(seconds / targets.count, 1))] }
    let lines: [String]
    let end: ChildProcess.End
    let hangs: Bool
    do {
      (lines, end, hangs) = try watch(arguments)
      if let line = lines.last { try StandardStream.output.write(line + "\n") }
    } catch {
      throw FuzzFailure("\(error)")
    }
    let what: String
    switch end {
    case .exited(0):
      try remove(inputName)
      return true
    case .exited(FuzzFailure.Kind.finding.rawValue): what = "broke a rule"
    case .exited(let code):
      throw FuzzFailure("the process for \(target.name) ended with code \(code)")
    case .killed(let signal): what = hangs ? "hung" : "was ended by signal \(signal)"
    }
    let name = try keep(inputName, of: target)
    StandardStream.note(
      "\(target.name) \(what), seed \(seed); the input is \(directory)/\(name): "
        + "journal-fuzz replay --target \(target.name) \(directory)/\(name)", by: "journal-fuzz")
    return false
  }

  /// Runs a process to its end, or to the end of patience.
  private func watch(
    _ arguments: [String]
  ) throws(SystemCallFailure) -> (lines: [String], ChildProcess.End, hangs: Bool) {
    let child = try ChildProcess(executable, arguments)
    var output: [UInt8] = []
    var hangs = false
    reading: while true {
      switch try child.read(until: MonotonicClock.now + Self.patience) {
      case .bytes(let bytes): output = output.suffix(1 << 16) + bytes
      case .end: break reading
      case .nothingInTime:
        hangs = true
        child.crash()
        break reading
      }
    }
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    return (lines, try child.awaitEnd(), hangs)
  }

  /// Keeps the last input of a process under a name of its own, which it returns.
  private func keep(
    _ inputName: String, of target: any FuzzTarget
  ) throws(FuzzFailure) -> String {
    let input = LastInput.input(in: try InputFile.read("\(directory)/\(inputName)"))
    let name = "finding-\(target.name)-\(seed).bin"
    do throws(IOFailure) {
      let directory = try POSIXFileSystem().openDirectory(directory, creating: false)
      let file = try directory.openFile(name, .createIfMissing)
      try file.truncate(to: 0)
      try file.writeFully(input.span, at: 0)
    } catch {
      throw FuzzFailure("\(error)")
    }
    try remove(inputName)
    return name
  }

  private func remove(_ name: String) throws(FuzzFailure) {
    do throws(IOFailure) {
      try POSIXFileSystem().openDirectory(directory, creating: false).remove(name)
    } catch {
      throw FuzzFailure("\(error)")
    }
  }
}
