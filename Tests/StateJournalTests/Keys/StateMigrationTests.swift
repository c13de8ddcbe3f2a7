import StateJournal
import StorageSimulator
import Testing

@Suite("State whose type has changed its shape")
struct StateMigrationTests {
  private static let address = StateAddress.stream("2024", of: "orders")

  struct Second: Codable, Sendable {
    enum CodingKeys: String, CodingKey { case lastID = "last_id" }
    var lastID: Int
  }

  struct Third: Codable, Equatable, Sendable {
    var position: Int
    var file: String
  }

  struct Refused: Error {}

  private let key = StateKey<Third>(
    address, version: 3,
    migrations: [
      .from(2, as: Second.self) { Third(position: $0.lastID, file: "orders.csv") },
      .from(1) { object in
        guard let id = object["id"] else { throw Refused() }
        object = ["last_id": id]
      },
    ])

  private let firstKey = StateKey<Second>(address)

  private func open() throws -> JournalStateStorage {
    try JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 65))
  }

  @Test(
    "Whichever version is stored, it reads as the newest, and stays as it is until it is written",
    arguments: [
      ["id": 42], ["last_id": 42, "state_version": 2],
      ["position": 42, "file": "orders.csv", "state_version": 3],
    ] as [StateObject])
  func upgraded(stored: StateObject) throws {
    let storage = try open()
    try storage.update(Self.address, to: stored)
    #expect(try storage.get(key) == Third(position: 42, file: "orders.csv"))
    #expect(try storage.read(Self.address) == stored)
    try storage.update(key, default: Third(position: 0, file: "")) { $0.position += 1 }
    #expect(
      try storage.read(Self.address)
        == ["position": 43, "file": "orders.csv", "state_version": 3])
  }

  private static let newer: StateObject = ["where": 42, "state_version": 4]

  @Test("What a newer program has stored is neither read nor overwritten, in synchronous code")
  func newer() throws {
    let storage = try open()
    try storage.update(Self.address, to: Self.newer)
    let version = try storage.readVersioned(Self.address).version
    let value = Third(position: 0, file: "")
    let calls: [(String, () throws -> Void)] = [
      ("get", { _ = try storage.get(key) }),
      ("getVersioned", { _ = try storage.getVersioned(key) }),
      ("get of a snapshot", { _ = try storage.snapshot().get(key) }),
      ("update", { try storage.update(key, default: value) { $0.position += 1 } }),
      ("set", { try storage.set(key, to: value) }),
      ("set by a key of the first version", { try storage.set(firstKey, to: Second(lastID: 1)) }),
      ("set ifVersion", { try storage.set(key, to: value, ifVersion: version) }),
      ("set in a transaction", { try storage.transaction { try $0.set(key, to: value) } }),
    ]
    for (name, call) in calls {
      try expectNewer(#expect(throws: StateError.self, "\(name)") { try call() })
    }
    #expect(try storage.read(Self.address) == Self.newer)
    #expect(try storage.readVersioned(Self.address).version == version)
  }

  @Test("What a newer program has stored is neither read nor overwritten, in any storage")
  func newerInAnyStorage() async throws {
    try await refuses(InMemoryStateStorage())
    try await refuses(try open())
    try await refuses(PropertiesStateStorage(in: InMemoryProperties()))
    try await refuses(try await FileStateStorage.open("s", in: SimulatedFileSystem(seed: 66)))
    for storage in [InMemoryStateStorage(), try open()]
      as [any VersionedStateStorage & TransactionalStateStorage]
    {
      try await refusesVersionedAndTransactional(storage)
    }
    let journal = try open()
    try await journal.update(Self.address, to: Self.newer)
    let version = try await journal.readVersioned(Self.address).version
    let value = Third(position: 0, file: "")
    try expectNewer(
      await #expect(throws: StateError.self) { try await journal.set(key, to: value) })
    try expectNewer(
      await #expect(throws: StateError.self) {
        try await journal.set(key, to: value, ifVersion: version)
      })
    var values = journal.values(of: key).makeAsyncIterator()
    try expectNewer(await #expect(throws: StateError.self) { try await values.next() })
  }

  private func refuses(_ storage: some StateStorage) async throws {
    try await storage.update(Self.address, to: Self.newer)
    let value = Third(position: 7, file: "a")
    try expectNewer(await #expect(throws: StateError.self) { try await storage.get(key) })
    try expectNewer(
      await #expect(throws: StateError.self) { try await storage.set(key, to: value) })
    try expectNewer(
      await #expect(throws: StateError.self) {
        try await storage.update(key, default: value) { $0.position += 1 }
      })
    #expect(try await storage.read(Self.address) == Self.newer)
    try await storage.set(key, to: value, replacingNewer: true)
    #expect(try await storage.get(key) == value)
    try await storage.set(key, to: Third(position: 8, file: "a"))
    #expect(try await storage.get(key)?.position == 8)
  }

  private func refusesVersionedAndTransactional(
    _ storage: some VersionedStateStorage & TransactionalStateStorage
  ) async throws {
    try await storage.update(Self.address, to: Self.newer)
    let version = try await storage.readVersioned(Self.address).version
    let value = Third(position: 7, file: "a")
    try expectNewer(
      await #expect(throws: StateError.self) {
        try await storage.set(key, to: value, ifVersion: version)
      })
    try expectNewer(
      await #expect(throws: StateError.self) { try await storage.set(key, to: value) })
    #expect(try await storage.read(Self.address) == Self.newer)
    // Too late is too late, whatever stands there.
    let conflict = try #require(
      await #expect(throws: StateError.self) {
        try await storage.set(key, to: value, ifVersion: .absent)
      })
    guard case .versionConflict(.absent, version) = conflict.reason else { throw conflict }
    try await storage.transaction { try $0.set(key, to: value, replacingNewer: true) }
    #expect(try await storage.get(key) == value)
  }

  private func expectNewer(_ error: StateError?) throws {
    let error = try #require(error)
    guard case .newerVersion(found: 4, let known) = error.reason else { throw error }
    #expect(error.address == Self.address)
    #expect(error.description.hasPrefix("\(Self.address): "), "\(error)")
    #expect(
      error.message.contains("version 4 of its shape, and this program knows \(known) at most"))
    #expect(error.message.contains("upgrade the program"))
    #expect(error.message.contains("replacingNewer: true"))
  }

  @Test("What is of another shape without being newer is replaced by setting it")
  func anotherShape() throws {
    let storage = try open()
    for stored in [
      ["state_version": "two"], ["state_version": 0], ["state_version": 4.5], ["a": 1],
      ["last_id": true, "state_version": 2],
    ] as [StateObject] {
      try storage.update(Self.address, to: stored)
      try storage.set(key, to: Third(position: 1, file: "a"))
      #expect(try storage.get(key) == Third(position: 1, file: "a"), "\(stored)")
    }
  }

  @Test("A chain with a missing link, a migration that throws and a nonsensical version are errors")
  func failing() throws {
    let storage = try open()
    let short = StateKey<Third>(
      Self.address, version: 3, migrations: [.from(2) { $0["file"] = "a" }])
    let cases: [(StateObject, StateKey<Third>)] = [
      (["id": 1], short), (["other": 1], key), (["state_version": "two"], key),
      (["state_version": 0], key), (["state_version": 3, "position": true], key),
    ]
    for (stored, key) in cases {
      try storage.update(Self.address, to: stored)
      let error = try #require(#expect(throws: StateError.self) { try storage.get(key) })
      guard case .undecodable = error.reason else { throw error }
      #expect(error.address == Self.address)
      #expect(!(stored == ["other": 1]) || error.underlying is Refused)
    }
  }

  @Test("A type of the first version stores no version, and none may take its member's name")
  func firstVersion() throws {
    struct Taken: Codable, Sendable {
      enum CodingKeys: String, CodingKey { case version = "state_version" }
      var version: Int
    }
    let storage = try open()
    try storage.set(StateKey<Second>(Self.address), to: Second(lastID: 1))
    #expect(try storage.read(Self.address) == ["last_id": 1])
    let error = try #require(
      #expect(throws: StateError.self) {
        try storage.set(StateKey<Taken>(Self.address), to: Taken(version: 1))
      })
    guard case .unsupportedValue = error.reason else { throw error }
    #expect(error.path == ["state_version"])
  }

  @Test("Keys that name a version twice, or one that is none, end the program")
  func mistakes() async {
    await #expect(processExitsWith: .failure) {
      _ = StateKey<Third>(
        .stream("s", of: "a"), version: 2, migrations: [.from(1) { _ in }, .from(1) { _ in }])
    }
    await #expect(processExitsWith: .failure) {
      _ = StateKey<Third>(.stream("s", of: "a"), version: 0, migrations: [])
    }
  }
}
