/// Bytes as the examples of RFC 8949 write them.
extension [UInt8] {
  init(hexadecimal text: String) {
    let digits = text.compactMap(\.hexDigitValue)
    self = stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] * 16 + digits[$0 + 1])
    }
  }

  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    // Some tests compare a megabyte, so no string for each byte of it.
    let text = [UInt8](capacity: 2 * count) { output in
      for byte in self {
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 15)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
