import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Compaction by another process.
///
/// Where nobody writes, it becomes the writer, and a workload or check would be refused. So it is
/// started only beside a workload that has acknowledged something, and gone before a check.
extension Rig {
  func startCompaction() throws -> ChildProcess { try start("compact", errors: silence) }

  /// Kills a compaction, unless it has come to its end.
  mutating func killCompaction(_ compaction: consuming ChildProcess) throws {
    compaction.crash()
    try judgeCompaction(try compaction.awaitEnd(), wasKilled: true)
  }

  /// Waits for the end of a compaction.
  mutating func awaitCompaction(
    _ compaction: consuming ChildProcess, beside neighbour: String
  ) throws {
    guard try compaction.readToEnd(until: deadline) != nil else {
      throw Violation(text: "a compaction hangs beside \(neighbour)")
    }
    try judgeCompaction(try compaction.awaitEnd(), wasKilled: false)
  }

  private mutating func judgeCompaction(
    _ end: ChildProcess.End, wasKilled: Bool
  ) throws(Violation) {
    switch end {
    case .exited(0): report[.compactions] += 1
    case .exited(TortureFailure.Kind.locked.rawValue): report[.lockedCompactions] += 1
    case .exited(TortureFailure.Kind.full.rawValue) where toleratesFullDisk:
      report[.fullCompactions] += 1
    case .killed(signal: SIGKILL) where wasKilled: report[.compactorKills] += 1
    default: throw Violation(text: "a compaction ended by itself: \(end)")
    }
  }
}
