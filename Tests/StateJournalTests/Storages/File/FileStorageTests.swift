import FileIO
import Foundation
import StateJournal
import StateStorageConformance
import Testing

@Suite("A directory of JSON files keeps the promises of StateStorage") struct FileStorageTests {
  static let storage: StorageUnderTest = StorageUnderTest(
    "file", roles: [.concurrency, .listing, .disk]
  ) {
    try await FileStateStorage.open("\($0)/state")
  } close: {
    await $0.close()
  }

  @Test("Real files", arguments: ConformanceCase.cases(for: storage))
  func conformance(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.storage, in: fastDirectory)
  }

  @Test("The file of a source is what people expect")
  func readable() async throws {
    try await withTemporaryDirectory { directory in
      let storage = try await FileStateStorage.open(directory)
      try await storage.update(.stream("2024", of: "Orders/eu"), to: ["last_id": 42, "rate": 1.0])
      try await storage.update(.others("seen", of: "Orders/eu"), to: [:])
      let text = try String(contentsOfFile: "\(directory)/%4frders%2feu.json", encoding: .utf8)
      #expect(
        text == """
          {
            "format": 1,
            "others": {
              "seen": {}
            },
            "source": "Orders/eu",
            "streams": {
              "2024": {
                "rate": 1.0,
                "last_id": 42
              }
            }
          }

          """)
      await storage.close()
    }
  }

  @Test(
    "A damaged file is an error that names it, and never an empty state",
    arguments: [
      ("", "is empty"), ("{", "line 1"), ("{}", "version of the format"), ("[]", "not an object"),
      (#"{"format": 2, "source": "orders", "streams": {}, "others": {}}"#, "version 2"),
      (#"{"format": 1, "source": "orders", "streams": {}}"#, "others"),
      (#"{"format": 1, "source": "orders", "streams": {"a": 1}, "others": {}}"#, "streams.a"),
      (#"{"format": 1, "source": "orders", "more": 1, "streams": {}, "others": {}}"#, "more"),
      (#"{"format": 1, "source": "other", "streams": {}, "others": {}}"#, "holds the state of"),
      (#"{"format": 1, "streams": {}, "others": {}}"#, "name of the source"),
    ])
  func damage(content: String, hint: String) async throws {
    try await withTemporaryDirectory { directory in
      let storage = try await FileStateStorage.open(directory)
      try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
      try await storage.update(.stream("a", of: "customers"), to: ["n": 1])
      let path = "\(directory)/orders.json"
      try Data(content.utf8).write(to: URL(filePath: path))
      func expectDamage(_ call: () async throws -> Void) async throws {
        let error = try await #require(throws: StateError.self) { try await call() }
        #expect(error.description.contains(hint) && error.description.contains(path), "\(error)")
      }
      try await expectDamage { _ = try await storage.read("orders") }
      try await expectDamage {
        try await storage.update(.stream("b", of: "orders"), to: ["n": 2])
      }
      try await expectDamage { try await storage.write(SourceState(), to: "orders") }
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(content.utf8))
      #expect(try await storage.read(.stream("a", of: "customers")) == ["n": 1])
    }
  }

  @Test("A directory that is open is refused with its owner, and free again after closing")
  func locked() async throws {
    try await withTemporaryDirectory { directory in
      let first = try await FileStateStorage.open(directory)
      let refusal = try await #require(throws: StateError.self) {
        _ = try await FileStateStorage.open(directory)
      }
      #expect(refusal.description.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
      await first.close()
      await first.close()
      let second = try await FileStateStorage.open(directory)
      try await second.update(.stream("a", of: "orders"), to: ["n": 1])
      let closed = try await #require(throws: StateError.self) { try await first.read("orders") }
      #expect(closed.description.contains("closed"))
    }
  }

  @Test("Files of others are left alone and are no sources")
  func foreignFiles() async throws {
    try await withTemporaryDirectory { directory in
      let storage = try await FileStateStorage.open(directory)
      for name in ["README.md", "Orders.json", "%zz.json", ".json", "a~b.json"] {
        try Data("mine".utf8).write(to: URL(filePath: "\(directory)/\(name)"))
      }
      try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
      #expect(try await storage.sources() == ["orders"])
      #expect(try String(contentsOfFile: "\(directory)/Orders.json", encoding: .utf8) == "mine")
    }
  }

  @Test("Two sources of one file name are told apart by what stands in the file")
  func sharedFileName() async throws {
    try await withTemporaryDirectory { directory in
      let storage = try await FileStateStorage.open(directory)
      let name = String(repeating: "x", count: 300)
      try await storage.update(.stream("a", of: name), to: ["n": 1])
      let file = try #require(
        try FileManager.default.contentsOfDirectory(atPath: directory).first { $0.contains("~") })
      let path = "\(directory)/\(file)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacing(name, with: "another").write(
        toFile: path, atomically: true, encoding: .utf8)
      await #expect(throws: StateError.self) { try await storage.read(name) }
      await #expect(throws: StateError.self) {
        try await storage.update(.stream("a", of: name), to: ["n": 2])
      }
    }
  }

  @Test("A damaged file fails those who change its source, and nobody who waits with them")
  func damageBesideOthers() async throws {
    try await withTemporaryDirectory { directory in
      let storage = try await FileStateStorage.open(directory)
      try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
      try Data("{".utf8).write(to: URL(filePath: "\(directory)/orders.json"))
      let failedSources = await withTaskGroup(of: String?.self) { group in
        for number in 0..<200 {
          let source = number % 2 == 0 ? "orders" : "customers"
          group.addTask {
            do throws(StateError) {
              try await storage.update(.stream("\(number)", of: source), to: ["n": 1])
              return nil
            } catch {
              return source
            }
          }
        }
        return await group.reduce(into: [String]()) { if let source = $1 { $0.append(source) } }
      }
      #expect(failedSources == Array(repeating: "orders", count: 100))
      #expect(try await storage.names(of: "customers", .stream).count == 100)
    }
  }
}
