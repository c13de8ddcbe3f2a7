/// What an `Encodable` has written so far at one place. A reference, because nested containers and
/// super encoders go on writing after their parent has moved on.
final class EncodingNode {
  private enum Content {
    case nothing
    case value(StateValue)
    case elements([EncodingNode])
    case members([(name: String, node: EncodingNode)])
  }

  private var content = Content.nothing

  /// How many elements have been begun.
  var elementCount: Int {
    if case .elements(let nodes) = content { nodes.count } else { 0 }
  }

  /// Makes this an object, if it is not one yet.
  func becomeObject() {
    if case .members = content { return }
    content = .members([])
  }

  /// Makes this an array, if it is not one yet.
  func becomeArray() {
    if case .elements = content { return }
    content = .elements([])
  }

  /// The place of a member.
  func member(_ name: String) -> EncodingNode {
    let node = EncodingNode()
    if case .members(var members) = content {
      // Taken out while it grows, so that appending does not copy.
      content = .nothing
      members.append((name, node))
      content = .members(members)
    } else {
      content = .members([(name, node)])
    }
    return node
  }

  /// The place of the member of that name, once more if it has been begun.
  func existingMember(_ name: String) -> EncodingNode {
    if case .members(let members) = content,
      let known = members.last(where: { $0.name.hasSameBytes(as: name) })
    {
      return known.node
    }
    return member(name)
  }

  /// The place of the next element.
  func nextElement() -> EncodingNode {
    let node = EncodingNode()
    if case .elements(var elements) = content {
      content = .nothing
      elements.append(node)
      content = .elements(elements)
    } else {
      content = .elements([node])
    }
    return node
  }

  func set(_ value: StateValue) { content = .value(value) }

  /// What stands here in the end; a type that wrote nothing is an object without members.
  func value(depth: Int) throws(UnsupportedValue) -> StateValue {
    switch content {
    case .nothing: return [:]
    case .value(let value):
      try value.check(depth: depth)
      return value
    case .elements(let nodes):
      guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
      var values: [StateValue] = []
      values.reserveCapacity(nodes.count)
      for (index, node) in nodes.enumerated() {
        do {
          values.append(try node.value(depth: depth + 1))
        } catch {
          throw error.inside(String(index))
        }
      }
      return .array(values)
    case .members(let nodes):
      guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
      var members: [(String, StateValue)] = []
      members.reserveCapacity(nodes.count)
      for (name, node) in nodes {
        do {
          members.append((name, try node.value(depth: depth + 1)))
        } catch {
          throw error.inside(name)
        }
      }
      return .object(StateObject(members))
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

  func encodeFloat(_ value: some BinaryFloatingPoint, path: @autoclosure () -> [any CodingKey])
    throws
  {
    let double = Double(value)
    guard double.isFinite else {
      throw EncodingError.refused(value, .nonFinite(double), path())
    }
    set(.double(double))
  }

  func encodeInteger(_ value: some BinaryInteger, path: @autoclosure () -> [any CodingKey]) throws {
    guard let integer = Int64(exactly: value) else {
      throw EncodingError.refused(value, .integerOutOfRange("\(value)"), path())
    }
    set(.int(integer))
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
