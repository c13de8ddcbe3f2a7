import StateJournal
import Testing

/// What storages with versions and transactions promise beyond the rest.
enum VersionConformance {
  typealias Storage = VersionedStateStorage & TransactionalStateStorage & ListingStateStorage

  static func compareAndSet(_ storage: some Storage) async throws {
    let address = StateAddress.stream("s", of: "orders")
    #expect(try await storage.readVersioned(address) == .absent)
    let first = try await storage.update(address, to: ["n": 1], ifVersion: .absent)
    #expect(first > .absent)
    await StorageConformance.expectReason("versionConflict") { () async throws(StateError) in
      try await storage.update(address, to: ["n": 9], ifVersion: .absent)
    }
    let second = try await storage.update(address, to: ["n": 2], ifVersion: first)
    #expect(second > first)
    #expect(
      try await storage.readVersioned(address) == VersionedState(object: ["n": 2], version: second))

    try await storage.update(.stream("t", of: "orders"), to: ["n": 1])
    #expect(try await storage.readVersioned(address).version == second)
    await StorageConformance.expectReason("versionConflict") { () async throws(StateError) in
      try await storage.remove(address, ifVersion: first)
    }
    try await storage.remove(address, ifVersion: second)
    #expect(try await storage.readVersioned(address) == .absent)
    let third = try await storage.update(address, to: ["n": 2], ifVersion: .absent)
    #expect(third > second)
  }

  static func wholeWriteKeepsVersions(_ storage: some Storage) async throws {
    let (kept, changed) = (
      StateAddress.stream("a", of: "orders"), StateAddress.stream("b", of: "orders")
    )
    try await storage.write(SourceState(streams: ["a": ["n": 1], "b": ["n": 1.0]]), to: "orders")
    let before = (try await storage.readVersioned(kept), try await storage.readVersioned(changed))
    try await storage.write(SourceState(streams: ["a": ["n": 1], "b": ["n": 1]]), to: "orders")
    #expect(try await storage.readVersioned(kept) == before.0)
    #expect(try await storage.readVersioned(changed).version > before.1.version)
  }

  static func concurrentCompareAndSet(_ storage: some Storage) async throws {
    let address = StateAddress.stream("shared", of: "orders")
    let (tasks, updates) = (8, 200)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<tasks {
        group.addTask {
          var done = 0
          while done < updates {
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
    #expect(try await storage.read(address) == ["n": .int(Int64(tasks * updates))])
  }

  static func transactions(_ storage: some Storage) async throws {
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
    #expect(read == [["n": 10], ["n": 7], ["n": 2], [:], [:]])
    #expect(try await storage.read(debit) == ["n": 7])
    #expect(try await storage.read(credit) == ["n": 3])
    #expect(try await storage.read("three") == SourceState(streams: ["t": ["n": 2]]))
    #expect(try await storage.sources() == ["one", "two", "three"])

    await StorageConformance.expectReason("rejected") { () async throws(StateError) in
      try await storage.transaction { transaction in
        try transaction.update(debit, to: ["n": 0])
        throw StorageConformance.Stopped()
      }
    }
    #expect(try await storage.read(debit) == ["n": 7])
  }
}
