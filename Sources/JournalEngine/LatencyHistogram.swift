/// How long something took, in classes that double: class n counts what took from 2ⁿ up to 2ⁿ⁺¹
/// nanoseconds. A quantile read from it is accurate to a factor of two.
public struct LatencyHistogram: Sendable {
  private var classes = [UInt64](repeating: 0, count: 64)
  /// How many durations were recorded.
  public private(set) var count: UInt64 = 0
  /// The longest of them.
  public private(set) var longest = Duration.zero

  package init() {}

  package mutating func record(nanoseconds: Int64) {
    let value = UInt64(max(nanoseconds, 1))
    classes[63 - value.leadingZeroBitCount] += 1
    count += 1
    longest = max(longest, .nanoseconds(nanoseconds))
  }

  /// An upper bound of the duration that a share of all (0 to 1) did not exceed.
  public func quantile(_ share: Double) -> Duration {
    var remaining = UInt64((Double(count) * share).rounded(.up))
    for (index, classCount) in classes.enumerated() where classCount > 0 {
      if remaining <= classCount { return min(longest, .nanoseconds(Int64(2) << Int64(index))) }
      remaining -= classCount
    }
    return longest
  }
}
