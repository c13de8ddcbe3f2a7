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
  init(_ result: UpdateRun.Result) {
    self.init(
      perSecond: result.updatesPerSecond,
      medianMicroseconds: result.latencies.microseconds(atShare: 0.5),
      p99Microseconds: result.latencies.microseconds(atShare: 0.99),
      cpuMicroseconds: result.cpuMicroseconds / Double(max(result.updateCount, 1)))
  }
}
