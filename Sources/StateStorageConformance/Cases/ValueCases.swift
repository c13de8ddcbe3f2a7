import StateJournal

extension ConformanceCase {
  /// What values may be.
  static let valueCases: [ConformanceCase] = [
    ConformanceCase("numbers come back as they were", .fresh(numbers)),
    ConformanceCase("text comes back byte for byte", .fresh(text)),
    ConformanceCase("deep objects come back as they were", .fresh(deep)),
    ConformanceCase("large objects come back as they were", .fresh(large)),
    ConformanceCase(
      "what cannot be held is refused and changes nothing", .fresh(unsupportedValues)),
    ConformanceCase("your own types come back as they were", .fresh(codableTypes)),
  ]

  @Sendable private static func numbers(_ storage: any StateStorage) async throws {
    let object: StateObject = [
      "min": .int(.min), "max": .int(.max), "zero": 0, "one": 1, "one and a half": 1.5,
      "one as a double": 1.0, "negative zero": -0.0, "past 2^53": 9_007_199_254_740_993,
      "largest": .double(.greatestFiniteMagnitude), "smallest": .double(.leastNonzeroMagnitude),
      "tenth": 0.1, "large": 1e300, "2^63": 9.223372036854775808e18, "true": true, "null": nil,
    ]
    try await storage.update(.stream("s", of: "orders"), to: object)
    let found = try await storage.read(.stream("s", of: "orders"))
    for (name, value) in object { try expectEqual(found[name], value, name) }
    try expectEqual(found, object, "the object")
  }

  @Sendable private static func text(_ storage: any StateStorage) async throws {
    let object = StateObject(
      unusualNames.enumerated().map { ("\($0)", .string($1)) } + [
        ("empty", ""),
        ("controls", .string(String((0..<32).map { Character(Unicode.Scalar($0)) }))),
        ("lines", "\r\n\u{2028}\u{2029}\u{85}"), ("last", "\u{10ffff}"),
      ])
    try await storage.update(.stream("s", of: "orders"), to: object)
    try expectEqual(try await storage.read(.stream("s", of: "orders")), object, "the object")
  }

  @Sendable private static func deep(_ storage: any StateStorage) async throws {
    var deep: StateValue = ["end": nil]
    for _ in 0..<StateValue.maximumDepth - 2 { deep = [deep] }
    let object: StateObject = ["deep": deep, "empty": ["", [], [:]]]
    try await storage.update(.stream("s", of: "orders"), to: object)
    try expectEqual(try await storage.read(.stream("s", of: "orders")), object, "the object")
  }

  @Sendable private static func large(_ storage: any StateStorage) async throws {
    let object: StateObject = [
      "text": .string(String(repeating: "é\u{0}\u{1f}\"\\\u{2028}", count: 50_000)),
      "many": .object(StateObject((0..<5_000).map { ("\($0)", .array([.int($0), true])) })),
    ]
    try await storage.update(.stream("s", of: "orders"), to: object)
    try expectEqual(try await storage.read(.stream("s", of: "orders")), object, "the object")
    try await storage.write(
      SourceState(streams: StateMap((0..<1_000).map { ("\($0)", ["n": .int($0)]) })), to: "many")
    let streams = try await storage.read("many").streams
    try expectEqual(streams.count, 1_000, "the number of streams")
    try expectEqual(streams["999"], ["n": 999], "the last stream")
  }

  @Sendable private static func unsupportedValues(_ storage: any StateStorage) async throws {
    var deep: StateValue = [:]
    for _ in 0..<StateValue.maximumDepth { deep = ["in": deep] }
    let address = StateAddress.stream("s", of: "orders")
    try await storage.update(address, to: ["a": 1])
    for value in [.double(.nan), [["b": .double(-.infinity)]], deep] {
      try await expectRefusal(.unsupportedValue, "updating to it") { () async throws(StateError) in
        try await storage.update(address, to: ["a": 2, "b": value])
      }
      try await expectRefusal(.unsupportedValue, "writing it") { () async throws(StateError) in
        try await storage.write(SourceState(streams: ["s": ["b": value]]), to: "orders")
      }
    }
    try expectEqual(
      try await storage.read("orders"), SourceState(streams: ["s": ["a": 1]]), "the source")
  }

  private struct Position: Codable, Equatable {
    var lastID: Int
    var window: ClosedRange<Int>
    var note: String?
  }

  @Sendable private static func codableTypes(_ storage: any StateStorage) async throws {
    let address = StateAddress.stream("s", of: "orders")
    try expectEqual(try await storage.read(address, as: Position.self), nil, "what is absent")
    let position = Position(lastID: 42, window: 1...9, note: nil)
    try await storage.update(address, encoding: position)
    try expectEqual(try await storage.read(address, as: Position.self), position, "the position")
    try expectEqual(try await storage.read(address)["lastID"], 42, "its member")
    try await expectRefusal(.undecodable, "reading another type") { () async throws(StateError) in
      _ = try await storage.read(address, as: [String: Bool].self)
    }
  }
}
