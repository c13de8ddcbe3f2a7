import StateJournal

extension ConformanceCase {
  /// What typed keys do with what a newer program has stored.
  static let keyCases: [ConformanceCase] = [
    ConformanceCase(
      "a value of a newer shape is neither read nor replaced unasked", .fresh(newerShape)),
    ConformanceCase(
      "a compare-and-set leaves a value of a newer shape alone", roles: [.versions],
      .fresh(newerShapeWithVersion)),
    ConformanceCase(
      "a transaction leaves a value of a newer shape alone", roles: [.transactions],
      .fresh(newerShapeInTransaction)),
  ]

  private struct Cursor: Codable, Equatable, Sendable {
    var position: Int
  }

  private static let key = StateKey<Cursor>(
    .stream("2024", of: "orders"), version: 3,
    migrations: [.from(2) { $0["position"] = $0["last_id"] }])
  private static let older: StateObject = ["last_id": 41, "state_version": 2]
  private static let newer: StateObject = ["where": [42], "state_version": 4]

  /// Fails unless `body` is refused, and the stored value is what it was.
  private static func expectNewer(
    _ what: String, in storage: any StateStorage, line: Int = #line,
    _ body: () async throws(StateError) -> Void
  ) async throws {
    try await expectRefusal(.newerVersion, what, line: line, body)
    try expectEqual(
      try await storage.read("orders"),
      SourceState(streams: ["2024": newer, "other": ["n": 1]]), "the source after \(what)")
  }

  /// Stores a value of a newer shape beside another one.
  private static func putNewer(into storage: any StateStorage) async throws {
    try await storage.update(.stream("other", of: "orders"), to: ["n": 1])
    try await storage.update(key.address, to: newer)
  }

  @Sendable private static func newerShape(_ storage: any StateStorage) async throws {
    let value = Cursor(position: 7)
    try await putNewer(into: storage)
    try await expectNewer("getting", in: storage) { () async throws(StateError) in
      _ = try await storage.get(key)
    }
    try await expectNewer("setting", in: storage) { () async throws(StateError) in
      try await storage.set(key, to: value)
    }
    try await expectNewer("updating", in: storage) { () async throws(StateError) in
      try await storage.update(key, default: value) { $0.position += 1 }
    }
    try await storage.set(key, to: value, replacingNewer: true)
    try expectEqual(
      try await storage.read(key.address), ["position": 7, "state_version": 3],
      "what was replaced with leave")

    try await storage.update(key.address, to: older)
    try expectEqual(
      try await storage.get(key)?.position, 41, "the position of a value of an older shape")
    try await storage.update(key, default: value) { $0.position += 1 }
    try expectEqual(
      try await storage.read(key.address),
      ["position": 42, "state_version": 3],
      "what became of a value of an older shape")
  }

  @Sendable private static func newerShapeWithVersion(
    _ storage: any StateStorage
  ) async throws {
    let storage = try inRole(storage, (any VersionedStateStorage).self)
    try await putNewer(into: storage)
    let version = try await storage.readVersioned(key.address).version
    try await expectNewer("getting with the version", in: storage) {
      () async throws(StateError) in
      _ = try await storage.getVersioned(key)
    }
    try await expectNewer("setting the current version", in: storage) {
      () async throws(StateError) in
      try await storage.set(key, to: Cursor(position: 7), ifVersion: version)
    }
    // Too late is too late, whatever stands there.
    try await expectRefusal(.versionConflict, "setting an older version") {
      () async throws(StateError) in
      try await storage.set(key, to: Cursor(position: 7), ifVersion: .absent)
    }
    try expectEqual(
      try await storage.readVersioned(key.address),
      VersionedState(object: newer, version: version), "the value with its version")
  }

  @Sendable private static func newerShapeInTransaction(
    _ storage: any StateStorage
  ) async throws {
    let storage = try inRole(storage, (any TransactionalStateStorage).self)
    try await putNewer(into: storage)
    // Seen to be refused inside, where the rest of the transaction could go on.
    try await storage.transaction { transaction in
      for (what, call) in [
        ("getting", { _ = try $0.get(key) }),
        ("setting", { try $0.set(key, to: Cursor(position: 7)) }),
        ("updating", { try $0.update(key, default: Cursor(position: 7)) { $0.position += 1 } }),
      ] as [(String, (inout StateTransaction) throws -> Void)] {
        do {
          try call(&transaction)
        } catch let error as StateError {
          if case .newerVersion(found: 4, known: 3) = error.reason { continue }
          throw error
        }
        throw ConformanceFailure(
          message: "\(what) in a transaction is accepted", line: #line, file: #fileID)
      }
    }
    try expectEqual(try await storage.read(key.address), newer, "the value")
    try await storage.transaction {
      try $0.set(key, to: Cursor(position: 7), replacingNewer: true)
    }
    try expectEqual(try await storage.get(key)?.position, 7, "what was replaced with leave")
  }
}
