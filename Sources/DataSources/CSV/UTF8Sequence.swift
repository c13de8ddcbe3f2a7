/// What the bytes at some place turn out to be, as UTF-8.
enum UTF8Sequence: Equatable {
  /// A character of that many bytes.
  case valid(byteCount: Int)
  /// The beginning of one that the input ends in.
  case incomplete
  /// Not UTF-8.
  case invalid

  /// Looks at a sequence that starts with a byte of 0x80 or more, by table 3-7 of the Unicode
  /// Standard: no overlong forms, no surrogates, nothing past U+10FFFF.
  init(_ input: Span<UInt8>, at index: Int) {
    let (byteCount, second): (Int, ClosedRange<UInt8>)
    switch input[index] {
    case 0xC2...0xDF: (byteCount, second) = (2, 0x80...0xBF)
    case 0xE0: (byteCount, second) = (3, 0xA0...0xBF)
    case 0xED: (byteCount, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (byteCount, second) = (3, 0x80...0xBF)
    case 0xF0: (byteCount, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (byteCount, second) = (4, 0x80...0xBF)
    case 0xF4: (byteCount, second) = (4, 0x80...0x8F)
    default:
      self = .invalid
      return
    }
    for position in 1..<byteCount {
      guard index + position < input.count else {
        self = .incomplete
        return
      }
      let allowed = position == 1 ? second : 0x80...0xBF
      guard allowed.contains(input[index + position]) else {
        self = .invalid
        return
      }
    }
    self = .valid(byteCount: byteCount)
  }
}
