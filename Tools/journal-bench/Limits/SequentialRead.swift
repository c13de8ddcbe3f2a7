import StateJournal

/// Reads one file from the page cache from beginning to end, over and over; counts bytes.
final class SequentialRead: Contender {
  private static let fileByteCount = 64 << 20

  private let workplace: Workplace
  private let directory: String
  private let file: any File
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)

  init(in workplace: Workplace) throws {
    self.workplace = workplace
    directory = try workplace.newDirectory()
    try RawFile.makeSpace("\(directory)/raw", Self.fileByteCount)
    file = try POSIXFileSystem().openDirectory(directory, creating: false).openFile("raw", .read)
  }

  func run(round: Int, seconds: Double) throws -> Sample {
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var count = 0
    var now = begin
    while now < deadline {
      count += try file.readFully(
        into: &buffer, range: 0..<buffer.count, at: Int64(count % Self.fileByteCount))
      now = MonotonicClock.now
    }
    return Sample(perSecond: Double(count) * 1e9 / Double(now - begin))
  }

  func finish() throws { try workplace.remove(directory) }
}
