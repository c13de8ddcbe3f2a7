import JournalFormat

/// A task that waits for a commit to be acknowledged. Exactly one of its answers is given, once.
@safe struct TaskWaiter: Sendable {
  private let continuation: UnsafeContinuation<Result<LogSequenceNumber, JournalError>, Never>

  /// Suspends the calling task until `body`, or whoever it hands the waiter to, has answered.
  static func suspend(
    _ body: (TaskWaiter) -> Void
  ) async throws(JournalError) -> LogSequenceNumber {
    // Unsafe in that nobody counts the answers: a checked continuation would allocate per commit.
    // Each waiter is in one group, and each group is announced once.
    let result = await unsafe withUnsafeContinuation { continuation in
      body(unsafe TaskWaiter(continuation: continuation))
    }
    return try result.get()
  }

  func succeed(_ sequence: LogSequenceNumber) {
    unsafe continuation.resume(returning: .success(sequence))
  }

  func fail(_ error: JournalError) {
    unsafe continuation.resume(returning: .failure(error))
  }
}
