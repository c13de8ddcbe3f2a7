import StateJournal
import Testing

/// What every storage promises, as functions over any of them. Each takes a fresh, empty storage.
enum StorageConformance {
  typealias Check = @Sendable (any StateStorage) async throws -> Void

  /// What holds for one caller at a time, by the name of the promise.
  static let sequential: [(promise: String, check: Check)] = [
    ("a missing source, stream or key reads as empty", missingReadsEmpty),
    ("an update replaces the whole object and nothing else", updateReplaces),
    ("names are told apart by their bytes", unusualNames),
    ("empty and overlong names are refused", invalidNames),
    ("numbers come back as they were", numbers),
    ("deep and large objects come back as they were", deepAndLarge),
    ("what cannot be held is refused and changes nothing", unsupportedValues),
    ("a value that was read is nobody else's", aliasing),
    ("a whole-source write replaces the source", wholeSource),
    ("a removal leaves the rest", removal),
    ("a batch is applied in order, or not at all", batches),
    ("an update closure is one step, and none when it throws", updateClosure),
    ("your own types come back as they were", codableTypes),
  ]

  /// What holds for any number of concurrent callers.
  static let concurrent: [(promise: String, check: Check)] = [
    ("concurrent updates of different streams lose nothing", concurrentStreams),
    ("concurrent update closures lose nothing", concurrentClosures),
  ]

  @Sendable static func missingReadsEmpty(_ storage: any StateStorage) async throws {
    #expect(try await storage.read("nothing").isEmpty)
    #expect(try await storage.read(.stream("nothing", of: "nothing")).isEmpty)
    #expect(try await storage.names(of: "nothing", .stream).isEmpty)
    try await storage.update(.stream("s", of: "orders"), to: ["a": 1])
    #expect(try await storage.read(.stream("t", of: "orders")).isEmpty)
    #expect(try await storage.read(.others("s", of: "orders")).isEmpty)
  }

  @Sendable static func updateReplaces(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("s", of: "orders"), to: ["a": 1, "b": 2])
    try await storage.update(.others("s", of: "orders"), to: ["other": true])
    try await storage.update(.stream("s", of: "customers"), to: ["c": 3])
    try await storage.update(.stream("s", of: "orders"), to: ["b": 5])
    #expect(try await storage.read(.stream("s", of: "orders")) == ["b": 5])
    #expect(try await storage.read(.others("s", of: "orders")) == ["other": true])
    #expect(try await storage.read(.stream("s", of: "customers")) == ["c": 3])
    try await storage.update(.stream("s", of: "orders"), to: [:])
    #expect(try await storage.read(.stream("s", of: "orders")).isEmpty)
    #expect(try await storage.names(of: "orders", .stream) == ["s"])
  }

  /// Names that file systems, SQL, JSON and Unicode normalization are known to trip over.
  static let names = [
    "a", "A", "\u{e9}", "e\u{301}", "a/b", "../a", "/", ".", "..", "\0", "a\0b", "a\0", " ", " a",
    "a.b", "a'b\"c`", "%s%n", "100%", "a\nb", "\u{feff}", "\u{fffd}", "😀", "NULL", "true", "-1",
    "streams", "others", "__proto__", "con", "a\\b", "*", "ß", "ss", "\u{212a}", "K",
    String(repeating: "x", count: StateAddress.maximumNameByteCount),
    String(repeating: "é", count: StateAddress.maximumNameByteCount / 2),
  ]

  @Sendable static func unusualNames(_ storage: any StateStorage) async throws {
    for (number, name) in names.enumerated() {
      for scope in StateAddress.Scope.allCases {
        try await storage.update(
          StateAddress(source: "orders", scope: scope, name: name),
          to: [name: .int(Int64(number)), "scope": .int(Int64(scope.rawValue))])
      }
      try await storage.update(.stream("s", of: name), to: ["n": .int(Int64(number))])
    }
    for (number, name) in names.enumerated() {
      for scope in StateAddress.Scope.allCases {
        let object = try await storage.read(
          StateAddress(source: "orders", scope: scope, name: name))
        #expect(object[name] == .int(Int64(number)), "\(name.debugDescription)")
        #expect(object["scope"] == .int(Int64(scope.rawValue)))
      }
      let object = try await storage.read(.stream("s", of: name))
      #expect(object == ["n": .int(Int64(number))], "\(name.debugDescription)")
    }
    let listed = try await storage.names(of: "orders", .stream)
    #expect(Set(listed.map(StateValue.string)) == Set(names.map(StateValue.string)))
  }

  @Sendable static func invalidNames(_ storage: any StateStorage) async throws {
    let tooLong = String(repeating: "x", count: StateAddress.maximumNameByteCount + 1)
    for name in ["", tooLong] {
      for address in [
        StateAddress.stream(name, of: "orders"), .others(name, of: "orders"),
        .stream("s", of: name),
      ] {
        await expectReason("invalidName") { () async throws(StateError) in
          _ = try await storage.read(address)
        }
        await expectReason("invalidName") { () async throws(StateError) in
          try await storage.update(address, to: ["a": 1])
        }
        await expectReason("invalidName") { () async throws(StateError) in
          try await storage.remove(address)
        }
      }
      await expectReason("invalidName") { () async throws(StateError) in
        _ = try await storage.read(name)
      }
      await expectReason("invalidName") { () async throws(StateError) in
        try await storage.write(SourceState(streams: [name: ["a": 1]]), to: "orders")
      }
    }
    #expect(try await storage.read("orders").isEmpty)
  }

  @Sendable static func numbers(_ storage: any StateStorage) async throws {
    let object: StateObject = [
      "min": .int(.min), "max": .int(.max), "zero": 0, "one": 1, "one and a half": 1.5,
      "one as a double": 1.0, "negative zero": -0.0, "past 2^53": 9_007_199_254_740_993,
      "largest": .double(.greatestFiniteMagnitude), "smallest": .double(.leastNonzeroMagnitude),
      "tenth": 0.1, "large": 1e300, "2^63": 9.223372036854775808e18,
    ]
    try await storage.update(.stream("s", of: "orders"), to: object)
    #expect(try await storage.read(.stream("s", of: "orders")) == object)
  }

  @Sendable static func deepAndLarge(_ storage: any StateStorage) async throws {
    var deep: StateValue = ["end": nil]
    for _ in 0..<StateValue.maximumDepth - 2 { deep = [deep] }
    let large: StateObject = [
      "deep": deep,
      "text": .string(String(repeating: "é\u{0}\u{1f}\"\\\u{2028}", count: 5_000)),
      "many": .object(StateObject((0..<2_000).map { ("\($0)", .array([.int($0), true])) })),
      "empty": ["", [], [:]],
    ]
    try await storage.update(.stream("s", of: "orders"), to: large)
    #expect(try await storage.read(.stream("s", of: "orders")) == large)
  }

  @Sendable static func unsupportedValues(_ storage: any StateStorage) async throws {
    var deep: StateValue = [:]
    for _ in 0..<StateValue.maximumDepth { deep = ["in": deep] }
    let address = StateAddress.stream("s", of: "orders")
    try await storage.update(address, to: ["a": 1])
    for value in [.double(.nan), [["b": .double(-.infinity)]], deep] {
      await expectReason("unsupportedValue") { () async throws(StateError) in
        try await storage.update(address, to: ["a": 2, "b": value])
      }
      await expectReason("unsupportedValue") { () async throws(StateError) in
        try await storage.write(SourceState(streams: ["s": ["b": value]]), to: "orders")
      }
    }
    #expect(try await storage.read("orders") == SourceState(streams: ["s": ["a": 1]]))
  }

  @Sendable static func aliasing(_ storage: any StateStorage) async throws {
    let address = StateAddress.stream("s", of: "orders")
    var written: StateObject = ["list": [1, 2]]
    try await storage.update(address, to: written)
    written["list"] = "changed"
    var read = try await storage.read(address)
    #expect(read == ["list": [1, 2]])
    read["list"] = nil
    var source = try await storage.read("orders")
    source.streams["s"] = nil
    source.others["t"] = ["a": 1]
    #expect(try await storage.read("orders") == SourceState(streams: ["s": ["list": [1, 2]]]))
  }

  @Sendable static func wholeSource(_ storage: any StateStorage) async throws {
    try await storage.write(
      SourceState(streams: ["a": ["n": 1], "b": ["n": 2]], others: ["k": ["n": 3]]), to: "orders")
    try await storage.update(.stream("a", of: "customers"), to: ["n": 4])
    let next = SourceState(streams: ["b": ["n": -2], "c": [:]], others: ["l": ["n": 5]])
    try await storage.write(next, to: "orders")
    #expect(try await storage.read("orders") == next)
    #expect(try await storage.names(of: "orders", .stream) == ["b", "c"])
    #expect(try await storage.names(of: "orders", .others) == ["l"])
    try await storage.write(SourceState(), to: "orders")
    #expect(try await storage.read("orders").isEmpty)
    #expect(try await storage.read("customers").streams == ["a": ["n": 4]])
  }

  @Sendable static func removal(_ storage: any StateStorage) async throws {
    try await storage.write(
      SourceState(streams: ["a": ["n": 1], "b": ["n": 2]], others: ["a": ["n": 3]]), to: "orders")
    try await storage.remove(.stream("a", of: "orders"))
    try await storage.remove(.stream("a", of: "orders"))
    try await storage.remove(.stream("a", of: "nothing"))
    #expect(
      try await storage.read("orders")
        == SourceState(streams: ["b": ["n": 2]], others: ["a": ["n": 3]]))
    #expect(try await storage.names(of: "orders", .stream) == ["b"])
  }

  @Sendable static func batches(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("old", of: "customers"), to: ["n": 0])
    try await storage.apply([
      .update(.stream("a", of: "orders"), ["n": 1]),
      .update(.stream("a", of: "orders"), ["n": 2]),
      .update(.stream("b", of: "orders"), ["n": 3]),
      .remove(.stream("b", of: "orders")),
      .update(.others("k", of: "customers"), ["n": 4]),
      .removeSource("customers"),
      .update(.stream("new", of: "customers"), ["n": 5]),
    ])
    #expect(try await storage.read("orders") == SourceState(streams: ["a": ["n": 2]]))
    #expect(try await storage.read("customers") == SourceState(streams: ["new": ["n": 5]]))
    try await storage.apply([])
    await expectReason("unsupportedValue") { () async throws(StateError) in
      try await storage.apply([
        .update(.stream("a", of: "orders"), ["n": 9]), .removeSource("customers"),
        .update(.stream("c", of: "orders"), ["n": .double(.nan)]),
      ])
    }
    await expectReason("invalidName") { () async throws(StateError) in
      try await storage.apply([.removeSource("orders"), .removeSource("")])
    }
    #expect(try await storage.read("orders") == SourceState(streams: ["a": ["n": 2]]))
    #expect(try await storage.read("customers") == SourceState(streams: ["new": ["n": 5]]))
  }
}
