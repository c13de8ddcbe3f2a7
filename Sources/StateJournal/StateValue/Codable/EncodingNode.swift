/// What an `Encodable` has written so far at one place. A reference, because nested containers and
/// super encoders go on writing after their parent has moved on.
final class EncodingNode {
  private enum Kind {
    case nothing
    case value
    case array
    case object
  }

  /// What stands in a container. Values that are complete when they are written take no node, which
  /// is an allocation.
  private enum Part {
    case value(StateValue)
    case node(EncodingNode)

    func value(depth: Int) throws(UnsupportedValue) -> StateValue {
      switch self {
      case .value(let value):
        try value.check(depth: depth)
        return value
      case .node(let node): return try node.value(depth: depth)
      }
    }
  }

  /// The keys that lead here.
  private let codingPath: [any CodingKey]
  private var kind = Kind.nothing
  private var value = StateValue.null
  private var elements: [Part] = []
  private var members: [(name: String, part: Part)] = []

  init(codingPath: [any CodingKey] = []) { self.codingPath = codingPath }

  private func become(_ kind: Kind) {
    if self.kind == kind { return }
    self.kind = kind
    elements = []
    members = []
    // One growth instead of three for what has a few members.
    if kind == .object { members.reserveCapacity(8) }
  }

  /// What stands here in the end; a type that wrote nothing is an object without members.
  func value(depth: Int) throws(UnsupportedValue) -> StateValue {
    switch kind {
    case .nothing: return [:]
    case .value:
      try value.check(depth: depth)
      return value
    case .array:
      guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
      var values: [StateValue] = []
      values.reserveCapacity(elements.count)
      for (index, part) in elements.enumerated() {
        do {
          values.append(try part.value(depth: depth + 1))
        } catch {
          throw error.inside(String(index))
        }
      }
      return .array(values)
    case .object: return .object(try object(depth: depth))
    }
  }

  private func object(depth: Int) throws(UnsupportedValue) -> StateObject {
    guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
    return StateObject(
      array: try members.map { member throws(UnsupportedValue) in
        (member.name, try value(of: member, depth: depth))
      })
  }

  private func value(
    of member: (name: String, part: Part), depth: Int
  ) throws(UnsupportedValue) -> StateValue {
    do {
      return try member.part.value(depth: depth + 1)
    } catch {
      throw error.inside(member.name)
    }
  }
}

/// What is written here. A node is one place, so it need not be told which.
extension EncodingNode: EncodingSink {
  func codingPath(to place: EncodingPlace) -> [any CodingKey] { codingPath }

  func container<Key: CodingKey>(
    keyedBy type: Key.Type, at place: EncodingPlace
  ) -> KeyedEncodingContainer<Key> {
    become(.object)
    return KeyedEncodingContainer(KeyedWriter(sink: self, place: place))
  }

  func becomeArray(at place: EncodingPlace) { become(.array) }
  func elementCount(at place: EncodingPlace) -> Int? { elements.count }

  func set(_ value: StateValue, at place: EncodingPlace) {
    become(.value)
    self.value = value
  }

  func set(_ value: StateValue, as name: String, at place: EncodingPlace) {
    add(.value(value), as: name)
  }

  func set(text: String, as name: String, at place: EncodingPlace) {
    add(.value(.string(text)), as: name)
  }

  func set(flag: Bool, as name: String, at place: EncodingPlace) {
    add(.value(.bool(flag)), as: name)
  }

  func set(number: Int64, as name: String, at place: EncodingPlace) {
    add(.value(.int(number)), as: name)
  }

  func add(_ value: StateValue, at place: EncodingPlace) { add(.value(value)) }

  func member(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder {
    let node = EncodingNode(codingPath: codingPath + [key])
    add(.node(node), as: key.stringValue)
    return node.encoder
  }

  func existingMember(
    _ key: any CodingKey, at place: EncodingPlace
  ) -> ValueEncoder {
    let name = key.stringValue
    if case .node(let node) = members.last(where: { $0.name.hasSameBytes(as: name) })?.part {
      return node.encoder
    }
    return member(key, at: place)
  }

  func nextElement(at place: EncodingPlace) -> ValueEncoder {
    let node = EncodingNode(codingPath: codingPath + [PathKey(intValue: elements.count)])
    add(.node(node))
    return node.encoder
  }

  func encode<T: Encodable>(_ value: T, at place: EncodingPlace) throws { try encode(value) }

  func end(_ place: EncodingPlace) {}

  private var encoder: ValueEncoder { ValueEncoder(sink: self, place: .nowhere) }

  private func add(_ part: Part, as name: String) {
    become(.object)
    members.append((name, part))
  }

  private func add(_ part: Part) {
    become(.array)
    elements.append(part)
  }

  /// Writes any value here.
  func encode<T: Encodable>(_ value: T) throws {
    switch value {
    // State itself is taken as it is, rather than taken apart and put together again.
    case let value as StateValue: set(value, at: .nowhere)
    case let object as StateObject: set(.object(object), at: .nowhere)
    default:
      // A type that contains itself without end would exhaust the stack before anything else could
      // notice.
      guard codingPath.count <= StateValue.maximumDepth else {
        throw EncodingError.refused(value, .tooDeep, codingPath)
      }
      try value.encode(to: encoder)
    }
  }
}

extension StateValue {
  /// The value that an encoder is given, at a path that errors carry.
  init(float value: some BinaryFloatingPoint, path: @autoclosure () -> [any CodingKey]) throws {
    let double = Double(value)
    guard double.isFinite else {
      throw EncodingError.refused(value, .nonFinite(double), path())
    }
    self = .double(double)
  }

  /// The value that an encoder is given, at a path that errors carry.
  init(integer value: some BinaryInteger, path: @autoclosure () -> [any CodingKey]) throws {
    guard let integer = Int64(exactly: value) else {
      throw EncodingError.refused(value, .integerOutOfRange("\(value)"), path())
    }
    self = .int(integer)
  }
}

extension EncodingError {
  fileprivate static func refused(
    _ value: Any, _ kind: UnsupportedValue.Kind, _ path: [any CodingKey]
  ) -> EncodingError {
    .invalidValue(
      value,
      Context(
        codingPath: path, debugDescription: UnsupportedValue(kind).stateError.message,
        underlyingError: UnsupportedValue(kind)))
  }
}
