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

  @Test("What a newer program has stored is refused and not overwritten by a change")
  func newer() throws {
    let storage = try open()
    let stored: StateObject = ["where": 42, "state_version": 4]
    try storage.update(Self.address, to: stored)
    for call in [
      { _ = try storage.get(key) },
      { try storage.update(key, default: Third(position: 0, file: "")) { $0.position += 1 } },
    ] {
      let error = try #require(#expect(throws: StateError.self) { try call() })
      guard case .newerVersion(found: 4, known: 3) = error.reason else { throw error }
      #expect(error.address == Self.address)
    }
    #expect(try storage.read(Self.address) == stored)
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
