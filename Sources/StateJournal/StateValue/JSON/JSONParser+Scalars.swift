extension JSONParser {
  /// A number: an integer without fraction and exponent, else a double. What neither holds is
  /// refused rather than rounded: an integer past 64 bits, a double past the largest, and one so
  /// small that nothing but zero would be left.
  mutating func number(_ bytes: Span<UInt8>) throws(Failure) -> StateValue {
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    let firstDigit = offset
    let digitCount = skipDigits(bytes)
    guard digitCount > 0, digitCount == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
      throw Failure(reason: .invalidNumber, offset: start)
    }
    var isInteger = true
    if isNext(".", bytes) {
      isInteger = false
      offset += 1
      guard skipDigits(bytes) > 0 else { throw Failure(reason: .invalidNumber, offset: start) }
    }
    let significandEnd = offset
    if isNext("e", bytes) || isNext("E", bytes) {
      isInteger = false
      offset += 1
      if isNext("+", bytes) || isNext("-", bytes) { offset += 1 }
      guard skipDigits(bytes) > 0 else { throw Failure(reason: .invalidNumber, offset: start) }
    }
    let digits = ascii(bytes, start..<offset)
    if isInteger {
      guard let value = Int64(digits) else {
        throw Failure(reason: .integerOutOfRange, offset: start)
      }
      return .int(value)
    }
    guard let value = Double(digits), value.isFinite else {
      throw Failure(reason: .doubleOutOfRange, offset: start)
    }
    if value == 0, hasNonzeroDigit(bytes, start..<significandEnd) {
      throw Failure(reason: .doubleOutOfRange, offset: start)
    }
    return .double(value)
  }

  private func isNext(_ character: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
    offset < bytes.count && bytes[offset] == UInt8(ascii: character)
  }

  private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
    let start = offset
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
      offset += 1
    }
    return offset - start
  }

  private func ascii(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    var text: [UInt8] = []
    for index in range { text.append(bytes[index]) }
    return String(decoding: text, as: UTF8.self)
  }

  private func hasNonzeroDigit(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    for index in range where (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(bytes[index]) {
      return true
    }
    return false
  }

  /// A string, at whose opening quote the parser stands.
  mutating func string(_ bytes: Span<UInt8>) throws(Failure) -> String {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while true {
      guard offset < bytes.count else { throw Failure(reason: .unexpectedEnd, offset: offset) }
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let valid = try? UTF8Span(validating: text.span) else {
          throw Failure(reason: .invalidUTF8, offset: start)
        }
        return String(copying: valid)
      case UInt8(ascii: #"\"#): try escape(bytes, into: &text)
      case 0..<0x20: throw Failure(reason: .controlCharacter, offset: offset)
      default:
        text.append(byte)
        offset += 1
      }
    }
  }

  private mutating func escape(
    _ bytes: Span<UInt8>, into text: inout [UInt8]
  ) throws(Failure) {
    let start = offset
    guard offset + 1 < bytes.count else {
      throw Failure(reason: .unexpectedEnd, offset: bytes.count)
    }
    let letter = bytes[offset + 1]
    offset += 2
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: #"\"#), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      text.append(contentsOf: String(try scalar(bytes, at: start)).utf8)
    default: throw Failure(reason: .invalidEscape, offset: start)
    }
  }

  /// The scalar of a `\u` escape, or of two that are a surrogate pair.
  private mutating func scalar(
    _ bytes: Span<UInt8>, at start: Int
  ) throws(Failure) -> Unicode.Scalar {
    let unit = try fourDigits(bytes, at: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard UTF16.isLeadSurrogate(unit), isNext(#"\"#, bytes), offset + 1 < bytes.count,
      bytes[offset + 1] == UInt8(ascii: "u")
    else { throw Failure(reason: .unpairedSurrogate, offset: start) }
    offset += 2
    let trail = try fourDigits(bytes, at: start)
    let joined = 0x1_0000 + (UInt32(unit & 0x3ff) << 10 | UInt32(trail & 0x3ff))
    guard UTF16.isTrailSurrogate(trail), let scalar = Unicode.Scalar(joined) else {
      throw Failure(reason: .unpairedSurrogate, offset: start)
    }
    return scalar
  }

  private mutating func fourDigits(
    _ bytes: Span<UInt8>, at start: Int
  ) throws(Failure) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard offset < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue
      else { throw Failure(reason: .invalidEscape, offset: start) }
      value = value << 4 | UInt16(digit)
      offset += 1
    }
    return value
  }
}
