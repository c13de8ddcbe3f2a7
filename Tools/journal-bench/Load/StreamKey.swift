/// The key `source/stream-00000042`, made in place.
struct StreamKey {
  static let byteCount = 22

  private(set) var bytes = Array("source/stream-00000000".utf8)

  /// Makes it the key of a stream.
  mutating func set(_ stream: Int) {
    let digits = Self.digits(UInt64(stream))
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    room.storeBytes(
      of: digits, toByteOffset: Self.byteCount - 8, as: UInt64.self)
  }

  /// The eight decimal digits of a number, the first one in the lowest byte: split in halves three
  /// times, all parts of a step at once, with divisions by 100 and 10 as multiplications.
  private static func digits(_ number: UInt64) -> UInt64 {
    let (upper, lower) = number.quotientAndRemainder(dividingBy: 10_000)
    let fours = upper | lower << 32
    let hundreds = (fours &* 5_243) >> 19 & 0x0000_007F_0000_007F
    let twos = hundreds | (fours - hundreds &* 100) << 16
    let tens = (twos &* 103) >> 10 & 0x000F_000F_000F_000F
    return (tens | (twos - tens &* 10) << 8 | 0x3030_3030_3030_3030).littleEndian
  }

  /// The name of a stream of the source `source`. It fits into the string itself, so that making it is
  /// not what is measured.
  static func name(_ stream: Int) -> String {
    let beginning: StaticString = "stream-00000000"
    return unsafe String(unsafeUninitializedCapacity: beginning.utf8CodeUnitCount) { bytes in
      for index in bytes.indices { unsafe bytes[index] = beginning.utf8Start[index] }
      var rest = stream
      for index in stride(from: bytes.count - 1, to: bytes.count - 9, by: -1) {
        unsafe bytes[index] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      return bytes.count
    }
  }
}
