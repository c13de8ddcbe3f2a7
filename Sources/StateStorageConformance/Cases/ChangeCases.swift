import StateJournal

extension ConformanceCase {
  /// What changes of several objects do.
  static let changeCases: [ConformanceCase] = [
    ConformanceCase("a batch is applied in order", .fresh(batchInOrder)),
    ConformanceCase("a batch with a fault changes nothing", .fresh(faultyBatch)),
    ConformanceCase("an update closure is one step", .fresh(updateClosure)),
    ConformanceCase("an update closure that throws changes nothing", .fresh(throwingClosure)),
  ]

  /// What a closure ends with that gives up.
  struct GivenUp: Error {}

  @Sendable private static func batchInOrder(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("old", of: "customers"), to: ["n": 0])
    try await storage.apply([
      .update(.stream("a", of: "orders"), ["n": 1]),
      .update(.stream("a", of: "orders"), ["n": 2]),
      .update(.stream("b", of: "orders"), ["n": 3]),
      .remove(.stream("b", of: "orders")),
      .update(.others("k", of: "customers"), ["n": 4]),
      .removeSource("customers"),
      .update(.stream("new", of: "customers"), ["n": 5]),
      .removeSource("nothing"),
    ])
    try expectEqual(
      try await storage.read("orders"), SourceState(streams: ["a": ["n": 2]]), "one source")
    try expectEqual(
      try await storage.read("customers"), SourceState(streams: ["new": ["n": 5]]), "the other")
    try await storage.apply([])
    try expectEqual(
      try await storage.read("orders"), SourceState(streams: ["a": ["n": 2]]),
      "the source after an empty batch")
  }

  @Sendable private static func faultyBatch(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("a", of: "orders"), to: ["n": 2])
    try await storage.update(.stream("b", of: "customers"), to: ["n": 5])
    try await expectRefusal(.unsupportedValue, "a batch with a NaN") {
      () async throws(StateError) in
      try await storage.apply([
        .update(.stream("a", of: "orders"), ["n": 9]), .removeSource("customers"),
        .update(.stream("c", of: "orders"), ["n": .double(.nan)]),
      ])
    }
    try await expectRefusal(.invalidName, "a batch with an empty name") {
      () async throws(StateError) in
      try await storage.apply([.removeSource("orders"), .removeSource("")])
    }
    try expectEqual(
      try await storage.read("orders"), SourceState(streams: ["a": ["n": 2]]), "one source")
    try expectEqual(
      try await storage.read("customers"), SourceState(streams: ["b": ["n": 5]]), "the other")
  }

  @Sendable private static func updateClosure(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
    let before = try await storage.update("orders") { state in
      let before = state.streams["a"]?["n"]?.int
      state.streams["a"]?["n"] = 2
      state.others["k"] = ["n": 3]
      return before
    }
    try expectEqual(before, 1, "what the closure returned")
    try expectEqual(
      try await storage.read("orders"),
      SourceState(streams: ["a": ["n": 2]], others: ["k": ["n": 3]]), "the source")
    try await storage.update("orders") { $0 = SourceState() }
    try expectEqual(try await storage.read("orders"), SourceState(), "the emptied source")
  }

  @Sendable private static func throwingClosure(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
    try await expectRefusal(.rejected, "a closure that throws") { () async throws(StateError) in
      try await storage.update("orders") { state in
        state = SourceState()
        throw GivenUp()
      }
    }
    try await expectRefusal(.unsupportedValue, "a closure that leaves a NaN") {
      () async throws(StateError) in
      try await storage.update("orders") { $0.streams["a"] = ["n": .double(.nan)] }
    }
    try expectEqual(
      try await storage.read("orders"), SourceState(streams: ["a": ["n": 1]]), "the source")
  }
}
