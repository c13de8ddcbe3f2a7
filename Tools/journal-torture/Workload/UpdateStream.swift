import ToolSupport

/// The updates that a seed stands for. The test that checks a store computes them anew, so nothing
/// about them may ever change.
package struct UpdateStream: Sendable {
  package let seed: UInt64

  package init(seed: UInt64) { self.seed = seed }

  /// Update number `number`, counted from 1.
  package func update(_ number: UInt64) -> Update {
    Update(number: number, bits: SplitMix64.mix(seed, number))
  }
}

/// One numbered update: it gives a key a value, or removes the key when deletions are asked for.
package struct Update: Sendable, Equatable {
  package let number: UInt64
  private let bits: UInt64

  fileprivate init(number: UInt64, bits: UInt64) {
    self.number = number
    self.bits = bits
  }

  package var key: String { "k\(bits % 24)" }

  /// Whether the update removes its key in a workload with deletions.
  package var isDeletion: Bool { (bits >> 58) % 6 == 0 }

  /// The number, a colon, and hexadecimal digits: mostly few, sometimes many.
  package var value: String {
    let kind = (bits >> 32) % 100
    let extent = Int((bits >> 40) & 0xFFFF)
    let length =
      switch kind {
      case ..<70: 8 + extent % 100
      case ..<95: 500 + extent % 1500
      default: 4096 + extent % 12000
      }
    var bytes = Array("\(number):".utf8)
    let end = bytes.count + length
    bytes.reserveCapacity(end + 16)
    var position: UInt64 = 0
    while bytes.count < end {
      let word = SplitMix64.mix(bits, position)
      for shift in stride(from: UInt64(60), through: 0, by: -4) {
        let digit = UInt8((word >> shift) & 0xF)
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
      position += 1
    }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  /// The number that a value begins with.
  package static func number(of value: String) -> UInt64? {
    guard let colon = value.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return UInt64(value[..<colon])
  }
}
