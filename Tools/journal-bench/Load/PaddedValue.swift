/// A JSON object that carries an update's number, of a given size, made in place.
struct PaddedValue {
  private static let beginning = Array(#"{"seq":"#.utf8)
  private static let digitCount = 20

  private(set) var bytes: [UInt8]

  init(byteCount: Int) {
    let middle = Array(#","pad":""#.utf8)
    let end = Array(#""}"#.utf8)
    bytes = Self.beginning + [UInt8](repeating: UInt8(ascii: " "), count: Self.digitCount) + middle
    let padding = max(byteCount - bytes.count - end.count, 0)
    bytes += [UInt8](repeating: UInt8(ascii: "x"), count: padding) + end
  }

  /// Puts the number in, with blanks in front.
  mutating func set(_ number: UpdateNumber) {
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: " "))
    var rest = number.rawValue
    var position = Self.digitCount
    repeat {
      position -= 1
      digits[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    room.storeBytes(of: digits, toByteOffset: Self.beginning.count, as: InlineArray<20, UInt8>.self)
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
