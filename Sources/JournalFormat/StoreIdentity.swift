/// Sixteen random bytes that every file of one store carries, so that a file of another store is
/// never mistaken for one of ours.
public struct StoreIdentity: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A new identity from the system's random numbers.
  package static func random() -> StoreIdentity {
    StoreIdentity(high: .random(in: 1...UInt64.max), low: .random(in: .min ... .max))
  }
}

extension StoreIdentity: CustomStringConvertible {
  /// Thirty-two hexadecimal digits.
  public var description: String { hexadecimal(high) + hexadecimal(low) }

  private func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
