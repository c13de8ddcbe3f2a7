import CBench
import StateJournal

/// Writes one file from beginning to end and syncs it, over and over; counts bytes.
final class SequentialWrite: Contender {
  private static let fileByteCount = 64 << 20

  private let workplace: Workplace
  private let directory: String
  private let descriptor: Int32
  private let bytes = [UInt8](repeating: RawFile.recordByte, count: 1 << 20)

  init(in workplace: Workplace) throws {
    self.workplace = workplace
    directory = try workplace.newDirectory()
    descriptor = try RawFile.open("\(directory)/raw")
  }

  deinit { bench_close(descriptor) }

  func run(round: Int, seconds: Double) throws -> Sample {
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var count = 0
    var now = begin
    repeat {
      for offset in stride(from: 0, to: Self.fileByteCount, by: bytes.count) {
        let isLast = offset + bytes.count == Self.fileByteCount
        try RawFile.check(
          unsafe bench_write(
            descriptor, bytes, bytes.count, Int64(offset),
            isLast ? BENCH_WRITE_THEN_SYNC : BENCH_WRITE_ONLY), "write \(directory)/raw")
      }
      count += Self.fileByteCount
      now = MonotonicClock.now
    } while now < deadline
    return Sample(perSecond: Double(count) * 1e9 / Double(now - begin))
  }

  func finish() throws {
    try RawFile.expect(
      Self.fileByteCount, inFirst: Self.fileByteCount, of: "\(directory)/raw")
    try workplace.remove(directory)
  }
}
