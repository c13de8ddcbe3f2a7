import FileIO
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Letting a workload live, and judging what it says and how it ends.
extension Rig {
  /// Why watching a workload came to its end.
  enum Stop: Equatable {
    /// What was waited for has come.
    case enough
    case late
    /// The workload has ended, or closed its output.
    case ended
  }

  func startWorkload(
    _ updateCount: UInt64 = WorkloadProcess.endless, _ options: [String] = []
  ) throws -> WorkloadProcess {
    WorkloadProcess(
      child: try start(
        "workload",
        ["--seed", String(settings.seed), "--updates", String(updateCount)]
          + settings.shape.arguments + options), updateCount: updateCount)
  }

  /// Takes what a workload acknowledges until `deadline` or until it is enough.
  mutating func watch(
    _ workload: inout WorkloadProcess, until deadline: Int64,
    orUntil isEnough: (AcknowledgementReader) -> Bool = { _ in false }
  ) throws -> Stop {
    while true {
      if isEnough(workload.acknowledgements) { return .enough }
      switch try workload.child.read(until: deadline) {
      case .bytes(let bytes):
        let isAcknowledgement = workload.acknowledgements.read(bytes)
        try credit(&workload)
        guard isAcknowledgement else {
          throw Violation(
            text: "acknowledgements out of order: \(workload.acknowledgements.lastLine) does not "
              + "follow \(workload.acknowledgements.numbers?.upperBound.description ?? "nothing")")
        }
      case .nothingInTime: return .late
      case .end: return .ended
      }
    }
  }

  /// Waits until `count` more updates are acknowledged.
  mutating func awaitProgress(
    _ workload: inout WorkloadProcess, by count: UInt64 = 1, otherwise text: String
  ) throws {
    let goal = workload.acknowledgements.count + count
    switch try watch(&workload, until: deadline, orUntil: { $0.count >= goal }) {
    case .enough: return
    case .late: throw Violation(text: text)
    case .ended:
      let end = try workload.child.end(by: deadline)
      throw Violation(text: "a workload ended by itself: \(end?.description ?? "no end in sight")")
    }
  }

  /// Kills a workload, unless it has come to its end.
  mutating func kill(_ workload: consuming WorkloadProcess) throws {
    workload.child.crash()
    let (end, acknowledgements, updateCount) = try drain(workload)
    switch end {
    case .killed(signal: SIGKILL): report[.kills] += 1
    case .exited(0):
      guard acknowledgements.count == updateCount else {
        throw Violation(
          text: "success with \(acknowledgements.count) of \(updateCount) updates acknowledged")
      }
      report[.ends] += 1
    default: throw Violation(text: "a workload ended by itself: \(end)")
    }
  }

  /// Asks a workload to end with SIGTERM, which it does at once, or in order if it was told so.
  mutating func terminate(_ workload: consuming WorkloadProcess, isOrderly: Bool) throws {
    workload.child.send(SIGTERM)
    let (end, acknowledgements, _) = try drain(workload)
    switch end {
    case .exited(128 + SIGTERM) where isOrderly: break
    // It may not have listened yet.
    case .killed(signal: SIGTERM) where !isOrderly || acknowledgements.count == 0: break
    default: throw Violation(text: "a workload ended with \(end) instead of by SIGTERM")
    }
    report[.terminations] += 1
  }

  /// Takes the last acknowledgements of a workload that is about to end.
  private mutating func drain(
    _ workload: consuming WorkloadProcess
  ) throws -> (ChildProcess.End, AcknowledgementReader, UInt64) {
    if try watch(&workload, until: deadline) == .late {
      throw Violation(text: "a workload hangs: it was to end, and did not")
    }
    let acknowledgements = workload.acknowledgements
    let updateCount = workload.updateCount
    return (try workload.child.awaitEnd(), acknowledgements, updateCount)
  }

  /// Takes new acknowledgements into account.
  private mutating func credit(_ workload: inout WorkloadProcess) throws {
    let acknowledgements = workload.acknowledgements
    report[.refusals] += acknowledgements.refusalCount - workload.knownRefusalCount
    workload.knownRefusalCount = acknowledgements.refusalCount
    guard let numbers = acknowledgements.numbers, acknowledgements.count > workload.knownCount
    else { return }
    if workload.knownCount == 0 { try judgeFirst(numbers.lowerBound) }
    report.acknowledgementCount += acknowledgements.count - workload.knownCount
    workload.knownCount = acknowledgements.count
    expect(numbers.upperBound)
  }

  /// The first update of a workload follows the newest one in the store.
  private func judgeFirst(_ number: UInt64) throws(Violation) {
    var continued = model
    guard number > continued.updateCount else {
      throw Violation(
        text: "update \(number) was acknowledged again: the store held "
          + "\(continued.updateCount) already")
    }
    continued.advance(to: number - 1)
    guard continued.describes(entries) else {
      throw Violation(
        text: "the workload goes on with update \(number), which is not the next: "
          + continued.violation(in: entries))
    }
  }
}
