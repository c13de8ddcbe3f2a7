/// Takes deterministic CBOR apart, item by item, and believes nothing: every length is bounded by
/// the bytes that are left before anything is allocated, and whatever the encoder would not have
/// written is an error. Only whether text is UTF-8 is left to who takes it.
///
/// The span travels along as a parameter, since a stored one would ask for lifetime annotations.
struct CBORReader {
  /// One item. Those of an array or a map are what the reader comes to next.
  enum Item {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    /// The place of the bytes of a text, not yet known to be UTF-8.
    case text(Range<Int>)
    case array(count: Int)
    /// So many members: for each a name, then an item.
    case map(count: Int)
  }

  /// Where the next item begins.
  private(set) var offset = 0
  /// Bytes that items announced by the enclosing containers need at least. Without it, a hundred
  /// nested arrays could each claim all that is left and reserve memory for it.
  private var promisedByteCount = 0

  /// The next item, inside of `depth` containers.
  mutating func next(_ bytes: Span<UInt8>, depth: Int) throws(CBORError) -> Item {
    let start = offset
    let (major, information) = try head(bytes)
    switch major {
    case .unsigned: return .int(try integer(bytes, information, at: start))
    case .negative: return .int(~(try integer(bytes, information, at: start)))
    case .bytes: throw CBORError(reason: .byteString, offset: start)
    case .text: return .text(try text(bytes, information, at: start))
    case .array:
      return .array(
        count: try count(bytes, information, at: start, depth: depth, itemByteCount: 1))
    case .map:
      return .map(
        count: try count(bytes, information, at: start, depth: depth, itemByteCount: 2))
    case .tag: throw CBORError(reason: .tag, offset: start)
    case .simple: return try simple(bytes, information, at: start)
    }
  }

  /// Says that the next item is an element of an array, which has then announced one item less.
  mutating func enterElement() { promisedByteCount -= 1 }

  /// The place of the name of a map's next member, whose item is next. Names ascend.
  ///
  /// - Parameter previous: the place of the name before.
  mutating func name(
    _ bytes: Span<UInt8>, after previous: Range<Int>?
  ) throws(CBORError) -> Range<Int> {
    promisedByteCount -= 2
    let start = offset
    let (major, information) = try head(bytes)
    guard major == .text else { throw CBORError(reason: .nameNotText, offset: start) }
    let name = try text(bytes, information, at: start)
    if let previous {
      let order = bytes.extracting(previous).encodedOrder(comparedTo: bytes.extracting(name))
      if order == 0 { throw CBORError(reason: .duplicateName, offset: start) }
      if order > 0 { throw CBORError(reason: .unsortedNames, offset: start) }
    }
    return name
  }

  func expectEnd(_ bytes: Span<UInt8>) throws(CBORError) {
    if offset != bytes.count { throw CBORError(reason: .trailingBytes, offset: offset) }
  }

  /// The number of items in a container, once the bytes left can hold so many.
  private mutating func count(
    _ bytes: Span<UInt8>, _ information: UInt8, at start: Int, depth: Int, itemByteCount: Int
  ) throws(CBORError) -> Int {
    guard depth < StateValue.maximumDepth else {
      throw CBORError(reason: .tooDeep, offset: start)
    }
    let argument = try argument(bytes, information, at: start)
    let room = (bytes.count - offset - promisedByteCount) / itemByteCount
    guard argument <= UInt64(max(room, 0)) else {
      throw CBORError(reason: .lengthTooLarge, offset: start)
    }
    let count = Int(argument)
    promisedByteCount += count * itemByteCount
    return count
  }

  private mutating func text(
    _ bytes: Span<UInt8>, _ information: UInt8, at start: Int
  ) throws(CBORError) -> Range<Int> {
    let argument = try argument(bytes, information, at: start)
    guard argument <= UInt64(bytes.count - offset) else {
      throw CBORError(reason: .lengthTooLarge, offset: start)
    }
    let end = offset + Int(argument)
    defer { offset = end }
    return offset..<end
  }

  private mutating func integer(
    _ bytes: Span<UInt8>, _ information: UInt8, at start: Int
  ) throws(CBORError) -> Int64 {
    guard let value = Int64(exactly: try argument(bytes, information, at: start)) else {
      throw CBORError(reason: .integerOutOfRange, offset: start)
    }
    return value
  }

  private mutating func simple(
    _ bytes: Span<UInt8>, _ information: UInt8, at start: Int
  ) throws(CBORError) -> Item {
    switch information {
    case 20: return .bool(false)
    case 21: return .bool(true)
    case 22: return .null
    case 25:
      let half = HalfFloat.value(of: UInt16(try bigEndian(bytes, byteCount: 2, at: start)))
      return .double(try finite(Double(half), at: start))
    case 26:
      let single = Float(bitPattern: UInt32(try bigEndian(bytes, byteCount: 4, at: start)))
      let value = try finite(Double(single), at: start)
      if HalfFloat.bits(of: single) != nil {
        throw CBORError(reason: .notShortest, offset: start)
      }
      return .double(value)
    case 27:
      let bits = try bigEndian(bytes, byteCount: 8, at: start)
      let value = try finite(Double(bitPattern: bits), at: start)
      if Double(Float(value)) == value { throw CBORError(reason: .notShortest, offset: start) }
      return .double(value)
    case 28...30: throw CBORError(reason: .reservedInformation, offset: start)
    case 31: throw CBORError(reason: .indefiniteLength, offset: start)
    default: throw CBORError(reason: .simpleValue, offset: start)
    }
  }

  private func finite(_ value: Double, at start: Int) throws(CBORError) -> Double {
    guard value.isFinite else { throw CBORError(reason: .nonFinite, offset: start) }
    return value
  }

  private mutating func head(
    _ bytes: Span<UInt8>
  ) throws(CBORError) -> (CBORMajor, information: UInt8) {
    guard offset < bytes.count, let major = CBORMajor(rawValue: bytes[offset] >> 5) else {
      throw CBORError(reason: .truncated, offset: offset)
    }
    let information = bytes[offset] & 0x1f
    offset += 1
    return (major, information)
  }

  /// The argument of an item: its number, its length, or its number of items.
  private mutating func argument(
    _ bytes: Span<UInt8>, _ information: UInt8, at start: Int
  ) throws(CBORError) -> UInt64 {
    let smallest: UInt64
    let byteCount: Int
    switch information {
    case 0..<24: return UInt64(information)
    case 24: (byteCount, smallest) = (1, 24)
    case 25: (byteCount, smallest) = (2, 0x100)
    case 26: (byteCount, smallest) = (4, 0x1_0000)
    case 27: (byteCount, smallest) = (8, 0x1_0000_0000)
    case 31: throw CBORError(reason: .indefiniteLength, offset: start)
    default: throw CBORError(reason: .reservedInformation, offset: start)
    }
    let value = try bigEndian(bytes, byteCount: byteCount, at: start)
    if value < smallest { throw CBORError(reason: .notShortest, offset: start) }
    return value
  }

  private mutating func bigEndian(
    _ bytes: Span<UInt8>, byteCount: Int, at start: Int
  ) throws(CBORError) -> UInt64 {
    guard byteCount <= bytes.count - offset else {
      throw CBORError(reason: .truncated, offset: start)
    }
    var value: UInt64 = 0
    for index in offset..<offset + byteCount { value = value << 8 | UInt64(bytes[index]) }
    offset += byteCount
    return value
  }
}
