import StateJournal

extension ConformanceCase {
  /// What names may be.
  static let nameCases: [ConformanceCase] = [
    ConformanceCase("unusual names of streams and keys are told apart", .fresh(objectNames)),
    ConformanceCase("unusual names of sources are told apart", .fresh(sourceNames)),
    ConformanceCase("names are listed in the order of StateMap", .fresh(order)),
    ConformanceCase("empty and overlong names are refused", .fresh(invalidNames)),
  ]

  /// Names that file systems, SQL, JSON and Unicode normalization are known to trip over.
  public static let unusualNames =
    [
      "a", "A", "\u{e9}", "e\u{301}", "a/b", "../a", "/", ".", "..", "\0", "a\0b", "a\0", " ",
      " a", "a ", "a.", "a.b", "a.json", "a'b\"c`", "%s%n", "100%", "%2e", "a\nb", "\u{feff}",
      "\u{fffd}", "\u{ac00}", "\u{1100}\u{1161}", "😀", "NULL", "true", "-1", "streams", "others",
      "__proto__", "con", "LPT1", "LOCK", "a\\b", "a:b", "*", "?", "ß", "ss", "\u{212a}", "K", "~",
      "~1", "$ref", ";--", "\u{202e}abc",
    ] + longNames

  /// Names of the greatest length, which differ only behind the length that file names may have.
  private static let longNames = [
    String(repeating: "x", count: StateAddress.maximumNameByteCount),
    String(repeating: "x", count: StateAddress.maximumNameByteCount - 1) + "y",
    String(repeating: "x", count: 255), String(repeating: "x", count: 256),
    String(repeating: "é", count: StateAddress.maximumNameByteCount / 2),
  ]

  @Sendable private static func objectNames(_ storage: any StateStorage) async throws {
    try await storage.apply(
      unusualNames.enumerated().flatMap { number, name in
        StateAddress.Scope.allCases.map { scope in
          .update(
            StateAddress(source: "orders", scope: scope, name: name),
            [name: .int(Int64(number)), "the scope": .int(Int64(scope.rawValue))])
        }
      })
    for (number, name) in unusualNames.enumerated() {
      for scope in StateAddress.Scope.allCases {
        let object = try await storage.read(
          StateAddress(source: "orders", scope: scope, name: name))
        try expectEqual(
          object, [name: .int(Int64(number)), "the scope": .int(Int64(scope.rawValue))],
          "the object under \(name.debugDescription)")
      }
    }
    let listed = try await storage.names(of: "orders", .stream)
    try expectEqual(
      Set(listed.map(StateValue.string)), Set(unusualNames.map(StateValue.string)),
      "the list of streams")
  }

  @Sendable private static func sourceNames(_ storage: any StateStorage) async throws {
    for (number, name) in unusualNames.enumerated() {
      try await storage.update(.stream("s", of: name), to: ["n": .int(Int64(number))])
    }
    for (number, name) in unusualNames.enumerated() {
      try expectEqual(
        try await storage.read(name), SourceState(streams: ["s": ["n": .int(Int64(number))]]),
        "the source \(name.debugDescription)")
    }
  }

  @Sendable private static func order(_ storage: any StateStorage) async throws {
    for name in ["b", "aa", "B", "é", "z", "a"] {
      try await storage.update(.others(name, of: "orders"), to: ["n": 1])
    }
    let expected = StateMap(["b", "aa", "B", "é", "z", "a"].map { ($0, true) }).names
    try expectEqual(try await storage.names(of: "orders", .others), expected, "the list of keys")
  }

  @Sendable private static func invalidNames(_ storage: any StateStorage) async throws {
    let tooLong = String(repeating: "x", count: StateAddress.maximumNameByteCount + 1)
    for name in ["", tooLong] {
      let what = name.isEmpty ? "an empty name" : "an overlong name"
      for address in [
        StateAddress.stream(name, of: "orders"), .others(name, of: "orders"),
        .stream("s", of: name),
      ] {
        try await expectRefusal(.invalidName, "reading \(what)") { () async throws(StateError) in
          _ = try await storage.read(address)
        }
        try await expectRefusal(.invalidName, "updating \(what)") { () async throws(StateError) in
          try await storage.update(address, to: ["a": 1])
        }
        try await expectRefusal(.invalidName, "removing \(what)") { () async throws(StateError) in
          try await storage.remove(address)
        }
      }
      try await expectRefusal(.invalidName, "reading a source of \(what)") {
        () async throws(StateError) in
        _ = try await storage.read(name)
      }
      try await expectRefusal(.invalidName, "listing a source of \(what)") {
        () async throws(StateError) in
        _ = try await storage.names(of: name, .stream)
      }
      try await expectRefusal(.invalidName, "writing a source with \(what)") {
        () async throws(StateError) in
        try await storage.write(SourceState(streams: [name: ["a": 1]]), to: "orders")
      }
    }
    try expectEqual(try await storage.read("orders"), SourceState(), "the source")
  }
}
