/// Reads deterministic CBOR and believes nothing: every length is bounded by the bytes that are
/// left before anything is allocated, and whatever the encoder would not have written is an error.
///
/// The span travels along as a parameter, since a stored one would ask for lifetime annotations.
struct CBORDecoder {
  private var offset = 0
  /// Bytes that items announced by the enclosing containers need at least. Without it, a hundred
  /// nested arrays could each claim all that is left and reserve memory for it.
  private var promisedByteCount = 0

  static func value(_ bytes: Span<UInt8>) throws(CBORError) -> StateValue {
    var decoder = CBORDecoder()
    let value = try decoder.value(bytes, depth: 0)
    try decoder.expectEnd(bytes)
    return value
  }

  static func object(_ bytes: Span<UInt8>) throws(CBORError) -> StateObject {
    var decoder = CBORDecoder()
    guard !bytes.isEmpty else { throw CBORError(reason: .truncated, offset: 0) }
    guard bytes[0] >> 5 == CBORMajor.map.rawValue else {
      throw CBORError(reason: .notAnObject, offset: 0)
    }
    guard case .object(let object) = try decoder.value(bytes, depth: 0) else {
      throw CBORError(reason: .notAnObject, offset: 0)
    }
    try decoder.expectEnd(bytes)
    return object
  }

  private func expectEnd(_ bytes: Span<UInt8>) throws(CBORError) {
    if offset != bytes.count { throw CBORError(reason: .trailingBytes, offset: offset) }
  }

  private mutating func value(
    _ bytes: Span<UInt8>, depth: Int
  ) throws(CBORError) -> StateValue {
    let start = offset
    let (major, information) = try head(bytes)
    switch major {
    case .unsigned:
      return .int(try integer(bytes, information, at: start))
    case .negative:
      return .int(~(try integer(bytes, information, at: start)))
    case .bytes: throw CBORError(reason: .byteString, offset: start)
    case .text: return .string(try text(bytes, information, at: start))
    case .array: return .array(try array(bytes, information, at: start, depth: depth))
    case .map: return .object(try map(bytes, information, at: start, depth: depth))
    case .tag: throw CBORError(reason: .tag, offset: start)
    case .simple: return try simple(bytes, information, at: start)
    }
  }

  private mutating func array(
    _ bytes: Span<UInt8>, _ information: UInt8, at start: Int, depth: Int
  ) throws(CBORError) -> [StateValue] {
    let count = try containerCount(bytes, information, at: start, depth: depth, itemByteCount: 1)
    var values: [StateValue] = []
    values.reserveCapacity(count)
    for _ in 0..<count {
      promisedByteCount -= 1
      values.append(try value(bytes, depth: depth + 1))
    }
    return values
  }

  private mutating func map(
    _ bytes: Span<UInt8>, _ information: UInt8, at start: Int, depth: Int
  ) throws(CBORError) -> StateObject {
    let count = try containerCount(bytes, information, at: start, depth: depth, itemByteCount: 2)
    var object = StateObject()
    object.members.reserveCapacity(count)
    for _ in 0..<count {
      promisedByteCount -= 2
      let nameStart = offset
      let (major, information) = try head(bytes)
      guard major == .text else { throw CBORError(reason: .nameNotText, offset: nameStart) }
      let name = try text(bytes, information, at: nameStart)
      if let last = object.members.last {
        let order = String.encodedOrder(last.name, name)
        if order == 0 { throw CBORError(reason: .duplicateName, offset: nameStart) }
        if order > 0 { throw CBORError(reason: .unsortedNames, offset: nameStart) }
      }
      object.appendLast(name, try value(bytes, depth: depth + 1))
    }
    return object
  }

  /// The number of items in a container, once the bytes left can hold so many.
  private mutating func containerCount(
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
  ) throws(CBORError) -> String {
    let argument = try argument(bytes, information, at: start)
    guard argument <= UInt64(bytes.count - offset) else {
      throw CBORError(reason: .lengthTooLarge, offset: start)
    }
    let end = offset + Int(argument)
    defer { offset = end }
    guard let valid = try? UTF8Span(validating: bytes.extracting(offset..<end)) else {
      throw CBORError(reason: .invalidUTF8, offset: start)
    }
    return String(copying: valid)
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
  ) throws(CBORError) -> StateValue {
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
