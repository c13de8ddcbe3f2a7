import JournalEngine
import StorageSimulator
import Testing

@testable import StateJournal

@Suite("Updates by types, in the log") struct EncodedUpdateTests {
  private let address = StateAddress.stream("2024", of: "orders")
  private let plain = DirectEncodingTests.Plain()

  private func open(
    _ durability: JournalOptions.Durability, in files: SimulatedFileSystem
  ) throws -> JournalStateStorage {
    var options = JournalOptions()
    options.durability = durability
    return try JournalStateStorage.open("state", options: options, in: files)
  }

  private func updateSynchronously(_ storage: JournalStateStorage) throws {
    try storage.update(address, encoding: plain)
    try storage.source("orders").updateStream("2024", encoding: plain)
    try storage.update(address, to: StateObject(encoding: plain))
  }

  @Test(
    "A type has the bytes of its object in the log, whichever way it gets there",
    arguments: [JournalOptions.Durability.synced, .buffered])
  func bytes(durability: JournalOptions.Durability) async throws {
    let files = SimulatedFileSystem(seed: 67)
    let storage = try open(durability, in: files)
    try updateSynchronously(storage)
    try await storage.update(address, encoding: plain)
    try await storage.source("orders").updateStream("2024", encoding: plain)
    try await storage.close()

    var change: [UInt8] = []
    try StateChange.append(StateObject(encoding: plain), at: address, to: &change)
    let log = try files.contents(of: "state/00000000000000000001.journal")
    #expect(log.indices.count { log[$0...].starts(with: change) } == 5)
  }

  /// Reads state while it is encoded.
  struct Reading: Encodable {
    let storage: JournalStateStorage
    let address: StateAddress

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: DirectEncodingTests.Key.self)
      let before = try storage.read(address)
      try container.encode(before, forKey: DirectEncodingTests.Key(stringValue: "before"))
      try storage.update(.others("read", of: "orders"), encoding: DirectEncodingTests.Plain())
    }
  }

  @Test(
    "A type may use the storage while it is encoded, since no lock is held then",
    arguments: [JournalOptions.Durability.synced, .buffered])
  func reading(durability: JournalOptions.Durability) async throws {
    let storage = try open(durability, in: SimulatedFileSystem(seed: 68))
    try await storage.update(address, to: ["id": 1])
    try await storage.update(address, encoding: Reading(storage: storage, address: address))
    #expect(try await storage.read(address) == ["before": ["id": 1]])
    #expect(
      try await storage.read(.others("read", of: "orders")) == StateObject(encoding: plain))
    try await storage.close()
  }
}
