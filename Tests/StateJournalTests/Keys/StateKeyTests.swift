import StateJournal
import StorageSimulator
import Testing

@Suite("Keys with types")
struct StateKeyTests {
  struct Cursor: Codable, Equatable, Sendable {
    var lastID: Int
    var file = "orders.csv"
  }

  struct GivenUp: Error {}

  private let cursor = StateKey<Cursor>(.stream("2024", of: "orders"))

  private func open() throws -> JournalStateStorage {
    try JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 64))
  }

  @Test("A value comes back as it was set, and is changed and removed, in synchronous code")
  func synchronous() throws {
    let storage = try open()
    #expect(try storage.get(cursor) == nil)
    try storage.set(cursor, to: Cursor(lastID: 41))
    let new = try storage.update(cursor, default: Cursor(lastID: 0)) { cursor in
      cursor.lastID += 1
      return cursor.lastID
    }
    #expect(new == 42)
    #expect(try storage.get(cursor) == Cursor(lastID: 42))
    #expect(try storage.snapshot().get(cursor) == Cursor(lastID: 42))
    #expect(try storage.read(cursor.address) == ["lastID": 42, "file": "orders.csv"])
    try storage.remove(cursor)
    #expect(try storage.get(cursor) == nil)
    try storage.update(cursor, default: Cursor(lastID: 7)) { $0.file = "new" }
    #expect(try storage.get(cursor) == Cursor(lastID: 7, file: "new"))
  }

  @Test("Every storage has them in asynchronous code, and loses no concurrent change")
  func everyStorage() async throws {
    try await changes(of: InMemoryStateStorage())
    try await changes(of: try open())
    try await changes(of: PropertiesStateStorage(in: InMemoryProperties()))
    try await changes(of: try await FileStateStorage.open("s", in: SimulatedFileSystem(seed: 64)))
  }

  private func changes(of storage: some StateStorage) async throws {
    #expect(try await storage.get(cursor) == nil)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<25 {
            try await storage.update(cursor, default: Cursor(lastID: 0)) { $0.lastID += 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await storage.get(cursor) == Cursor(lastID: 100))
    do throws(StateError) {
      try await storage.update(cursor, default: Cursor(lastID: 0)) { cursor in
        cursor.lastID = 0
        throw GivenUp()
      }
      Issue.record("it was not given up")
    } catch {
      #expect(error.underlying is GivenUp)
    }
    #expect(try await storage.get(cursor) == Cursor(lastID: 100))
    try await storage.set(cursor, to: Cursor(lastID: 5))
    #expect(try await storage.get(cursor) == Cursor(lastID: 5))
    try await storage.remove(cursor)
    #expect(try await storage.get(cursor) == nil)
  }

  @Test("In a journal, concurrent changes of one value lose nothing and touch nothing else")
  func concurrent() async throws {
    let storage = try open()
    let last = try #require(
      try await storage.apply([.update(.stream("2023", of: "orders"), ["n": 1])], durability: nil))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<25 {
            try await storage.update(cursor, default: Cursor(lastID: 0)) { $0.lastID += 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await storage.get(cursor) == Cursor(lastID: 200))
    let other = try await storage.readVersioned(.stream("2023", of: "orders"))
    #expect(other.version.number == last.rawValue)
  }

  @Test("Of two who compare and set, the second is refused")
  func compareAndSet() async throws {
    let storage = try open()
    let first = try await storage.getVersioned(cursor)
    #expect(first == VersionedValue(value: nil, version: .absent))
    let version = try await storage.set(cursor, to: Cursor(lastID: 1), ifVersion: first.version)
    do throws(StateError) {
      try await storage.set(cursor, to: Cursor(lastID: 2), ifVersion: first.version)
      Issue.record("the second came through")
    } catch {
      guard case .versionConflict(.absent, version) = error.reason else { throw error }
    }
    #expect(
      try await storage.getVersioned(cursor)
        == VersionedValue(value: Cursor(lastID: 1), version: version))
  }

  @Test("A transaction spans values of several types")
  func transaction() async throws {
    let storage = try open()
    let names = StateKey<[String: String]>(.others("names", of: "orders"))
    try await storage.transaction { transaction in
      try transaction.set(cursor, to: Cursor(lastID: 1))
      try transaction.set(names, to: ["de": "Bestellungen"])
      try transaction.update(cursor, default: Cursor(lastID: 0)) { $0.lastID += 1 }
      try transaction.remove(names)
    }
    #expect(try await storage.get(cursor) == Cursor(lastID: 2))
    #expect(try await storage.get(names) == nil)
  }

  @Test("A value can be watched by its key")
  func watched() async throws {
    let storage = try open()
    var values = storage.values(of: cursor).makeAsyncIterator()
    #expect(try await values.next()?.value == nil)
    try await storage.set(cursor, to: Cursor(lastID: 3))
    #expect(try await values.next()?.value == Cursor(lastID: 3))
  }

  @Test("State of another shape, and values that are no objects, are refused with their place")
  func refused() throws {
    let storage = try open()
    try storage.update(cursor.address, to: ["lastID": "forty-two", "file": "a"])
    do throws(StateError) {
      _ = try storage.get(cursor)
      Issue.record("a text was read as a number")
    } catch {
      guard case .undecodable = error.reason else { throw error }
      #expect(error.address == cursor.address)
      #expect(error.path == ["lastID"])
    }
    do throws(StateError) {
      try storage.set(StateKey<Int>(cursor.address), to: 1)
      Issue.record("a number was stored as an object")
    } catch {
      guard case .unsupportedValue = error.reason else { throw error }
      #expect(error.address == cursor.address)
    }
  }
}
