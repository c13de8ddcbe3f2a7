import Dispatch
import FileIO
import ToolSupport

/// A process that works until it is killed.
enum HelperProcess {
  /// How long a process may take to acknowledge what it is waited for.
  private static let patience: Duration = .seconds(60)

  /// Starts a process, kills it some time after so many acknowledgements, and returns the last one:
  /// nil when there was none.
  ///
  /// - Parameter delay: in nanoseconds.
  static func lastAcknowledgement(
    of helper: StorageUnderTest.Helper, in directory: String, after count: Int, and delay: Int64
  ) async throws -> Int64? {
    // Reading from a pipe blocks, so it must not be done on a thread of the shared pool.
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          with: Result { try run(helper, in: directory, after: count, and: delay) })
      }
    }
  }

  private static func run(
    _ helper: StorageUnderTest.Helper, in directory: String, after count: Int, and delay: Int64
  ) throws -> Int64? {
    let process = try ChildProcess(helper.executable, helper.arguments(directory))
    let deadline = MonotonicClock.deadline(after: patience)
    var output: [UInt8] = []
    while output.count(where: { $0 == UInt8(ascii: "\n") }) < count {
      switch try process.read(until: deadline) {
      case .bytes(let bytes): output += bytes
      case .end: throw failure("ended by itself (\(try process.awaitEnd()))")
      case .nothingInTime: throw failure("has acknowledged too little in \(patience)")
      }
    }
    Nap.take(for: delay)
    process.crash()
    guard let rest = try process.readToEnd(until: MonotonicClock.deadline(after: patience)) else {
      throw failure("goes on after SIGKILL")
    }
    let end = try process.awaitEnd()
    if end == .exited(0) { throw failure("ended by itself before it was killed") }
    return lastNumber(in: output + rest)
  }

  /// The number in the last whole line.
  private static func lastNumber(in output: [UInt8]) -> Int64? {
    guard let end = output.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
    let line = output[..<end].split(separator: UInt8(ascii: "\n")).last ?? []
    return Int64(String(decoding: line, as: UTF8.self))
  }

  private static func failure(_ what: String) -> ConformanceFailure {
    ConformanceFailure(message: "the helper \(what)", line: #line, file: #fileID)
  }
}
