import CBench
import JournalFormat
import StateJournal

/// Reads blocks of a snapshot's size in no order from a file in the page cache, one call each, and
/// checks them as they come; counts blocks.
final class BlockReads: Contender {
  private static let blockCount = 4096

  private let workplace: Workplace
  private let directory: String
  private let descriptor: Int32
  private let checksum: UInt32
  private var buffer = [UInt8](repeating: 0, count: SnapshotFormat.blockByteCount)
  private var position = UpdateNumber(writer: 1, index: 0)

  init(in workplace: Workplace) throws {
    self.workplace = workplace
    directory = try workplace.newDirectory()
    try RawFile.makeSpace("\(directory)/raw", Self.blockCount * buffer.count)
    descriptor = try RawFile.open("\(directory)/raw")
    checksum = unsafe bench_checksum(buffer, buffer.count, 1)
  }

  deinit { bench_close(descriptor) }

  func run(round: Int, seconds: Double) throws -> Sample {
    try Sample(seconds: seconds, readOne)
  }

  private func readOne() throws {
    let block = position.stream(of: Self.blockCount)
    position.index += 1
    var found: UInt32 = 0
    try RawFile.check(
      unsafe bench_read_and_checksum(
        descriptor, &buffer, buffer.count, Int64(block * buffer.count), &found),
      "read \(directory)/raw")
    if found != checksum { throw BenchFailure("a block of \(directory)/raw has changed") }
  }

  func finish() throws { try workplace.remove(directory) }
}
