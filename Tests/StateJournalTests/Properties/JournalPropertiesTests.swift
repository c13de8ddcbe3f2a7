import StateJournal
import StorageSimulator
import Testing

@Suite("Properties in a journal") struct JournalPropertiesTests {
  private func storage() throws -> JournalStateStorage {
    try JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 1))
  }

  @Test("A map that is written as a whole becomes an update for each property that differs")
  func difference() async throws {
    let storage = try storage()
    let properties = JournalProperties(in: storage)
    try await properties.setAll(["kept": 1.0, "changed": 1, "removed": ["a": nil]])
    func version(_ name: String) async throws -> StateVersion {
      try await storage.readVersioned(.others(name, of: "properties")).version
    }
    let (kept, changed) = (try await version("kept"), try await version("changed"))
    let new: StateObject = ["kept": 1.0, "changed": 1.0, "added": []]
    try await properties.setAll(new)
    #expect(try await properties.getAll() == new)
    #expect(try await version("kept") == kept)
    #expect(try await version("changed") > changed)
    #expect(try await version("removed") == .absent)
    let sequence = storage.lastSequence
    try await properties.setAll(new)
    #expect(storage.lastSequence == sequence, "nothing differs, and something was logged")
  }

  @Test("Single properties are read and changed by themselves")
  func single() async throws {
    let properties = JournalProperties(in: try storage(), as: "job 17")
    #expect(try await properties.get("a") == Optional.none)
    try await properties.set("a", to: nil)
    try await properties.set("a", to: .null)
    try await properties.set("b", to: [1, "x"])
    #expect(try await properties.get("a") == .some(.null))
    #expect(try await properties.getAll() == ["a": nil, "b": [1, "x"]])
    try await properties.set("a", to: nil)
    #expect(try await properties.getAll() == ["b": [1, "x"]])
  }

  @Test("A replacement happens only on what was expected")
  func compare() async throws {
    let properties = JournalProperties(in: try storage())
    try await properties.setAll(["a": 1])
    #expect(try await !properties.replaceAll(["a": 2], with: ["a": 3]))
    #expect(try await properties.getAll() == ["a": 1])
    #expect(try await properties.replaceAll(["a": 1], with: ["b": 3]))
    #expect(try await properties.getAll() == ["b": 3])
  }

  @Test("What is no property in its place is an error with its address")
  func foreign() async throws {
    let storage = try storage()
    let address = StateAddress.others("a", of: "properties")
    try await storage.update(address, to: ["n": 1])
    let error = try await #require(throws: StateError.self) {
      try await JournalProperties(in: storage).getAll()
    }
    #expect(error.address == address)
  }
}
