/// State from and to `Codable` types.
///
/// Types without special treatment encode as they describe themselves: a `Date` is a number of
/// seconds since 2001, a `Data` an array of numbers. Dictionaries with `Int` keys become objects
/// whose members are named by the numbers.
extension StateValue {
  /// The value that an `Encodable` describes.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held: a NaN,
  ///   an infinity, an integer outside of `Int64`, more than ``maximumDepth`` levels.
  public init(encoding value: some Encodable) throws(StateError) {
    let node = EncodingNode()
    do {
      try node.encode(value)
      self = try node.value(depth: 0)
    } catch {
      throw StateError(encodingFailed: error)
    }
  }

  /// This value as a type of yours.
  ///
  /// A whole number may stand for a double, as hand-written state has it; nothing else is converted.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with the path of what does not fit.
  public func decode<T: Decodable>(_ type: T.Type) throws(StateError) -> T {
    do {
      return try ValueDecoder(value: self).decode(type)
    } catch {
      throw StateError(decodingFailed: error)
    }
  }
}

extension StateMap where Value == StateValue {
  /// The object that an `Encodable` describes.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held, or when
  ///   `value` is a single value or an array.
  public init(encoding value: some Encodable) throws(StateError) {
    guard case .object(let object) = try StateValue(encoding: value) else {
      throw UnsupportedValue(.notAnObject).stateError
    }
    self = object
  }

  /// This object as a type of yours.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with the path of what does not fit.
  public func decode<T: Decodable>(_ type: T.Type) throws(StateError) -> T {
    try StateValue.object(self).decode(type)
  }

  /// The same for an object that may be absent, which reads as empty; errors carry the address.
  func decodeUnlessEmpty<T: Decodable>(
    _ type: T.Type, at address: StateAddress
  ) throws(StateError) -> T? {
    if isEmpty { return nil }
    do {
      return try decode(type)
    } catch {
      var located = error
      located.address = address
      throw located
    }
  }
}

extension StateError {
  /// An error from inside an encoder, with its coding path.
  fileprivate init(encodingFailed error: any Error) {
    switch error {
    case let error as StateError: self = error
    case let error as UnsupportedValue: self = error.stateError
    case EncodingError.invalidValue(_, let context):
      if let unsupported = context.underlyingError as? UnsupportedValue {
        self = unsupported.stateError(path: context.codingPath.names)
      } else {
        self.init(
          .unsupportedValue, context.debugDescription, path: context.codingPath.names,
          underlying: error)
      }
    default:
      self.init(.unsupportedValue, "the value cannot be encoded: \(error)", underlying: error)
    }
  }

  /// An error from inside a decoder, with its coding path.
  fileprivate init(decodingFailed error: any Error) {
    let context: DecodingError.Context
    switch error {
    case let error as StateError:
      self = error
      return
    case DecodingError.typeMismatch(_, let found), DecodingError.valueNotFound(_, let found),
      DecodingError.dataCorrupted(let found):
      context = found
    case DecodingError.keyNotFound(let key, let found):
      context = DecodingError.Context(
        codingPath: found.codingPath + [key], debugDescription: "the member is missing")
    default:
      self.init(.undecodable, "the state cannot be decoded: \(error)", underlying: error)
      return
    }
    let path = context.codingPath.names
    let place = path.isEmpty ? "" : "\(path.joined(separator: ".")): "
    self.init(.undecodable, place + context.debugDescription, path: path, underlying: error)
  }
}

extension [any CodingKey] {
  /// The path as errors show it.
  var names: [String] { map(\.stringValue) }
}

/// The key of an array's element, or of a superclass's members.
enum PathKey: CodingKey {
  case member(String)
  case element(Int)

  init(stringValue: String) { self = .member(stringValue) }
  init(intValue: Int) { self = .element(intValue) }

  var stringValue: String {
    switch self {
    case .member(let name): name
    case .element(let index): String(index)
    }
  }

  var intValue: Int? {
    if case .element(let index) = self { index } else { nil }
  }

  /// Where `superEncoder()` and `superDecoder()` keep what they are given.
  static let `super` = PathKey(stringValue: "super")
}
