import Dispatch

/// Runs an actor on a thread outside of the cooperative pool, so that its file operations may block
/// while other tasks go on.
package final class BlockingExecutor: SerialExecutor {
  private let queue: DispatchQueue

  /// An executor whose thread carries `label`, for debuggers.
  package init(label: String) { queue = DispatchQueue(label: label) }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async {
      // The job runs exactly once: the queue runs what it was given exactly once.
      unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
    }
  }
}
