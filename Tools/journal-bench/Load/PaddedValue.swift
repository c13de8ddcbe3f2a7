/// A JSON object that carries an update's number, of a given size, made in place.
struct PaddedValue {
  private static let beginning = Array(#"{"seq":"#.utf8)
  private static let digitCount = 20

  private(set) var bytes: [UInt8]
  private var current: UInt64 = 0

  init(byteCount: Int) {
    let middle = Array(#","pad":""#.utf8)
    let end = Array(#""}"#.utf8)
    bytes = Self.beginning + [UInt8](repeating: UInt8(ascii: " "), count: Self.digitCount) + middle
    let padding = max(byteCount - bytes.count - end.count, 0)
    bytes += [UInt8](repeating: UInt8(ascii: "x"), count: padding) + end
  }

  /// Puts the number in, with blanks in front.
  mutating func set(_ number: UpdateNumber) {
    // Most numbers follow the one before, of which one digit changes, or two.
    let isNext = number.rawValue == current &+ 1 && current > 0
    current = number.rawValue
    if isNext { increment() } else { setDigits(current) }
  }

  private mutating func increment() {
    var position = Self.beginning.count + Self.digitCount - 1
    while bytes[position] == UInt8(ascii: "9") {
      bytes[position] = UInt8(ascii: "0")
      position -= 1
    }
    bytes[position] = bytes[position] == UInt8(ascii: " ") ? UInt8(ascii: "1") : bytes[position] + 1
  }

  private mutating func setDigits(_ number: UInt64) {
    var rest = number
    for position in (0..<Self.digitCount).reversed() {
      let isBlank = rest == 0 && position < Self.digitCount - 1
      bytes[Self.beginning.count + position] =
        isBlank ? UInt8(ascii: " ") : UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  /// The number in a value; nil when it is no such value.
  static func number(in value: Span<UInt8>) -> UpdateNumber? {
    guard value.count >= beginning.count + digitCount else { return nil }
    for position in beginning.indices where value[position] != beginning[position] { return nil }
    var number: UInt64 = 0
    for position in beginning.count..<(beginning.count + digitCount) {
      let byte = value[position]
      if byte == UInt8(ascii: " ") { continue }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
    }
    return UpdateNumber(rawValue: number)
  }
}
