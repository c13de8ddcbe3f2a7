import StateJournal
import StorageSimulator
import Testing

/// The examples of `TypedState.md`, word for word.
@Suite("The examples in the guide to typed state")
struct TypedExampleTests {
  struct Cursor: Codable, Equatable {
    var lastID: Int
    var file: String
  }

  enum Keys {
    static let orders = StateKey<Cursor>(.stream("2024", of: "orders"))
  }

  @Test("A key gives and takes values of its type")
  func keys() async throws {
    let storage = try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 73))
    let start = Cursor(lastID: 0, file: "orders-1.csv")
    let cursor = try await storage.get(Keys.orders) ?? start
    try await storage.set(Keys.orders, to: Cursor(lastID: cursor.lastID + 100, file: cursor.file))

    try await storage.update(Keys.orders, default: start) { cursor in
      cursor.lastID += 1
    }

    let seen = try await storage.getVersioned(Keys.orders)
    try await storage.set(
      Keys.orders, to: Cursor(lastID: 500, file: "orders-2.csv"), ifVersion: seen.version)
    #expect(seen.value == Cursor(lastID: 101, file: "orders-1.csv"))

    try await storage.update(Keys.orders.address, to: ["where": 600, "state_version": 2])
    try await storage.set(Keys.orders, to: start, replacingNewer: true)
    #expect(try await storage.get(Keys.orders) == start)
  }

  struct OldCursor: Codable {
    var last: String
  }

  enum NewKeys {
    static let orders = StateKey<Cursor>(
      .stream("2024", of: "orders"), version: 3,
      migrations: [
        .from(1) { object in
          object["last"] = object["position"]
          object["position"] = nil
        },
        .from(2, as: OldCursor.self) { old in
          Cursor(lastID: Int(old.last) ?? 0, file: "orders-1.csv")
        },
      ])
  }

  @Test(
    "What an older program has stored is read as the new type, and stored so when it is changed")
  func migrations() async throws {
    let storage = try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 74))
    let address = NewKeys.orders.address
    try await storage.update(address, to: ["position": "42"])
    #expect(try await storage.get(NewKeys.orders) == Cursor(lastID: 42, file: "orders-1.csv"))
    #expect(try await storage.read(address) == ["position": "42"])
    try await storage.update(NewKeys.orders, default: Cursor(lastID: 0, file: "")) {
      $0.lastID += 1
    }
    #expect(
      try await storage.read(address)
        == ["lastID": 43, "file": "orders-1.csv", "state_version": 3])
  }
}
