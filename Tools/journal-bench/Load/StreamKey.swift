/// The key `source/stream-00000042`, made in place.
struct StreamKey {
  static let byteCount = 22

  private(set) var bytes = Array("source/stream-00000000".utf8)

  /// Makes it the key of a stream.
  mutating func set(_ stream: Int) {
    var rest = UInt64(stream)
    var digits: UInt64 = 0
    // The last digit comes first and ends up at the upper end of the word, which is its last byte.
    for _ in 0..<8 {
      digits = digits << 8 | (0x30 + rest % 10)
      rest /= 10
    }
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    room.storeBytes(
      of: digits.littleEndian, toByteOffset: Self.byteCount - 8, as: UInt64.self)
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
