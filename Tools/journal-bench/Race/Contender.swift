import StateJournal

/// Something that is measured in turns with others.
protocol Contender: AnyObject {
  func run(round: Int, seconds: Double) throws -> Sample
  /// Checks that what was written is there, and removes it.
  func finish() throws
}

/// What one round of a contender gave.
struct Sample {
  var perSecond: Double
  /// How long one operation took: what half of them, and 99 of 100, did not exceed.
  var medianMicroseconds = 0.0
  var p99Microseconds = 0.0
  /// User and system time per operation.
  var cpuMicroseconds = 0.0
}

extension Sample {
  /// Times one operation behind the other for so long.
  ///
  /// - Parameter countPerOperation: how many of what is counted one operation does.
  init(seconds: Double, countPerOperation: Int = 1, _ operation: () throws -> Void) throws {
    var latencies = LatencyRecorder()
    let spent = ProcessCounters.now
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var now = begin
    while now < deadline {
      try operation()
      // One look at the clock is the end of one operation and the beginning of the next.
      let after = MonotonicClock.now
      latencies.record(nanoseconds: after - now)
      now = after
    }
    self.init(
      latencies, countPerOperation: countPerOperation, nanoseconds: now - begin, since: spent)
  }

  /// - Parameters:
  ///   - latencies: one for each operation.
  ///   - nanoseconds: how long all of it took.
  ///   - spent: what the process had used before.
  init(
    _ latencies: LatencyRecorder, countPerOperation: Int = 1, nanoseconds: Int64,
    since spent: ProcessCounters
  ) {
    let count = Double(latencies.count) * Double(countPerOperation)
    self.init(
      perSecond: count * 1e9 / Double(nanoseconds),
      medianMicroseconds: latencies.microseconds(atShare: 0.5),
      p99Microseconds: latencies.microseconds(atShare: 0.99),
      cpuMicroseconds: ProcessCounters.now.since(spent).cpuMicroseconds / count)
  }

  init(_ result: UpdateRun.Result) {
    self.init(
      perSecond: result.updatesPerSecond,
      medianMicroseconds: result.latencies.microseconds(atShare: 0.5),
      p99Microseconds: result.latencies.microseconds(atShare: 0.99),
      cpuMicroseconds: result.cpuMicroseconds / Double(max(result.updateCount, 1)))
  }
}
