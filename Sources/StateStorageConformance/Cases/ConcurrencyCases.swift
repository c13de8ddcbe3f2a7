import StateJournal

extension ConformanceCase {
  /// What holds for any number of callers at a time.
  static let concurrencyCases: [ConformanceCase] = [
    ConformanceCase(
      "8 tasks of 1,000 updates on streams of one source lose nothing", roles: [.concurrency],
      .fresh(streamsOfOneSource)),
    ConformanceCase(
      "concurrent update closures lose nothing", roles: [.concurrency], .fresh(closuresOnOneStream)),
    ConformanceCase(
      "nobody reads half of a batch", roles: [.concurrency], .fresh(wholeBatches)),
  ]

  private static let taskCount = 8

  /// Runs `body` in as many tasks at a time, each with its number.
  private static func inTasks(
    _ body: @escaping @Sendable (_ task: Int) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<taskCount { group.addTask { try await body(task) } }
      try await group.waitForAll()
    }
  }

  @Sendable private static func streamsOfOneSource(_ storage: any StateStorage) async throws {
    let updateCount: Int64 = 1_000
    try await inTasks { task in
      let address = StateAddress.stream("stream \(task)", of: "orders")
      for number in 1...updateCount {
        // What this task wrote last must be what it reads: nobody else touches its stream.
        let count = try await storage.read(address)["n"]?.int ?? 0
        try expectEqual(count, number - 1, "\(address) before its next update")
        try await storage.update(address, to: ["n": .int(number)])
      }
    }
    let streams = try await storage.read("orders").streams
    try expectEqual(streams.count, taskCount, "the number of streams")
    for (name, object) in streams { try expectEqual(object, ["n": .int(updateCount)], name) }
  }

  @Sendable private static func closuresOnOneStream(_ storage: any StateStorage) async throws {
    let updateCount = 50
    try await inTasks { _ in
      for _ in 0..<updateCount {
        try await storage.update("orders") { state in
          let count = state.streams["shared"]?["n"]?.int ?? 0
          state.streams["shared"] = ["n": .int(count + 1)]
        }
      }
    }
    try expectEqual(
      try await storage.read(.stream("shared", of: "orders")),
      ["n": .int(Int64(taskCount * updateCount))], "the stream that all tasks count on")
  }

  @Sendable private static func wholeBatches(_ storage: any StateStorage) async throws {
    let batchCount = 50
    try await inTasks { task in
      for number in 0..<batchCount {
        if task.isMultiple(of: 2) {
          let object: StateObject = ["n": .int(Int64(task * batchCount + number))]
          try await storage.apply([
            .update(.stream("left", of: "orders"), object),
            .update(.others("right", of: "orders"), object),
          ])
        } else {
          let state = try await storage.read("orders")
          try expectEqual(
            state.streams["left"], state.others["right"], "one half of the last batch")
        }
      }
    }
  }
}
