import FileIO

/// The memory of large tables: chunks of 128 KiB, which go from a table that is done with to the next.
///
/// A page fresh from the system is cleared in a fault of its own, which takes longer than what commits
/// put there; a journal that writes much begins a table for every 8 MiB of its log. What is kept stays
/// with the process: up to 8 MiB, and nothing as long as its logs and tables are small.
final class ChunkReserve: Sendable {
  /// The one of the process.
  static let shared = ChunkReserve()

  static let granulesPerChunk = 8192
  /// 8 MiB are kept at most.
  static let largestCount = 64
  /// How many are fetched ahead of replay, in vain if the log is of few streams; more are fetched when
  /// half of them are left.
  static let readyCount = 16
  static let lowCount = 8

  private let chunks = Monitor<[EntryBlock]>([])

  deinit {
    for chunk in chunks.withLock({ $0 }) { chunk.unmapPages(granuleCount: Self.granulesPerChunk) }
  }

  /// How many chunks are ready.
  var count: Int { chunks.withLock { $0.count } }

  /// A chunk that holds anything.
  func take() -> EntryBlock {
    let (chunk, count) = chunks.withLock { ($0.popLast(), $0.count) }
    if let chunk {
      if count == Self.lowCount { chunks.notifyAll() }
      return chunk
    }
    guard let fresh = EntryBlock.mapPages(granuleCount: Self.granulesPerChunk) else {
      // As where the allocator has none.
      preconditionFailure("the system has no memory left")
    }
    return fresh
  }

  /// Takes a chunk back that nobody uses any more.
  func give(_ chunk: EntryBlock) {
    let isKept = chunks.withLock { chunks in
      guard chunks.count < Self.largestCount else { return false }
      chunks.append(chunk)
      return true
    }
    if !isKept { chunk.unmapPages(granuleCount: Self.granulesPerChunk) }
  }

  // MARK: Getting ready

  /// Fetches chunks as they are taken, until `isOver`; ``wake()`` is to be called then.
  func keepReady(until isOver: () -> Bool) {
    while !isOver() {
      if count < Self.readyCount {
        // Who needs memory will say so if there is none.
        guard let fresh = EntryBlock.mapPages(granuleCount: Self.granulesPerChunk) else { return }
        give(fresh)
      } else {
        chunks.wait { isOver() || $0.count <= Self.lowCount ? () : nil }
      }
    }
  }

  /// Lets ``keepReady(until:)`` look whether it is over.
  func wake() {
    // Under the lock, so that it is not missed by who has just looked.
    chunks.withLock { _ in }
    chunks.notifyAll()
  }
}
