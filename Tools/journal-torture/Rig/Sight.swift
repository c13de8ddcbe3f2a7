import Synchronization

/// What those who read beside the writer and those who watch it tell one another.
final class Sight: Sendable {
  private let acknowledged = Atomic<UInt64>(0)
  private let isOver = Atomic<Bool>(false)
  private let failure = Mutex<(any Error)?>(nil)
  private let counts = Mutex((reads: 0, kills: 0))

  /// How many updates are known to be durable: what a reader that is started now must show.
  var floor: UInt64 {
    get { acknowledged.load(ordering: .acquiring) }
    set { acknowledged.store(newValue, ordering: .releasing) }
  }

  /// Whether readers are to start no more processes.
  var hasEnded: Bool { isOver.load(ordering: .acquiring) }

  func end() { isOver.store(true, ordering: .releasing) }

  /// What went wrong with a reader first.
  func fail(_ error: any Error) {
    failure.withLock { $0 = $0 ?? error }
    end()
  }

  /// Throws what went wrong with a reader.
  func check() throws {
    if let error = failure.withLock({ $0 }) { throw error }
  }

  func count(reads: Int = 0, kills: Int = 0) {
    counts.withLock {
      $0.reads += reads
      $0.kills += kills
    }
  }

  /// Completed and killed readers.
  var readerCounts: (reads: Int, kills: Int) { counts.withLock { $0 } }
}
