import ToolSupport

/// A workload that runs, and what it has acknowledged.
struct WorkloadProcess: ~Copyable {
  let child: ChildProcess
  /// How many updates it is to make.
  let updateCount: UInt64
  var acknowledgements = AcknowledgementReader()
  /// How many of the acknowledgements have been taken into account.
  var knownCount: UInt64 = 0
  /// How many refusals have been.
  var knownRefusalCount = 0

  /// More than any workload gets to.
  static let endless: UInt64 = 1 << 40
}
