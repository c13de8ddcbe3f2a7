import StateJournal
import StateStorageConformance
import Synchronization
import Testing

@Suite("State in a property keeps the promises of StateStorage") struct PropertiesStorageTests {
  static let inMemory: StorageUnderTest = StorageUnderTest(
    "properties", roles: [.concurrency, .listing]
  ) { _ in
    PropertiesStateStorage(in: InMemoryProperties())
  }
  static let inFile: StorageUnderTest = StorageUnderTest(
    "properties file", roles: [.concurrency, .listing, .disk]
  ) { directory in
    PropertiesStateStorage(in: try await JSONFileProperties.open("\(directory)/properties.json"))
  } close: { storage in
    await (storage.properties as? JSONFileProperties)?.close()
  }

  @Test("Properties in memory", arguments: ConformanceCase.cases(for: inMemory))
  func memory(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.inMemory)
  }

  @Test("Properties in a file", arguments: ConformanceCase.cases(for: inFile))
  func file(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.inFile, in: fastDirectory)
  }

  @Test("State stands under its name in its layout, and other properties are left alone")
  func layout() async throws {
    let properties = InMemoryProperties(["mine": ["deep": [1, 1.0]], "number": 1])
    let storage = PropertiesStateStorage(in: properties)
    try await storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
    try await storage.update(.others("seen", of: "orders"), to: [:])
    #expect(
      properties.getAll() == [
        "mine": ["deep": [1, 1.0]], "number": 1,
        ".vdk.data_sources.state": [
          "orders": ["streams": ["2024": ["last_id": 42]], "others": ["seen": [:]]]
        ],
      ])
    try await storage.write(SourceState(), to: "orders")
    #expect(properties.getAll() == ["mine": ["deep": [1, 1.0]], "number": 1])
  }

  @Test("Storages that share properties lose none of one another's changes, nor those of others")
  func sharedProperties() async throws {
    let properties = InMemoryProperties()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          let storage = PropertiesStateStorage(in: properties)
          for number in Int64(1)...100 {
            try await storage.update(.stream("\(task)", of: "orders"), to: ["n": .int(number)])
          }
        }
      }
      group.addTask {
        for number in Int64(1)...100 {
          while true {
            let found = properties.getAll()
            var changed = found
            changed["foreign"] = .int(number)
            if try await properties.replaceAll(found, with: changed) { break }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(properties.getAll()["foreign"] == 100)
    let streams = try await PropertiesStateStorage(in: properties).read("orders").streams
    #expect(streams == StateMap((0..<4).map { ("\($0)", ["n": 100]) }))
  }

  /// Properties that somebody changes before each replacement.
  private final class RestlessProperties: Properties {
    let properties = InMemoryProperties()
    let attemptCount = Mutex(0)

    func getAll() -> StateObject { properties.getAll() }
    func setAll(_ new: StateObject) throws(StateError) { try properties.setAll(new) }
    func replaceAll(_ expected: StateObject, with new: StateObject) -> Bool {
      attemptCount.withLock { $0 += 1 }
      return false
    }
  }

  @Test("Properties that never stand still are an error after a bounded number of attempts")
  func restless() async throws {
    let properties = RestlessProperties()
    let storage = PropertiesStateStorage(in: properties)
    await #expect(throws: StateError.self) {
      try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
    }
    #expect(
      properties.attemptCount.withLock(\.self) == PropertiesStateStorage.maximumAttemptCount)
  }

  @Test(
    "A property that holds no state is an error with its path, and is not written over",
    arguments: [
      (1, []), (["orders": 1], ["orders"]),
      (["orders": ["streams": ["a": 1]]], ["orders", "streams", "a"]),
      (["orders": ["more": [:]]], ["orders", "more"]),
    ] as [(StateValue, [String])])
  func damage(value: StateValue, path: [String]) async throws {
    let properties = InMemoryProperties([PropertiesStateStorage.property: value])
    let storage = PropertiesStateStorage(in: properties)
    let error = try await #require(throws: StateError.self) { try await storage.read("orders") }
    #expect(error.path == path)
    await #expect(throws: StateError.self) {
      try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
    }
    #expect(properties.getAll()[PropertiesStateStorage.property] == value)
  }

  @Test("Members that the layout lets out read as empty")
  func lenient() async throws {
    let properties = InMemoryProperties([
      PropertiesStateStorage.property: ["orders": ["streams": ["a": ["n": 1]]], "none": [:]]
    ])
    let storage = PropertiesStateStorage(in: properties)
    #expect(try await storage.read("orders") == SourceState(streams: ["a": ["n": 1]]))
    #expect(try await storage.read("none").isEmpty)
  }
}
