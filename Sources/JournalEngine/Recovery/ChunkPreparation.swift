import FileIO
import JournalFormat
import Synchronization

/// Fetches memory from the system on a thread of its own, while replay fills a table with what was
/// fetched before: of a log of many streams, the system clears memory for as long as all the rest takes.
final class ChunkPreparation: Sendable {
  /// Shorter logs are read before a thread has got under way.
  private static let leastByteCount: Int64 = 2 << 20

  private let isOver = Atomic(false)

  private init() {}

  /// Begins, if it is worth it for the log that these segments are.
  static func begin(
    for segments: ArraySlice<LogSequenceNumber>, in directory: any Directory
  ) -> ChunkPreparation? {
    let byteCount = segments.reduce(Int64(0)) {
      $0 + (directory.byteCount(of: FileName.segment(first: $1).text) ?? 0)
    }
    guard byteCount >= leastByteCount else { return nil }
    let preparation = ChunkPreparation()
    // Where no thread can be started, memory is fetched when it is needed.
    let thread = try? OwnedThread(name: "journal-memory") {
      ChunkReserve.shared.keepReady { preparation.isOver.load(ordering: .relaxed) }
    }
    return thread == nil ? nil : preparation
  }

  /// No more is needed.
  func end() {
    isOver.store(true, ordering: .relaxed)
    ChunkReserve.shared.wake()
  }
}
