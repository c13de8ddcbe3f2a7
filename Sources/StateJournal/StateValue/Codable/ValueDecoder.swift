/// The decoder of one value, which is also its own single-value container.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let value: StateValue
  /// Where the value stands: the path of its container, and its key there. Joined only on demand,
  /// because most values decode without anybody asking.
  private let containerPath: [any CodingKey]
  private let key: (any CodingKey)?

  var codingPath: [any CodingKey] { key.map { containerPath + [$0] } ?? containerPath }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(value: StateValue, in containerPath: [any CodingKey] = [], under key: (any CodingKey)? = nil)
  {
    self.value = value
    self.containerPath = containerPath
    self.key = key
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let object) = value else { throw mismatch(StateObject.self, "an object") }
    return KeyedDecodingContainer(KeyedReader(object: object, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let values) = value else { throw mismatch([StateValue].self, "an array") }
    return UnkeyedReader(values: values, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { value.isNull }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let flag) = value else { throw mismatch(type, "true or false") }
    return flag
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .string(let text) = value else { throw mismatch(type, "a string") }
    return text
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    // State itself is taken as it is; so are the members of an object.
    if type == StateValue.self, let same = value as? T { return same }
    if case .object(let object) = value, type == StateObject.self, let same = object as? T {
      return same
    }
    return try type.init(from: self)
  }

  /// A number with a fraction, rounded to the type's precision as literals are.
  private func float<T: BinaryFloatingPoint>(_ type: T.Type) throws -> T {
    switch value {
    case .double(let double):
      let number = T(double)
      guard number.isFinite else { throw corrupted("\(double) does not fit \(type)") }
      return number
    case .int(let integer):
      guard let number = T(exactly: integer) else {
        throw corrupted("\(integer) does not fit \(type) exactly")
      }
      return number
    default: throw mismatch(type, "a number")
    }
  }

  private func integer<T: BinaryInteger>(_ type: T.Type) throws -> T {
    guard case .int(let integer) = value else { throw mismatch(type, "an integer") }
    guard let number = T(exactly: integer) else {
      throw corrupted("\(integer) does not fit \(type)")
    }
    return number
  }

  private func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
    let context = DecodingError.Context(
      codingPath: codingPath, debugDescription: "\(expected) is expected, not \(value.kindName)")
    return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }

  private func corrupted(_ description: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: description))
  }
}

/// The number types, each a requirement of its own.
extension ValueDecoder {
  func decode(_ type: Double.Type) throws -> Double { try float(type) }
  func decode(_ type: Float.Type) throws -> Float { try float(type) }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
}

extension StateValue {
  /// What this is, for messages.
  fileprivate var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .int: "an integer"
    case .double: "a double"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
