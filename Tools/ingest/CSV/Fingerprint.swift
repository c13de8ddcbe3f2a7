/// A running 64-bit FNV-1a hash (Fowler, Noll and Vo; the constants are theirs): enough to notice
/// that a file is another one, with no claim to resist somebody who forges it.
struct Fingerprint: Equatable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func combine(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      value = (value ^ UInt64(bytes[index])) &* 0x100_0000_01b3
    }
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
