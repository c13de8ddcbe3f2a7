/// How long operations took, in classes of 3 % width: small and quick enough to count every one of
/// millions per second (after G. Tene's HdrHistogram).
struct LatencyRecorder: Sendable {
  /// 2⁵ classes between a power of two and the next.
  private static let precisionBits = 5
  private var counts = [UInt64](repeating: 0, count: (64 - precisionBits + 1) << precisionBits)
  private(set) var count: UInt64 = 0

  mutating func record(nanoseconds: Int64) {
    let value = UInt64(max(nanoseconds, 0))
    let shift = max(64 - value.leadingZeroBitCount - Self.precisionBits - 1, 0)
    // With a shift the value's leading one adds a power of two of its own.
    counts[shift << Self.precisionBits + Int(value >> UInt64(shift))] += 1
    count += 1
  }

  mutating func add(_ other: LatencyRecorder) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
  }

  /// The latency in microseconds that a share (0 to 1) of all did not exceed.
  func microseconds(atShare share: Double) -> Double {
    var remaining = UInt64((Double(count) * share).rounded(.up))
    for (index, classCount) in counts.enumerated() where classCount > 0 {
      if remaining > classCount {
        remaining -= classCount
        continue
      }
      let shift = max(index >> Self.precisionBits - 1, 0)
      let value = UInt64(index - shift << Self.precisionBits) << UInt64(shift)
      return (Double(value) + Double(UInt64(1) << UInt64(shift)) / 2) / 1_000
    }
    return 0
  }
}
