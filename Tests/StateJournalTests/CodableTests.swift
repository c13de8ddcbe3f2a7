import StateJournal
import Testing

@Suite("Codable types as state") struct CodableTests {
  enum Kind: Codable, Hashable {
    case full
    case window(from: Int, to: Int)
    case named(String)
  }

  struct Inner: Codable, Hashable {
    var ratio: Float
    var flag: Bool?
  }

  struct Job: Codable, Hashable {
    var id: Int
    var small: Int8
    var large: UInt64
    var rate: Double
    var name: String
    var inner: Inner
    var list: [Inner?]
    var byName: [String: [Int]]
    var byNumber: [Int: String]
    var kind: [Kind]
    var missing: String?
    var raw: StateValue
    var object: StateObject
    var set: Set<Int>
    var pair: ClosedRange<Int>
  }

  let job = Job(
    id: .min, small: -128, large: UInt64(Int64.max), rate: -0.0, name: "é\0",
    inner: Inner(ratio: 0.1, flag: nil), list: [Inner(ratio: 1, flag: true), nil],
    byName: ["a": [1], "": []], byNumber: [-1: "x", 10: "y"],
    kind: [.full, .window(from: 1, to: 2), .named("n")], missing: nil,
    raw: [1, 1.0, nil, ["a": "b"]], object: ["n": 1.0], set: [1, 2, 3], pair: 1...9)

  @Test("A type of every shape comes back equal, also through CBOR and JSON")
  func roundTrip() throws {
    let object = try StateObject(encoding: job)
    #expect(try object.decode(Job.self) == job)
    #expect(try StateObject(json: object.json()).decode(Job.self) == job)
    #expect(object["id"] == .int(.min))
    #expect(object["rate"] == .double(-0.0))
    #expect(object["missing"] == nil)
    #expect(object["list"]?[1] == .null)
    #expect(object["byNumber"] == ["-1": "x", "10": "y"])
    #expect(
      object["kind"] == [["full": [:]], ["window": ["from": 1, "to": 2]], ["named": ["_0": "n"]]])
    #expect(object["raw"] == job.raw)
    #expect(object["object"] == .object(job.object))
    #expect(object["inner"] == ["ratio": .double(Double(Float(0.1)))])
  }

  class Base: Codable {
    var base = 1
  }

  final class Derived: Base {
    var derived = 2

    enum CodingKeys: CodingKey { case derived, nested, list }
    enum NestedKeys: CodingKey { case one }

    init(base: Int, derived: Int) {
      super.init()
      self.base = base
      self.derived = derived
    }

    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      try super.init(from: container.superDecoder())
      let nested = try container.nestedContainer(keyedBy: NestedKeys.self, forKey: .nested)
      derived = try nested.decode(Int.self, forKey: .one)
      var list = try container.nestedUnkeyedContainer(forKey: .list)
      var inner = try list.nestedUnkeyedContainer()
      #expect(try inner.decode(Int.self) == derived)
      #expect(inner.isAtEnd)
      #expect(throws: DecodingError.self) { try inner.decode(Int.self) }
      #expect(try list.decodeNil())
      #expect(try !list.decodeNil())
      #expect(try list.decode(String.self) == "end")
    }

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      var nested = container.nestedContainer(keyedBy: NestedKeys.self, forKey: .nested)
      var list = container.nestedUnkeyedContainer(forKey: .list)
      var inner = list.nestedUnkeyedContainer()
      try list.encodeNil()
      try list.encode("end")
      // The nested ones are written after their parents have moved on.
      try inner.encode(derived)
      try nested.encode(derived, forKey: .one)
      try super.encode(to: container.superEncoder())
    }
  }

  @Test("Nested containers and superclasses keep their places")
  func nesting() throws {
    let object = try StateObject(encoding: Derived(base: 7, derived: 8))
    #expect(
      object == ["super": ["base": 7], "nested": ["one": 8], "list": [[8], nil, "end"]])
    let decoded = try object.decode(Derived.self)
    #expect(decoded.base == 7)
    #expect(decoded.derived == 8)
  }

  struct Recursive: Codable { var children: [Recursive] = [] }
  struct Endless: Encodable {
    enum CodingKeys: CodingKey { case again }
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(Endless(), forKey: .again)
    }
  }
  struct Failing: Encodable {
    struct Reason: Error {}
    func encode(to encoder: any Encoder) throws { throw Reason() }
  }

  static let refused: [(any Encodable & Sendable, path: [String])] = [
    (["a": [1, UInt64.max]] as [String: [UInt64]], ["a", "1"]),
    (["a": ["b": Double.nan]], ["a", "b"]), (["a": -Float.infinity], ["a"]),
    (["a": StateValue.array([0, .double(.infinity)])], ["a", "1"]),
    ([1: [[UInt.max]]], ["1", "0", "0"]), (["a": UInt64.max] as [String: UInt64], ["a"]),
    ([1, 2], []), (42, []), ("text", []), (Int?.none, []), (Failing(), []),
    (["a": Failing()], []), (Endless(), Array(repeating: "again", count: 129)),
  ]

  @Test("What state cannot hold is refused with its path", arguments: refused.indices)
  func refusedEncoding(index: Int) {
    let (value, path) = Self.refused[index]
    let error = #expect(throws: StateError.self) { try StateObject(encoding: value) }
    #expect(error.map { "\($0.reason)" } == "unsupportedValue")
    #expect(error?.path == path)
  }

  struct Counter: Codable, Equatable { var count: Int8 }
  struct Mean: Codable, Equatable { var mean: Float }

  static let mismatched: [(StateObject, path: [String])] = [
    ([:], ["count"]), (["count": 1.0], ["count"]), (["count": 128], ["count"]),
    (["count": "1"], ["count"]), (["count": nil], ["count"]), (["count": [1]], ["count"]),
  ]

  @Test("State of another shape is refused with its path", arguments: mismatched)
  func refusedDecoding(object: StateObject, path: [String]) {
    let error = #expect(throws: StateError.self) { try object.decode(Counter.self) }
    #expect(error.map { "\($0.reason)" } == "undecodable")
    #expect(error?.path == path)
    #expect(error?.message.contains("count") == true)
  }

  @Test("A mismatch inside an array names the element")
  func elementPath() {
    let object: StateObject = ["a": [["count": 1], ["count": true]]]
    let error = #expect(throws: StateError.self) { try object.decode([String: [Counter]].self) }
    #expect(error?.path == ["a", "1", "count"])
  }

  @Test("A whole number serves as a double only when it is exact")
  func numbers() throws {
    #expect(try (["mean": 3] as StateObject).decode(Mean.self) == Mean(mean: 3))
    #expect(try (["mean": 0.1] as StateObject).decode(Mean.self) == Mean(mean: 0.1))
    #expect(throws: StateError.self) { try (["mean": 16_777_217] as StateObject).decode(Mean.self) }
    #expect(throws: StateError.self) { try (["mean": 1e300] as StateObject).decode(Mean.self) }
  }

  @Test("A type that writes nothing is an empty object")
  func nothing() throws {
    struct Nothing: Codable {}
    #expect(try StateObject(encoding: Nothing()) == [:])
    #expect(
      try StateObject(encoding: Recursive(children: [.init()])) == ["children": [["children": []]]])
    #expect(try StateValue(encoding: [1, 2]) == [1, 2])
    #expect(try StateValue.int(5).decode(Int.self) == 5)
    #expect(try StateValue.null.decode(Int?.self) == nil)
  }
}
