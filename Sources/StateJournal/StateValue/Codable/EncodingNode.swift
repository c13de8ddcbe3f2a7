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

  private var kind = Kind.nothing
  private var value = StateValue.null
  private var elements: [Part] = []
  private var members: [(name: String, part: Part)] = []

  /// How many elements have been begun.
  var elementCount: Int { elements.count }

  /// Makes this an object, if it is not one yet.
  func becomeObject() { become(.object) }

  /// Makes this an array, if it is not one yet.
  func becomeArray() { become(.array) }

  private func become(_ kind: Kind) {
    if self.kind == kind { return }
    self.kind = kind
    elements = []
    members = []
    // One growth instead of three for what has a few members.
    if kind == .object { members.reserveCapacity(8) }
  }

  /// The place of a member.
  func member(_ name: String) -> EncodingNode {
    let node = EncodingNode()
    add(.node(node), as: name)
    return node
  }

  /// Sets a member.
  func set(_ value: StateValue, as name: String) { add(.value(value), as: name) }

  private func add(_ part: Part, as name: String) {
    becomeObject()
    members.append((name, part))
  }

  /// The place of the member of that name, once more if it has been begun.
  func existingMember(_ name: String) -> EncodingNode {
    if case .node(let node) = members.last(where: { $0.name.hasSameBytes(as: name) })?.part {
      return node
    }
    return member(name)
  }

  /// The place of the next element.
  func nextElement() -> EncodingNode {
    let node = EncodingNode()
    becomeArray()
    elements.append(.node(node))
    return node
  }

  /// Adds an element.
  func add(_ value: StateValue) {
    becomeArray()
    elements.append(.value(value))
  }

  func set(_ value: StateValue) {
    become(.value)
    self.value = value
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
    guard members.count <= StateObject.smallCount else {
      return StateObject(
        unsorted: try members.map { member throws(UnsupportedValue) in
          (member.name, try value(of: member, depth: depth))
        })
    }
    var object = StateObject()
    object.members.reserveCapacity(members.count)
    for member in members { object.place(member.name, try value(of: member, depth: depth)) }
    return object
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

extension EncodingNode {
  /// Writes any value here.
  func encode<T: Encodable>(_ value: T, path: [any CodingKey]) throws {
    switch value {
    // State itself is taken as it is, rather than taken apart and put together again.
    case let value as StateValue: set(value)
    case let object as StateObject: set(.object(object))
    default:
      // A type that contains itself without end would exhaust the stack before anything else could
      // notice.
      guard path.count <= StateValue.maximumDepth else {
        throw EncodingError.refused(value, .tooDeep, path)
      }
      try value.encode(to: ValueEncoder(node: self, codingPath: path))
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
