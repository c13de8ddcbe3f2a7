import StateJournal

/// What disk and kernel allow: a bare loop that writes one record after the other into one file.
final class RawWriting {
  private static let spaceByteCount: Int64 = 64 << 20

  private let file: any File
  private let syncs: Bool
  private var offset: Int64 = 0

  /// - Parameter syncs: whether each record is synced; the space is then filled with zeros first, so
  ///   that a sync has no metadata to write.
  init(in directory: String, syncs: Bool) throws {
    self.syncs = syncs
    file = try POSIXFileSystem().openDirectory(directory, creating: false)
      .openFile("raw", .createIfMissing)
    guard syncs else { return }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    for start in stride(from: Int64(0), to: Self.spaceByteCount, by: zeros.count) {
      try file.writeFully(zeros.span, at: start)
    }
    try file.sync()
  }

  /// Records per second.
  func run(recordByteCount: Int, seconds: Double) throws -> Double {
    let record = [UInt8](repeating: 0x5A, count: recordByteCount)
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var count = 0
    var now = begin
    while now < deadline {
      if offset + Int64(recordByteCount) > Self.spaceByteCount {
        offset = 0
        if !syncs { try file.truncate(to: 0) }
      }
      try file.writeFully(record.span, at: offset)
      if syncs { try file.sync() }
      offset += Int64(recordByteCount)
      count += 1
      now = MonotonicClock.now
    }
    return Double(count) * 1e9 / Double(now - begin)
  }
}
