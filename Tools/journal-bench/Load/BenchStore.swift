import StateJournal

/// A store as the measurements see it, at one of its levels.
protocol BenchStore: Sendable {
  associatedtype Access: StreamAccess

  init(opening directory: String, shape: LoadShape) throws
  /// Something for one thread or task to read and write with.
  func access() -> Access
  /// Puts the updates of ``UpdateNumber/filler`` with these indices as one durable commit.
  func fill(_ streams: Range<Int>) throws
  /// Makes everything one snapshot.
  func compact() throws
  func close() throws
}

/// Reads and writes one stream at a time, reusing what it needs for that.
protocol StreamAccess: Sendable {
  /// The number that a stream's value carries; nil when it has no value.
  mutating func number(of stream: Int) throws -> UpdateNumber?
  mutating func update(_ stream: Int, to number: UpdateNumber) throws
  mutating func updateSuspending(_ stream: Int, to number: UpdateNumber) async throws
}

extension BenchStore {
  /// Runs a compaction as soon as the one that the store has begun by itself, if any, is done.
  @discardableResult
  static func compacting(
    _ compact: () throws -> CompactionReport?
  ) throws -> CompactionReport? {
    let timer = Monitor(())
    while true {
      do {
        return try compact()
      } catch let error as JournalError {
        guard case .locked = error.reason else { throw error }
        _ = timer.wait(until: { _ -> Void? in nil }, for: .milliseconds(1))
      }
    }
  }

  /// Gives every stream a value.
  func fill(streamCount: Int) throws {
    for start in stride(from: 0, to: streamCount, by: 1000) {
      try fill(start..<min(start + 1000, streamCount))
    }
  }
}
