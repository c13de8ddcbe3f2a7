import StateJournal

/// Moments as ``Units/time(nanoseconds:)`` has them, for many in a row: what belongs to the second is
/// worked out once for all moments in it.
struct TimeText {
  private static let perSecond: Int64 = 1_000_000_000

  private var second: Int64?
  /// The text of the second, up to the fraction.
  private var beginning: [UInt8] = []

  mutating func append(nanoseconds: Int64, to bytes: inout [UInt8]) {
    let second = nanoseconds / Self.perSecond
    if nanoseconds >= 0, second == self.second {
      bytes.append(contentsOf: beginning)
      let milliseconds = UInt64(nanoseconds % Self.perSecond) / 1_000_000
      // A digit in front keeps the zeros that the fraction begins with.
      let start = bytes.count
      JSONText.append(integer: 1000 + milliseconds, to: &bytes)
      bytes[start] = UInt8(ascii: ".")
      bytes.append(UInt8(ascii: "Z"))
      return
    }
    let text = Array(Units.time(nanoseconds: nanoseconds).utf8)
    bytes.append(contentsOf: text)
    let fraction = ".000Z".utf8.count
    let isInReach = nanoseconds >= 0 && text.last == UInt8(ascii: "Z")
    self.second = isInReach ? second : nil
    beginning = isInReach ? Array(text.dropLast(fraction)) : []
  }
}
