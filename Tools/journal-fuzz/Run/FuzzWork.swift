import FileIO
import FuzzTargets
import ToolSupport

/// The loop: runs in a process of its own, which a mistake may end.
struct FuzzWork {
  /// The most memory that may be resident beyond what was at the start (promise P9).
  static let maximumExtraByteCount = 64 << 20

  var target: any FuzzTarget
  var seed: UInt64
  var iterations: Int
  /// The time after which to stop, in nanoseconds; nil for none.
  var duration: Int64?
  /// The file for the input that is being executed.
  var inputPath: String

  /// Runs to the end, printing how far it has come once a second.
  func run() throws(FuzzFailure) {
    ProcessMemory.limitAddressSpace(to: 4 << 30)
    let last: LastInput
    do {
      last = try LastInput(path: inputPath, maximumByteCount: target.maximumByteCount)
    } catch {
      throw FuzzFailure("\(error)")
    }
    var fuzzer = Fuzzer(target, seed: seed)
    let begin = MonotonicClock.now
    var nextReport = begin
    let memoryAtStart = ProcessMemory.peakByteCount
    while fuzzer.executionCount < iterations {
      let input = fuzzer.nextInput()
      last.note(input)
      do {
        try fuzzer.execute(input)
      } catch {
        throw FuzzFailure("execution \(fuzzer.executionCount): \(error)", kind: .finding)
      }
      if fuzzer.executionCount & 15 == 0 {
        let extra = ProcessMemory.peakByteCount - memoryAtStart
        if extra > Self.maximumExtraByteCount {
          throw FuzzFailure(
            "execution \(fuzzer.executionCount): \(extra >> 20) MiB of memory taken", kind: .finding
          )
        }
        let now = MonotonicClock.now
        if now >= nextReport {
          try report(fuzzer, begin, memoryAtStart)
          nextReport = now + 1_000_000_000
        }
        if let duration, now - begin >= duration { break }
      }
    }
    try report(fuzzer, begin, memoryAtStart)
  }

  private func report(
    _ fuzzer: Fuzzer, _ begin: Int64, _ memoryAtStart: Int
  ) throws(FuzzFailure) {
    let tenths = (MonotonicClock.now - begin) / 100_000_000
    let extra = ProcessMemory.peakByteCount - memoryAtStart
    do {
      try StandardStream.output.write(
        "\(target.name): \(fuzzer.executionCount) executions in \(tenths / 10).\(tenths % 10) s, "
          + "\(fuzzer.corpus.behaviourCount) behaviours, \(extra >> 10) KiB more memory\n")
    } catch {
      throw FuzzFailure("\(error)")
    }
  }
}
