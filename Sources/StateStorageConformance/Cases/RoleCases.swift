import StateJournal

extension ConformanceCase {
  /// What only some storages promise.
  static let roleCases: [ConformanceCase] = [
    ConformanceCase("all sources with state are listed", roles: [.listing], .fresh(listing)),
    ConformanceCase(
      "a compare-and-set succeeds only with the current version", roles: [.versions],
      .fresh(compareAndSet)),
    ConformanceCase(
      "a whole-source write gives new versions only to what it changes", roles: [.versions],
      .fresh(keptVersions)),
    ConformanceCase(
      "concurrent compare-and-set loops lose nothing", roles: [.versions],
      .fresh(compareAndSetLoops)),
    ConformanceCase(
      "a transaction spans sources and sees its own changes", roles: [.transactions],
      .fresh(transaction)),
    ConformanceCase(
      "a transaction that throws changes nothing", roles: [.transactions],
      .fresh(throwingTransaction)),
  ]

  /// The storage in a role that it is said to have.
  static func inRole<Role>(
    _ storage: any StateStorage, _ role: Role.Type
  ) throws -> Role {
    guard let storage = storage as? Role else {
      throw ConformanceFailure(
        message: "the storage is no \(role)", line: #line, file: #fileID)
    }
    return storage
  }

  @Sendable private static func listing(_ storage: any StateStorage) async throws {
    let storage = try inRole(storage, (any ListingStateStorage).self)
    try expectEqual(try await storage.sources(), [], "the list of an empty storage")
    let names = StateMap((unusualNames + ["orders"]).map { ($0, true) }).names
    for name in names { try await storage.update(.others("k", of: name), to: ["n": 1]) }
    try expectEqual(
      try await storage.sources().map(StateValue.string), names.map(StateValue.string),
      "the list of sources")
    try await storage.remove(.others("k", of: "orders"))
    try expect(
      try await !storage.sources().contains("orders"), "a source without state is listed")
  }

  @Sendable private static func compareAndSet(_ storage: any StateStorage) async throws {
    let storage = try inRole(storage, (any VersionedStateStorage).self)
    let address = StateAddress.stream("s", of: "orders")
    try expectEqual(try await storage.readVersioned(address), .absent, "what is not there")
    let first = try await storage.update(address, to: ["n": 1], ifVersion: .absent)
    try expect(first > .absent, "what was created has the version of what is absent")
    try await expectRefusal(.versionConflict, "creating it again") { () async throws(StateError) in
      try await storage.update(address, to: ["n": 9], ifVersion: .absent)
    }
    let second = try await storage.update(address, to: ["n": 2], ifVersion: first)
    try expect(second > first, "the version \(second) came after \(first)")
    try expectEqual(
      try await storage.readVersioned(address), VersionedState(object: ["n": 2], version: second),
      "the object with its version")

    try await storage.update(.stream("t", of: "orders"), to: ["n": 1])
    try expectEqual(
      try await storage.readVersioned(address).version, second,
      "the version after another stream's update")
    try await expectRefusal(.versionConflict, "removing an older version") {
      () async throws(StateError) in
      try await storage.remove(address, ifVersion: first)
    }
    try await storage.remove(address, ifVersion: second)
    try expectEqual(try await storage.readVersioned(address), .absent, "what was removed")
    let third = try await storage.update(address, to: ["n": 2], ifVersion: .absent)
    try expect(third > second, "the version \(third) came after a removal of \(second)")
  }

  @Sendable private static func keptVersions(_ storage: any StateStorage) async throws {
    let storage = try inRole(storage, (any VersionedStateStorage).self)
    let (kept, changed) = (
      StateAddress.stream("a", of: "orders"), StateAddress.stream("b", of: "orders")
    )
    try await storage.write(SourceState(streams: ["a": ["n": 1], "b": ["n": 1.0]]), to: "orders")
    let before = (try await storage.readVersioned(kept), try await storage.readVersioned(changed))
    try await storage.write(SourceState(streams: ["a": ["n": 1], "b": ["n": 1]]), to: "orders")
    try expectEqual(try await storage.readVersioned(kept), before.0, "what was left as it was")
    try expect(
      try await storage.readVersioned(changed).version > before.1.version,
      "what was changed has its old version")
  }

  @Sendable private static func compareAndSetLoops(_ storage: any StateStorage) async throws {
    let storage = try inRole(storage, (any VersionedStateStorage).self)
    let address = StateAddress.stream("shared", of: "orders")
    let (taskCount, updateCount) = (8, 50)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<taskCount {
        group.addTask {
          var done = 0
          while done < updateCount {
            let known = try await storage.readVersioned(address)
            do throws(StateError) {
              try await storage.update(
                address, to: ["n": .int((known.object["n"]?.int ?? 0) + 1)],
                ifVersion: known.version)
              done += 1
            } catch {
              guard case .versionConflict = error.reason else { throw error }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    try expectEqual(
      try await storage.read(address), ["n": .int(Int64(taskCount * updateCount))],
      "the stream that all tasks count on")
  }

  @Sendable private static func transaction(_ storage: any StateStorage) async throws {
    let storage = try inRole(storage, (any TransactionalStateStorage).self)
    let (debit, credit) = (StateAddress.stream("s", of: "one"), StateAddress.others("k", of: "two"))
    try await storage.update(debit, to: ["n": 10])
    try await storage.update(.stream("s", of: "three"), to: ["n": 1])
    let read = try await storage.transaction { transaction in
      let before = try transaction.read(debit)
      try transaction.update(debit, to: ["n": 7])
      try transaction.update(credit, to: ["n": 3])
      try transaction.removeSource("three")
      try transaction.update(.stream("t", of: "three"), to: ["n": 2])
      try transaction.write(SourceState(streams: ["s": ["n": 4]]), to: "four")
      try transaction.remove(.stream("s", of: "four"))
      return [
        before, try transaction.read(debit), try transaction.read("three").streams["t"] ?? [:],
        try transaction.read(.stream("s", of: "three")),
        try transaction.read("four").streams["s"] ?? [:],
      ]
    }
    try expectEqual(
      read, [["n": 10], ["n": 7], ["n": 2], [:], [:]], "what the transaction read")
    try expectEqual(try await storage.read(debit), ["n": 7], "the first source")
    try expectEqual(try await storage.read(credit), ["n": 3], "the second source")
    try expectEqual(
      try await storage.read("three"), SourceState(streams: ["t": ["n": 2]]), "the third source")
    try expectEqual(try await storage.read("four"), SourceState(), "the fourth source")
  }

  @Sendable private static func throwingTransaction(_ storage: any StateStorage) async throws {
    let storage = try inRole(storage, (any TransactionalStateStorage).self)
    let address = StateAddress.stream("s", of: "orders")
    try await storage.update(address, to: ["n": 7])
    try await expectRefusal(.rejected, "a transaction that throws") {
      () async throws(StateError) in
      try await storage.transaction { transaction in
        try transaction.update(address, to: ["n": 0])
        try transaction.update(.stream("s", of: "customers"), to: ["n": 0])
        throw GivenUp()
      }
    }
    try expectEqual(try await storage.read(address), ["n": 7], "the object")
    try expectEqual(try await storage.read("customers"), SourceState(), "the other source")
  }
}
