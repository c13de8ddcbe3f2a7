import CBench
import StateJournal

/// The CRC-32C of the same bytes, over and over; counts bytes.
final class ChecksumLoop: Contender {
  private let bytes: [UInt8]
  private var sum: UInt32 = 0

  init(byteCount: Int) { bytes = [UInt8](repeating: 0x5A, count: byteCount) }

  func run(round: Int, seconds: Double) throws -> Sample {
    let perPass = max((1 << 20) / bytes.count, 1)
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var count = 0
    var now = begin
    while now < deadline {
      sum ^= unsafe bench_checksum(bytes, bytes.count, perPass)
      count += perPass * bytes.count
      now = MonotonicClock.now
    }
    return Sample(perSecond: Double(count) * 1e9 / Double(now - begin))
  }

  func finish() throws {}
}
