import StateJournal
import Testing

extension StorageConformance {
  struct Stopped: Error {}

  struct Position: Codable, Equatable {
    var lastID: Int
    var window: ClosedRange<Int>
    var note: String?
  }

  @Sendable static func updateClosure(_ storage: any StateStorage) async throws {
    try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
    let before = try await storage.update("orders") { state in
      let before = state.streams["a"]?["n"]?.int
      state.streams["a"]?["n"] = 2
      state.others["k"] = ["n": 3]
      return before
    }
    #expect(before == 1)
    let expected = SourceState(streams: ["a": ["n": 2]], others: ["k": ["n": 3]])
    #expect(try await storage.read("orders") == expected)

    await expectReason("rejected") { () async throws(StateError) in
      try await storage.update("orders") { state in
        state = SourceState()
        throw Stopped()
      }
    }
    await expectReason("unsupportedValue") { () async throws(StateError) in
      try await storage.update("orders") { $0.streams["a"] = ["n": .double(.nan)] }
    }
    #expect(try await storage.read("orders") == expected)
  }

  @Sendable static func codableTypes(_ storage: any StateStorage) async throws {
    let address = StateAddress.stream("s", of: "orders")
    #expect(try await storage.read(address, as: Position.self) == nil)
    let position = Position(lastID: 42, window: 1...9, note: nil)
    try await storage.update(address, encoding: position)
    #expect(try await storage.read(address, as: Position.self) == position)
    #expect(try await storage.read(address)["lastID"] == 42)
    await expectReason("undecodable") { () async throws(StateError) in
      _ = try await storage.read(address, as: [String: Bool].self)
    }
  }

  @Sendable static func concurrentStreams(_ storage: any StateStorage) async throws {
    let (tasks, updates) = (8, 1_000)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<tasks {
        group.addTask {
          let address = StateAddress.stream("stream \(task)", of: "orders")
          for _ in 0..<updates {
            let count = try await storage.read(address)["n"]?.int ?? 0
            try await storage.update(address, to: ["n": .int(count + 1)])
          }
        }
      }
      try await group.waitForAll()
    }
    let streams = try await storage.read("orders").streams
    #expect(streams.count == tasks)
    for (name, object) in streams { #expect(object == ["n": .int(Int64(updates))], "\(name)") }
  }

  @Sendable static func concurrentClosures(_ storage: any StateStorage) async throws {
    let (tasks, updates) = (8, 200)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<tasks {
        group.addTask {
          for _ in 0..<updates {
            try await storage.update("orders") { state in
              let count = state.streams["shared"]?["n"]?.int ?? 0
              state.streams["shared"] = ["n": .int(count + 1)]
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let shared = try await storage.read(.stream("shared", of: "orders"))
    #expect(shared == ["n": .int(Int64(tasks * updates))])
  }

  /// Expects a ``StateError`` whose reason has the given case.
  static func expectReason(
    _ reason: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws(StateError) -> Void
  ) async {
    do {
      try await body()
      Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch {
      #expect("\(error.reason)".hasPrefix(reason), "\(error)", sourceLocation: sourceLocation)
    }
  }
}
