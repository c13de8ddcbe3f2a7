import ToolSupport

/// What every crash test is told.
package struct RigSettings: Sendable {
  /// The directory of the store.
  package var directory: String
  package var seconds: Int64
  package var seed: UInt64
  package var shape: LoadShape
  /// Processes that read beside the writer.
  package var readerCount = 1
  /// Whether other processes compact beside the writer.
  package var hasCompactor = true
  /// The program whose `workload`, `check`, `read` and `compact` are run.
  package var executable = ChildProcess.ownExecutable
  /// How many rounds to run at most, where the time is not what counts.
  package var maximumRoundCount = Int.max
  /// A process that is silent for longer than this, in nanoseconds, hangs.
  package var patience: Int64 = 60_000_000_000

  package init(directory: String, seconds: Int64, seed: UInt64, shape: LoadShape) {
    self.directory = directory
    self.seconds = seconds
    self.seed = seed
    self.shape = shape
  }
}
