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
