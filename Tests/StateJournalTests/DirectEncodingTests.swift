import StorageSimulator
import Testing

@testable import StateJournal

/// `StateObject(encoding:)` builds an object by nodes, which take whatever a type does; what is encoded
/// without one has to come to the same.
@Suite("Codable types straight to CBOR") struct DirectEncodingTests {
  /// What a type may say to its encoder, at one place.
  indirect enum Shape {
    case nothing
    case scalar(Scalar)
    case state(StateValue)
    /// Written through the container of a single value.
    case wrapped(Shape)
    case array([(Way, Shape)])
    case object([(Way, name: String, Shape)])
    /// Two containers of one encoder, one after the other.
    case both([(Way, name: String, Shape)], [(Way, name: String, Shape)])
    case failing
  }

  enum Scalar {
    case null
    case bool(Bool)
    case string(String)
    case double(Double)
    case float(Float)
    case int(Int)
    case small(Int8)
    case unsigned(UInt64)
  }

  /// How a part is written.
  enum Way: CaseIterable {
    case plain
    /// Through a container of its own, before its siblings go on.
    case nested
    /// The same, but filled when its siblings have been written.
    case nestedLate
    case superEncoder
    /// A failure is caught, and what was written of the part stays.
    case caught
  }

  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  struct Failure: Error {}

  struct Value: Encodable {
    let shape: Shape

    func encode(to encoder: any Encoder) throws {
      switch shape {
      case .nothing: break
      case .scalar(let scalar): try scalar.encode(in: encoder.singleValueContainer())
      case .state(let value): try value.encode(to: encoder)
      case .wrapped(let shape):
        var container = encoder.singleValueContainer()
        try container.encode(Value(shape: shape))
      case .array(let parts): try encode(parts, to: encoder.unkeyedContainer())
      case .object(let parts): try encode(parts, to: encoder.container(keyedBy: Key.self))
      case .both(let first, let second):
        try encode(first, to: encoder.container(keyedBy: Key.self))
        try encode(second, to: encoder.container(keyedBy: Key.self))
      case .failing: throw Failure()
      }
    }

    private func encode(
      _ parts: [(Way, name: String, Shape)], to container: KeyedEncodingContainer<Key>
    ) throws {
      var container = container
      var late: [() throws -> Void] = []
      for (way, name, shape) in parts {
        let key = Key(stringValue: name)
        let path = container.codingPath.map(\.stringValue)
        switch (way, shape) {
        case (.nested, .array(let parts)):
          try encode(parts, to: container.nestedUnkeyedContainer(forKey: key))
        case (.nested, .object(let parts)):
          try encode(parts, to: container.nestedContainer(keyedBy: Key.self, forKey: key))
        case (.nestedLate, .array(let parts)):
          let nested = container.nestedUnkeyedContainer(forKey: key)
          late.append { try encode(parts, to: nested) }
        case (.nestedLate, .object(let parts)):
          let nested = container.nestedContainer(keyedBy: Key.self, forKey: key)
          late.append { try encode(parts, to: nested) }
        case (.superEncoder, _):
          let inner = container.superEncoder(forKey: key)
          guard inner.codingPath.map(\.stringValue) == path + [name] else { throw Failure() }
          try Value(shape: shape).encode(to: inner)
        case (.caught, _): try? container.encode(Value(shape: shape), forKey: key)
        case (_, .scalar(let scalar)): try scalar.encode(in: &container, as: key)
        case (_, .state(let value)): try container.encode(value, forKey: key)
        default: try container.encode(Value(shape: shape), forKey: key)
        }
      }
      for write in late { try write() }
    }

    private func encode(
      _ parts: [(Way, Shape)], to container: any UnkeyedEncodingContainer
    ) throws {
      var container = container
      var late: [() throws -> Void] = []
      for (way, shape) in parts {
        let count = container.count
        switch (way, shape) {
        case (.nested, .array(let parts)):
          try encode(parts, to: container.nestedUnkeyedContainer())
        case (.nested, .object(let parts)):
          try encode(parts, to: container.nestedContainer(keyedBy: Key.self))
        case (.nestedLate, .array(let parts)):
          let nested = container.nestedUnkeyedContainer()
          late.append { try encode(parts, to: nested) }
        case (.nestedLate, .object(let parts)):
          let nested = container.nestedContainer(keyedBy: Key.self)
          late.append { try encode(parts, to: nested) }
        case (.superEncoder, _): try Value(shape: shape).encode(to: container.superEncoder())
        case (.caught, _): try? container.encode(Value(shape: shape))
        case (_, .scalar(let scalar)): try scalar.encode(in: &container)
        case (_, .state(let value)): try container.encode(value)
        default: try container.encode(Value(shape: shape))
        }
        // Whoever counts on the number of elements must be able to.
        if way != .caught, container.count != count + 1 { throw Failure() }
      }
      for write in late { try write() }
    }
  }

  /// The bytes, or the error, as text to compare.
  func outcome(_ encode: (inout [UInt8]) throws -> Void) -> String {
    var bytes: [UInt8] = [7]
    do {
      try encode(&bytes)
      return bytes.hexadecimal
    } catch {
      guard bytes == [7] else { return "a failed encoding has left \(bytes.count) bytes" }
      let path = (error as? StateError)?.path ?? []
      return "\(error) \(path)"
    }
  }

  func isEncodedDirectly(_ value: some Encodable) -> Bool {
    if EncodedObject.encoding(value) != nil { true } else { false }
  }

  /// - Parameter comment: made when it is wanted; a whole value in it takes longer than all the rest.
  func expectSame(
    _ value: some Encodable, _ comment: @autoclosure () -> Comment
  ) -> String {
    let direct = outcome { try StateObject.appendCBOR(encoding: value, to: &$0) }
    let byNodes = outcome { try StateObject(encoding: value).appendCBOR(to: &$0) }
    #expect(direct == byNodes, comment())
    return direct
  }

  @Test("Whatever a type does, the bytes and the errors are those of its object", arguments: 1...4)
  func same(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var (encodedCount, failedCount) = (0, 0)
    for iteration in 0..<1_000 {
      // Half of them do nothing unusual, so that few are given up.
      let shapes = ShapeGenerator(isTame: iteration % 2 == 0)
      let value = Value(shape: shapes.object(using: &generator, depth: 0))
      let outcome = expectSame(value, "seed \(seed), iteration \(iteration): \(value)")
      if outcome.hasPrefix("07") { encodedCount += 1 } else { failedCount += 1 }
    }
    #expect(encodedCount > 500)
    #expect(failedCount > 25)
  }

  struct Plain: Encodable {
    var seq = 1
    var pad = "x"
    var done = false
    var inner = ["b": [1.5], "aa": []]
  }

  @Test("What is written one place after the other takes no object")
  func direct() throws {
    #expect(isEncodedDirectly(Plain()))
    #expect(isEncodedDirectly(CodableTests().job))
    #expect(!isEncodedDirectly([1]))
    for tame in 0..<500 {
      var generator = SeededGenerator(seed: UInt64(tame))
      let shape = ShapeGenerator(isTame: true, canFail: false)
        .object(using: &generator, depth: 0)
      #expect(isEncodedDirectly(Value(shape: shape)), "seed \(tame): \(shape)")
    }
  }

  @Test(
    "Containers take as many parts as heads of every length count",
    arguments: [23, 24, 255, 256, 65_536])
  func counts(count: Int) {
    let scalars = (0..<count).map { (Way.plain, Shape.scalar(.int($0))) }
    let members = (0..<count).reversed().map { (Way.plain, name: "m\($0)", Shape.scalar(.int($0))) }
    let shape = Shape.object([
      (.plain, name: "z", .array(scalars)), (.nested, name: "y", .array(scalars)),
      (.plain, name: "x", .object(members)), (.nested, name: "w", .object(members)),
    ])
    #expect(expectSame(Value(shape: shape), "\(count)").hasPrefix("07"))
    #expect(expectSame(Value(shape: .object(members)), "\(count)").hasPrefix("07"))
  }

  @Test("Levels are as many as state may have", arguments: [126, 127, 128, 129, 200])
  func depth(levelCount: Int) {
    var shapes = (object: Shape.nothing, array: Shape.nothing, wrapped: Shape.nothing)
    for _ in 0..<levelCount {
      shapes.object = .object([(.plain, name: "in", shapes.object)])
      shapes.array = .array([(.nested, shapes.array)])
      shapes.wrapped = .object([(.superEncoder, name: "in", .wrapped(shapes.wrapped))])
    }
    for shape in [shapes.object, .object([(.plain, name: "a", shapes.array)]), shapes.wrapped] {
      _ = expectSame(Value(shape: shape), "\(levelCount)")
    }
  }

  /// Keeps its containers, those of all encodings.
  final class Keeper: Encodable {
    var kept: [KeyedEncodingContainer<Key>] = []
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(1, forKey: Key(stringValue: "a"))
      kept.append(container)
    }
  }

  /// Writes through what was kept while it is encoded itself.
  struct Meddling: Encodable {
    let keeper: Keeper
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(1, forKey: Key(stringValue: "a"))
      for index in keeper.kept.indices {
        try? keeper.kept[index].encode(2, forKey: Key(stringValue: "b"))
      }
    }
  }

  @Test("A container that outlives its encoding does not reach the next one")
  func keptContainer() throws {
    let keeper = Keeper()
    let alone = expectSame(keeper, "kept")
    let plain = expectSame(Plain(), "plain")
    #expect(!isEncodedDirectly(keeper))
    // One of them at least has been given what bytes are made of, the others nodes.
    #expect(keeper.kept.count > 2)
    for index in keeper.kept.indices {
      try? keeper.kept[index].encode(2, forKey: Key(stringValue: "b"))
      let bytes = outcome { bytes in
        try StateObject.appendCBOR(encoding: Plain(), to: &bytes)
        try? keeper.kept[index].encode(3, forKey: Key(stringValue: "c"))
      }
      #expect(bytes == plain, "container \(index)")
    }
    #expect(expectSame(Meddling(keeper: keeper), "meddling") == "07a1616101")
    #expect(expectSame(Keeper(), "again") == alone)
  }

  /// Encodes another value in the midst of being encoded.
  struct Nested: Encodable {
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      var bytes: [UInt8] = []
      try StateObject.appendCBOR(encoding: Plain(), to: &bytes)
      try container.encode(bytes, forKey: Key(stringValue: "bytes"))
    }
  }

  @Test("Encodings inside of encodings, and on many threads at once, do not meet")
  func concurrently() async {
    let expected = outcome { try StateObject(encoding: Nested()).appendCBOR(to: &$0) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<500).allSatisfy { _ in
            outcome { try StateObject.appendCBOR(encoding: Nested(), to: &$0) } == expected
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}

extension DirectEncodingTests.Scalar {
  typealias Key = DirectEncodingTests.Key

  func encode(in container: any SingleValueEncodingContainer) throws {
    var container = container
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .double(let value): try container.encode(value)
    case .float(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .small(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    }
  }

  func encode(in container: inout any UnkeyedEncodingContainer) throws {
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .double(let value): try container.encode(value)
    case .float(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .small(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    }
  }

  func encode(in container: inout KeyedEncodingContainer<Key>, as key: Key) throws {
    switch self {
    case .null: try container.encodeNil(forKey: key)
    case .bool(let value): try container.encode(value, forKey: key)
    case .string(let value): try container.encode(value, forKey: key)
    case .double(let value): try container.encode(value, forKey: key)
    case .float(let value): try container.encode(value, forKey: key)
    case .int(let value): try container.encode(value, forKey: key)
    case .small(let value): try container.encode(value, forKey: key)
    case .unsigned(let value): try container.encode(value, forKey: key)
    }
  }
}
