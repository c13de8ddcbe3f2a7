import Dispatch

/// Runs an actor on a thread outside of the cooperative pool, so that its file operations may block
/// while the streams go on.
final class BlockingExecutor: SerialExecutor {
  private let queue: DispatchQueue

  init(label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async {
      // The job runs exactly once: the queue runs what it was given exactly once.
      unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
    }
  }
}
