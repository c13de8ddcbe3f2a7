import FileIO
import Synchronization

/// Runs `body` on that many threads at once, with the number of each, and returns when all have
/// ended.
///
/// - Throws: the first error that any of them threw.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  let failure = Mutex<(any Error)?>(nil)
  let threads = try (0..<count).map { number in
    try OwnedThread(name: "test-\(number)") {
      do {
        try body(number)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
  }
  for thread in threads { thread.join() }
  if let error = failure.withLock({ $0 }) { throw error }
}
