import CBench
import StateJournal

/// A bare loop that copies checksummed records into a mapped file: what survives the death of the
/// process without a system call.
final class MappedCopy: Contender {
  private static let spaceByteCount = 64 << 20

  private let workplace: Workplace
  private let directory: String
  private let descriptor: Int32
  private let record: [UInt8]
  /// So many fill the space once.
  private var perPass: Int { Self.spaceByteCount / (record.count + 4) }

  init(recordByteCount: Int, in workplace: Workplace) throws {
    self.workplace = workplace
    record = [UInt8](repeating: RawFile.recordByte, count: recordByteCount)
    directory = try workplace.newDirectory()
    try RawFile.makeSpace("\(directory)/raw", Self.spaceByteCount)
    descriptor = try RawFile.open("\(directory)/raw")
  }

  deinit { bench_close(descriptor) }

  func run(round: Int, seconds: Double) throws -> Sample {
    guard let space = unsafe bench_map(descriptor, Self.spaceByteCount) else {
      throw BenchFailure("a file of \(directory) cannot be mapped")
    }
    defer { unsafe bench_unmap(space, Self.spaceByteCount) }
    let perPass = perPass
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var count = 0
    var now = begin
    while now < deadline {
      unsafe bench_copy_and_checksum(space, Self.spaceByteCount, record, record.count, perPass)
      count += perPass
      now = MonotonicClock.now
    }
    return Sample(perSecond: Double(count) * 1e9 / Double(now - begin))
  }

  func finish() throws {
    try RawFile.expect(
      perPass * record.count, inFirst: Self.spaceByteCount, of: "\(directory)/raw")
    try workplace.remove(directory)
  }
}
