/// Builds values from deterministic CBOR; see ``CBORReader`` for what it refuses.
struct CBORDecoder {
  private var reader = CBORReader()

  static func value(_ bytes: Span<UInt8>) throws(CBORError) -> StateValue {
    var decoder = CBORDecoder()
    let value = try decoder.value(bytes, depth: 0)
    try decoder.reader.expectEnd(bytes)
    return value
  }

  static func object(_ bytes: Span<UInt8>) throws(CBORError) -> StateObject {
    guard !bytes.isEmpty else { throw CBORError(reason: .truncated, offset: 0) }
    guard bytes[0] >> 5 == CBORMajor.map.rawValue, case .object(let object) = try value(bytes)
    else {
      throw CBORError(reason: .notAnObject, offset: 0)
    }
    return object
  }

  private mutating func value(
    _ bytes: Span<UInt8>, depth: Int
  ) throws(CBORError) -> StateValue {
    let start = reader.offset
    switch try reader.next(bytes, depth: depth) {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .double(let value): return .double(value)
    case .text(let place): return .string(try text(bytes, place, of: start))
    case .array(let count):
      var values: [StateValue] = []
      values.reserveCapacity(count)
      for _ in 0..<count {
        reader.enterElement()
        values.append(try value(bytes, depth: depth + 1))
      }
      return .array(values)
    case .map(let count):
      var object = StateObject()
      object.members.reserveCapacity(count)
      var previous: Range<Int>?
      for _ in 0..<count {
        let start = reader.offset
        let place = try reader.name(bytes, after: previous)
        previous = place
        let name = try text(bytes, place, of: start)
        object.appendLast(name, try value(bytes, depth: depth + 1))
      }
      return .object(object)
    }
  }

  private func text(
    _ bytes: Span<UInt8>, _ place: Range<Int>, of start: Int
  ) throws(CBORError) -> String {
    guard let valid = try? UTF8Span(validating: bytes.extracting(place)) else {
      throw CBORError(reason: .invalidUTF8, offset: start)
    }
    return String(copying: valid)
  }
}
