/// The key `source/stream-00000042`, made in place.
struct StreamKey {
  static let byteCount = 22

  private(set) var bytes = Array("source/stream-00000000".utf8)

  /// Makes it the key of a stream.
  mutating func set(_ stream: Int) {
    var rest = stream
    var position = bytes.count
    for _ in 0..<8 {
      position -= 1
      bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }

  /// The name of a stream of the source `source`.
  static func name(_ stream: Int) -> String {
    let digits = String(stream)
    return "stream-" + String(repeating: "0", count: max(8 - digits.count, 0)) + digits
  }
}
