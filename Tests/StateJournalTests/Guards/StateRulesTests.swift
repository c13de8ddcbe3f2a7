import StateJournal
import StorageSimulator
import Synchronization
import Testing

@Suite("Rules for what a program writes")
struct StateRulesTests {
  private let files = SimulatedFileSystem(seed: 66)
  private let address = StateAddress.stream("2024", of: "orders")

  private func open(
    _ rules: StateRules, onEvent: (@Sendable (JournalEvent) -> Void)? = nil
  ) throws -> JournalStateStorage {
    var options = JournalOptions()
    options.onEvent = onEvent
    return try JournalStateStorage.open("state", options: options, rules: rules, in: files)
  }

  private func monotonic(_ member: String = "last_id") throws -> StateRules {
    var rules = StateRules()
    try rules.neverBackwards(member, in: .streams(of: "orders"))
    return rules
  }

  /// Every way of changing an object.
  static let ways:
    [(
      name: String,
      change: @Sendable (JournalStateStorage, StateAddress, StateObject) async throws -> Void
    )] = [
      ("update", { try $0.synchronously($1, $2) { try $0.update($1, to: $2) } }),
      ("update, async", { try await $0.update($1, to: $2) }),
      ("apply", { try $0.synchronously($1, $2) { try $0.apply([.update($1, $2)]) } }),
      ("apply, async", { try await $0.apply([.update($1, $2)]) }),
      ("remove and update", { try await $0.apply([.remove($1), .update($1, $2)]) }),
      (
        "remove all and update",
        { try await $0.apply([.removeSource($1.source), .update($1, $2)]) }
      ),
      (
        "write",
        {
          try $0.synchronously($1, $2) {
            try $0.write(SourceState(streams: [$1.name: $2]), to: $1.source)
          }
        }
      ),
      ("write, async", { try await $0.write(SourceState(streams: [$1.name: $2]), to: $1.source) }),
      (
        "source",
        { storage, address, object in
          try storage.synchronously(address, object) { storage, address, object in
            try storage.update(address.source) { $0.streams[address.name] = object }
          }
        }
      ),
      (
        "source, async",
        { storage, address, object in
          try await storage.update(address.source) { $0.streams[address.name] = object }
        }
      ),
      (
        "transaction",
        { storage, address, object in
          try storage.synchronously(address, object) { storage, address, object in
            try storage.transaction { transaction in
              try transaction.removeSource(address.source)
              try transaction.update(address, to: object)
            }
          }
        }
      ),
      (
        "transaction, async",
        { storage, address, object in
          try await storage.transaction { try $0.update(address, to: object) }
        }
      ),
      (
        "compare and set",
        { storage, address, object in
          try storage.synchronously(address, object) { storage, address, object in
            let version = try storage.readVersioned(address).version
            try storage.update(address, to: object, ifVersion: version)
          }
        }
      ),
      (
        "compare and set, async",
        { storage, address, object in
          let version = try await storage.readVersioned(address).version
          try await storage.update(address, to: object, ifVersion: version)
        }
      ),
      ("stream", { try await $0.source($1.source).updateStream($1.name, $2) }),
      (
        "encoded",
        { try $0.synchronously($1, $2) { try $0.update($1, encoding: Described(object: $2)) } }
      ),
      ("encoded, async", { try await $0.update($1, encoding: Described(object: $2)) }),
      (
        "encoded stream",
        {
          try $0.synchronously($1, $2) {
            try $0.source($1.source).updateStream($1.name, encoding: Described(object: $2))
          }
        }
      ),
      (
        "encoded stream, async",
        { try await $0.source($1.source).updateStream($1.name, encoding: Described(object: $2)) }
      ),
    ]

  /// A type that writes the members of an object.
  struct Described: Encodable {
    let object: StateObject
    func encode(to encoder: any Encoder) throws { try object.encode(to: encoder) }
  }

  @Test(
    "A declared member cannot go backwards, whichever way, unless it is forced",
    arguments: ways.indices)
  func monotonic(way: Int) async throws {
    let (name, change) = Self.ways[way]
    let storage = try open(try monotonic())
    try await change(storage, address, ["last_id": 41])
    try await change(storage, address, ["last_id": 42])
    try await change(storage, address, ["last_id": 42, "file": "a"])
    let last = storage.lastSequence
    for (object, to) in [(["last_id": 41], 41), ([:], nil), (["last_id": .null], .null)]
      as [(StateObject, StateValue?)]
    {
      do {
        try await change(storage, address, object)
        Issue.record("\(name) went back to \(object)")
      } catch {
        let error = try #require(error as? StateError, "\(error)")
        guard case .goesBackwards(let member, from: 42, to: to) = error.reason else { throw error }
        #expect(member.parts == ["last_id"])
        #expect(error.address == address)
        #expect(error.description.contains("42") && error.description.contains("unguarded"))
      }
    }
    #expect(storage.lastSequence == last)
    #expect(try await storage.read(address) == ["last_id": 42, "file": "a"])
    try await change(storage.unguarded, address, ["last_id": 7])
    #expect(try await storage.read(address)["last_id"] == 7)
  }

  @Test("What is on its way to the disk counts: of many tasks, none takes a position back")
  func concurrent() async throws {
    let storage = try open(try monotonic())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<40 {
            do throws(StateError) {
              try await storage.update(address, to: ["last_id": .int(Int64(number * 8 + task))])
            } catch {
              guard case .goesBackwards = error.reason else { throw error }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await storage.read(address) == ["last_id": 319])
    var last: Int64 = -1
    try await storage.close()
    for try await event in storage.changes(since: .zero) {
      guard case .commit(let commit) = event, case .update(_, let object)? = commit.changes.first
      else { continue }
      let number = try #require(object["last_id"]?.int)
      #expect(number >= last)
      last = number
    }
    #expect(last == 319)
  }

  @Test(
    "Numbers go by value and texts by their bytes, and other kinds have no order",
    arguments: [
      (1, 1, true), (1, 2.5, true), (2.5, 2, false), (2.5, 3, true), (-0.5, 0, true),
      (0, -0.5, false), (9_007_199_254_740_993, 9_007_199_254_740_992.0, false),
      (9_007_199_254_740_992.0, 9_007_199_254_740_993, true), (.int(.max), 1e300, true),
      (-1e300, .int(.min), true), (.int(.min), -1e300, false),
      ("2026-11-25T22:00:00Z", "2026-11-25T22:00:01Z", true),
      ("2026-11-25T22:00:00Z", "2026-11-24T23:00:00Z", false), (1, "2", false), ("1", 2, false),
      (1, true, false), (true, false, true), (.null, 1, true), ([2], [1], true),
    ] as [(StateValue, StateValue, Bool)])
  func order(from old: StateValue, to new: StateValue, isAllowed: Bool) throws {
    let storage = try open(try monotonic("window.end"))
    try storage.update(address, to: ["window": ["end": old]])
    do throws(StateError) {
      try storage.update(address, to: ["window": ["end": new]])
      #expect(isAllowed)
    } catch {
      #expect(!isAllowed, "\(error)")
    }
  }

  @Test("Removing, reverting and what no rule is about are left alone")
  func free() async throws {
    let storage = try open(try monotonic())
    try await storage.update(address, to: ["last_id": 1])
    let first = storage.lastSequence
    try await storage.update(address, to: ["last_id": 2])
    try await storage.revert(to: first)
    #expect(try await storage.read(address) == ["last_id": 1])
    try await storage.remove(address)
    try await storage.update(address, to: ["last_id": 0])
    for other in [StateAddress.others("2024", of: "orders"), .stream("2024", of: "other")] {
      try await storage.update(other, to: ["last_id": 2])
      try await storage.update(other, to: ["last_id": 1])
    }
  }

  @Test("An object that is too large is refused, whichever way", arguments: ways.indices)
  func hardLimit(way: Int) async throws {
    var rules = StateRules()
    rules.limitSize(of: .streams("2*"), warningAt: 50, maximum: 100)
    let storage = try open(rules)
    let change = Self.ways[way].change
    try await change(storage, address, ["text": .string(String(repeating: "x", count: 80))])
    let last = storage.lastSequence
    do {
      try await change(storage, address, ["text": .string(String(repeating: "x", count: 120))])
      Issue.record("\(Self.ways[way].name) was let through")
    } catch {
      let error = try #require(error as? StateError, "\(error)")
      guard case .tooLarge = error.reason else { throw error }
      #expect(error.address == address)
      #expect(error.description.contains("100"))
    }
    #expect(storage.lastSequence == last)
    try await change(
      storage, .stream("1999", of: "orders"),
      ["text": .string(String(repeating: "x", count: 500))])
  }

  @Test(
    "An object that comes near its limit is told of once, and again when it was smaller between",
    arguments: ways.indices)
  func softLimit(way: Int) async throws {
    let events = Mutex<[String]>([])
    var rules = StateRules()
    rules.limitSize(warningAt: 50, maximum: 1000)
    let storage = try open(rules) { event in
      if case .nearLimit(let what, let byteCount, let limit) = event {
        events.withLock { $0.append("\(what) \(byteCount >= 50) \(limit)") }
      }
    }
    let sizes = [10, 60, 70, 10, 80]
    let (name, change) = Self.ways[way]
    for size in sizes {
      try await change(storage, address, ["text": .string(String(repeating: "x", count: size))])
    }
    #expect(
      events.withLock { $0 } == ["orders/2024 true 1000", "orders/2024 true 1000"], "\(name)")
    try await storage.transaction {
      try $0.update(
        .others("a/b", of: "orders"), to: ["text": .string(String(repeating: "x", count: 60))])
    }
    #expect(events.withLock { $0.last } == "orders/others/a%2Fb true 1000")
  }
}

extension JournalStateStorage {
  /// Calls the synchronous forms from asynchronous code.
  fileprivate func synchronously(
    _ address: StateAddress, _ object: StateObject,
    _ change: (JournalStateStorage, StateAddress, StateObject) throws -> Void
  ) throws {
    try change(self, address, object)
  }
}
