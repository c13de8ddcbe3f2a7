import StateJournal

extension ConformanceCase {
  /// What holds for storages that outlive their process.
  static let diskCases: [ConformanceCase] = [
    ConformanceCase("what was written is there after a close", roles: [.disk], .placed(reopening)),
    ConformanceCase(
      "versions go on after a close", roles: [.versions, .disk], .placed(reopeningVersions)),
    ConformanceCase(
      "what was acknowledged is there after a kill", roles: [.disk], needsHelper: true,
      .placed(kill)),
  ]

  @Sendable private static func reopening(
    _ subject: StorageUnderTest, _ directory: String
  ) async throws {
    let state = SourceState(
      streams: StateMap(unusualNames.map { ($0, ["n": 1.0]) }), others: ["empty": [:]])
    try await subject.withStorage(in: directory) { storage in
      try await storage.write(state, to: "orders")
      try await storage.update(.stream("s", of: "customers"), to: ["n": 1])
      try await storage.write(state, to: "removed")
      try await storage.write(SourceState(), to: "removed")
    }
    for round in 1...3 {
      try await subject.withStorage(in: directory) { storage in
        try expectEqual(try await storage.read("orders"), state, "the source, opened again")
        try expectEqual(
          try await storage.read("removed"), SourceState(), "the removed source, opened again")
        try expectEqual(
          try await storage.read(.stream("s", of: "customers")), ["n": .int(Int64(round))],
          "the stream, opened again")
        try await storage.update(
          .stream("s", of: "customers"), to: ["n": .int(Int64(round + 1))])
      }
    }
  }

  @Sendable private static func reopeningVersions(
    _ subject: StorageUnderTest, _ directory: String
  ) async throws {
    let address = StateAddress.stream("s", of: "orders")
    var last = StateVersion.absent
    for round in 1...3 {
      last = try await subject.withStorage(in: directory) { storage in
        guard let storage = storage as? any VersionedStateStorage else { return last }
        try expectEqual(
          try await storage.readVersioned(address).version, last, "the version, opened again")
        let next = try await storage.update(
          address, to: ["n": .int(Int64(round))], ifVersion: last)
        try expect(next > last, "the version \(next) came after \(last)")
        return next
      }
    }
  }

  @Sendable private static func kill(
    _ subject: StorageUnderTest, _ directory: String
  ) async throws {
    _ = try await KillRun(subject, killCount: 5, seed: 1).run(at: directory)
  }
}
