import FileIO

/// The memory of large tables: chunks of 128 KiB, which go from a table that is done with to the next.
///
/// A page fresh from the system is cleared in a fault of its own, which takes longer than what commits
/// put there; a journal that writes much begins a table for every 8 MiB of its log. What is kept stays
/// with the process: up to 8 MiB, and nothing as long as its logs and tables are small. Where chunks came in
/// large pages, the system may keep more of these until their last part is given back.
final class ChunkReserve: Sendable {
  /// The one of the process.
  static let shared = ChunkReserve()

  static let granulesPerChunk = 8192
  /// 8 MiB are kept at most.
  static let largestCount = 64
  /// One large page of the usual size.
  private static let preparedByteCount = 2 << 20

  private let chunks = Monitor<[EntryBlock]>([])

  deinit {
    for chunk in chunks.withLock({ $0 }) { chunk.unmapPages(granuleCount: Self.granulesPerChunk) }
  }

  /// How many chunks are ready.
  var count: Int { chunks.withLock { $0.count } }

  /// A chunk that holds anything.
  func take() -> EntryBlock {
    if let chunk = chunks.withLock({ $0.popLast() }) { return chunk }
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

  /// Fetches 2 MiB of chunks, for a thread that is about to need that much or has time to do it for one
  /// that is: in large pages they take a fraction of what as many take one by one.
  func prepare() {
    // Who needs memory will say so if there is none.
    for chunk in EntryBlock.mapLargePages(
      byteCount: Self.preparedByteCount, granuleCount: Self.granulesPerChunk)
    { give(chunk) }
  }
}
