import FileIO

/// Work that waits for a disk, for callers that must not.
enum BlockingWork {
  /// Suspends the task while a thread of our own does `body`. Where no thread can be started, the
  /// task's own does it: slower for others, but not lost.
  static func run<Success: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Success
  ) async throws(Failure) -> Success {
    let result: Result<Success, Failure> = await withCheckedContinuation { continuation in
      let work: @Sendable () -> Void = {
        do throws(Failure) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
      do {
        _ = try OwnedThread(name: "state-journal", work)
      } catch {
        work()
      }
    }
    return try result.get()
  }
}
