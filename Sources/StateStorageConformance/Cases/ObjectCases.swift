import StateJournal

extension ConformanceCase {
  /// What single objects and whole sources do.
  static let objectCases: [ConformanceCase] = [
    ConformanceCase(
      "a missing source, stream or key reads as empty", .fresh(missingReadsEmpty)),
    ConformanceCase(
      "an update replaces the whole object and nothing else", .fresh(updateReplaces)),
    ConformanceCase("an empty object is there, and is empty", .fresh(emptyObjects)),
    ConformanceCase("a whole-source write replaces the source", .fresh(wholeSource)),
    ConformanceCase("a removal leaves the rest", .fresh(removal)),
    ConformanceCase("a value that was read is nobody else's", .fresh(aliasing)),
  ]

  @Sendable private static func missingReadsEmpty(_ storage: any StateStorage) async throws {
    try expect(try await storage.read("nothing").isEmpty, "a missing source has state")
    try expect(
      try await storage.read(.stream("nothing", of: "nothing")).isEmpty,
      "a stream of a missing source has state")
    try expectEqual(try await storage.names(of: "nothing", .stream), [], "the list of streams")
    try await storage.update(.stream("s", of: "orders"), to: ["a": 1])
    try expectEqual(
      try await storage.read(.stream("t", of: "orders")), [:], "a missing stream's object")
    try expectEqual(
      try await storage.read(.others("s", of: "orders")), [:], "a key with the name of a stream")
  }

  @Sendable private static func updateReplaces(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("s", of: "orders"), to: ["a": 1, "b": 2])
    try await storage.update(.others("s", of: "orders"), to: ["other": true])
    try await storage.update(.stream("s", of: "customers"), to: ["c": 3])
    try await storage.update(.stream("s", of: "orders"), to: ["b": 5])
    try expectEqual(
      try await storage.read(.stream("s", of: "orders")), ["b": 5], "the object updated twice")
    try expectEqual(
      try await storage.read(.others("s", of: "orders")), ["other": true],
      "the key with the same name")
    try expectEqual(
      try await storage.read(.stream("s", of: "customers")), ["c": 3],
      "the stream of another source")
  }

  @Sendable private static func emptyObjects(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("s", of: "orders"), to: ["a": 1])
    try await storage.update(.stream("s", of: "orders"), to: [:])
    try await storage.update(.others("k", of: "orders"), to: [:])
    try expectEqual(try await storage.read(.stream("s", of: "orders")), [:], "the emptied stream")
    try expectEqual(
      try await storage.read("orders"), SourceState(streams: ["s": [:]], others: ["k": [:]]),
      "the source")
    try expectEqual(try await storage.names(of: "orders", .stream), ["s"], "the list of streams")
    try expectEqual(try await storage.names(of: "orders", .others), ["k"], "the list of keys")
  }

  @Sendable private static func wholeSource(_ storage: any StateStorage) async throws {
    try await storage.write(
      SourceState(streams: ["a": ["n": 1], "b": ["n": 2]], others: ["k": ["n": 3]]), to: "orders")
    try await storage.update(.stream("a", of: "customers"), to: ["n": 4])
    let next = SourceState(streams: ["b": ["n": -2], "c": [:]], others: ["l": ["n": 5]])
    try await storage.write(next, to: "orders")
    try expectEqual(try await storage.read("orders"), next, "the source written twice")
    try expectEqual(
      try await storage.names(of: "orders", .stream), ["b", "c"], "the list of streams")
    try expectEqual(try await storage.names(of: "orders", .others), ["l"], "the list of keys")
    try await storage.write(SourceState(), to: "orders")
    try expectEqual(try await storage.read("orders"), SourceState(), "the emptied source")
    try expectEqual(
      try await storage.read("customers"), SourceState(streams: ["a": ["n": 4]]),
      "the other source")
  }

  @Sendable private static func removal(_ storage: any StateStorage) async throws {
    try await storage.write(
      SourceState(streams: ["a": ["n": 1], "b": ["n": 2]], others: ["a": ["n": 3]]), to: "orders")
    try await storage.remove(.stream("a", of: "orders"))
    try await storage.remove(.stream("a", of: "orders"))
    try await storage.remove(.stream("a", of: "nothing"))
    try expectEqual(
      try await storage.read("orders"),
      SourceState(streams: ["b": ["n": 2]], others: ["a": ["n": 3]]), "what is left")
    try expectEqual(try await storage.names(of: "orders", .stream), ["b"], "the list of streams")
    try await storage.remove(.stream("b", of: "orders"))
    try await storage.remove(.others("a", of: "orders"))
    try expectEqual(
      try await storage.read("orders"), SourceState(), "a source of which all was removed")
  }

  @Sendable private static func aliasing(_ storage: any StateStorage) async throws {
    let address = StateAddress.stream("s", of: "orders")
    var written: StateObject = ["list": [1, 2]]
    try await storage.update(address, to: written)
    written["list"] = "changed"
    var read = try await storage.read(address)
    try expectEqual(read, ["list": [1, 2]], "the object after its writer changed its own")
    read["list"] = nil
    var source = try await storage.read("orders")
    source.streams["s"] = nil
    source.others["t"] = ["a": 1]
    try expectEqual(
      try await storage.read("orders"), SourceState(streams: ["s": ["list": [1, 2]]]),
      "the source after its readers changed theirs")
  }
}
