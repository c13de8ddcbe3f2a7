import StateJournal
import StorageSimulator
import Testing

@Suite("The forms of calls on a journal") struct JournalFormsTests {
  struct Position: Codable, Equatable { var lastID: Int }

  let storage: JournalStateStorage

  init() throws { storage = try .open("state", in: SimulatedFileSystem(seed: 41)) }

  @Test("Synchronous code gets the synchronous forms")
  func synchronousForms() throws {
    let address = StateAddress.stream("s", of: "orders")
    // Neither Sendable nor safe to use from elsewhere: only a synchronous form can take it.
    var calls = 0
    try storage.update(address, to: ["n": 1])
    let version = try storage.readVersioned(address).version
    try storage.update(address, to: ["n": 2], ifVersion: version)
    let count = try storage.update("orders") { state in
      calls += 1
      state.others["k"] = ["n": 3]
      return state.streams.count
    }
    try storage.transaction { transaction in
      calls += 1
      try transaction.update(.stream("t", of: "orders"), to: ["n": 4])
    }
    try storage.apply([.remove(.others("k", of: "orders"))])
    #expect((calls, count) == (2, 1))
    #expect(try storage.names(of: "orders", .stream) == ["s", "t"])
    #expect(try storage.read(address) == ["n": 2])
    #expect(try storage.sources() == ["orders"])
    try storage.sync()
    try storage.compact()
    try storage.close()
  }

  @Test("Asynchronous code gets the asynchronous forms")
  func asynchronousForms() async throws {
    let address = StateAddress.stream("s", of: "orders")
    try await storage.update(address, to: ["n": 1])
    try await storage.update(address, to: ["n": 2], durability: .buffered)
    let version = try await storage.readVersioned(address).version
    try await storage.update(address, to: ["n": 3], ifVersion: version)
    let count = try await storage.update("orders") { $0.streams.count }
    #expect(count == 1)
    try await storage.transaction { try $0.update(.others("k", of: "orders"), to: ["n": 4]) }
    #expect(
      try await storage.read("orders")
        == SourceState(streams: ["s": ["n": 3]], others: ["k": ["n": 4]]))
    try await storage.sync()
    #expect(try await storage.compact(full: true) != nil)
    try await storage.close()
  }

  @Test("The version of an object is the log sequence number of its last change")
  func versions() throws {
    let (one, other) = (StateAddress.stream("a", of: "orders"), StateAddress.others("b", of: "x"))
    try storage.apply([.update(one, ["n": 1]), .update(other, ["n": 1])])
    let first = storage.lastSequence.rawValue
    #expect(try storage.readVersioned(one).version.number == first)
    #expect(try storage.readVersioned(other).version.number == first)
    let second = try storage.update(other, to: ["n": 2], ifVersion: StateVersion(number: first))
    #expect(second.number == storage.lastSequence.rawValue)
    do throws(StateError) {
      try storage.remove(other, ifVersion: StateVersion(number: first))
      Issue.record("an outdated version was accepted")
    } catch {
      guard case .versionConflict(let expected, let actual) = error.reason else { throw error }
      #expect((expected.number, actual) == (first, second))
      #expect(error.address == other)
    }
    try storage.compact(full: true)
    #expect(try storage.readVersioned(one).version.number == first)
    #expect(try storage.readVersioned(other) == VersionedState(object: ["n": 2], version: second))
  }

  @Test("The state of a data source has both forms, and types of yours")
  func dataSourceState() async throws {
    let orders = storage.source("orders")
    func synchronously() throws {
      try orders.updateStream("2024", ["last_id": 42])
      try orders.updateOthers("schema", encoding: Position(lastID: 7))
      #expect(try orders.readOthers("schema", as: Position.self) == Position(lastID: 7))
      #expect(try orders.readStream("2023", as: Position.self) == nil)
    }
    try synchronously()
    let state: any DataSourceState = orders
    #expect(try await state.readStream("2024") == ["last_id": 42])
    try await orders.updateStream("2024", encoding: Position(lastID: 43))
    #expect(try await orders.readStream("2024", as: Position.self) == Position(lastID: 43))
    #expect(try await orders.streamNames() == ["2024"])
    #expect(try await orders.otherKeys() == ["schema"])
    try await orders.update { $0.others = [:] }
    try await orders.removeStream("2024")
    #expect(try await orders.read().isEmpty)
    #expect(try await DataSourceStateFactory(storage: storage).state(of: "orders").read().isEmpty)
  }

  @Test("Names full of zero bytes, up to the longest, come back and are removed alone")
  func zeroBytes() throws {
    let longest = String(repeating: "\0", count: StateAddress.maximumNameByteCount)
    let names = ["\0", "\0\0", "a", "a\0", "a\0\0", "a\0\u{1}", "a\u{1}", "ab", longest]
    for name in names {
      try storage.update(.stream(name, of: name), to: ["name": .string(name)])
      try storage.update(.others(name, of: name), to: ["name": .string(name)])
    }
    #expect(try storage.sources().count == names.count)
    for (index, removed) in names.enumerated() {
      try storage.apply([.removeSource(removed)])
      #expect(try storage.read(removed).isEmpty)
      for name in names.dropFirst(index + 1) {
        let object: StateObject = ["name": .string(name)]
        let expected = SourceState(
          streams: StateMap([(name, object)]), others: StateMap([(name, object)]))
        #expect(try storage.read(name) == expected, "\(name.debugDescription)")
      }
    }
    #expect(try storage.sources().isEmpty)
  }

  @Test("A closed storage refuses changes, says so, and can be closed again")
  func closed() async throws {
    let address = StateAddress.stream("s", of: "orders")
    try await storage.update(address, to: ["n": 1])
    try await storage.close()
    try await storage.close()
    do throws(StateError) {
      try await storage.update(address, to: ["n": 2])
      Issue.record("a closed storage took a change")
    } catch {
      #expect(error.journalError?.reason == .closed)
      #expect(error.message == "the journal in state is closed; open it again")
    }
    #expect(try await storage.read(address) == ["n": 1])
  }
}
