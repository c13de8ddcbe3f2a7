import PropertiesClient
import SQLiteStateStorage
import StateJournal
import StateStorageConformance

func database() async throws {
  let storage = try await SQLiteStateStorage.open("state.sqlite")
  try await storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
  await storage.close()
}

func remoteProperties(freshToken: @escaping @Sendable () async throws -> String) async throws {
  let properties = RemoteProperties(
    server: "https://control.example.com", team: "sales", job: "load-orders"
  ) {
    try await freshToken()
  }
  let storage = PropertiesStateStorage(in: properties)
  _ = storage
}

func leavingProperties(freshToken: @escaping @Sendable () async throws -> String) async throws {
  let properties = RemoteProperties(
    server: "https://control.example.com", team: "sales", job: "load-orders"
  ) {
    try await freshToken()
  }
  let old = PropertiesStateStorage(in: properties)
  let new = try await JournalStateStorage.open("state")
  let report = try await copyState(from: old, to: new)
  _ = report
}

/// Stands for the storage of somebody who tests it.
private enum MyStorage {
  static func open(_ path: String) async throws -> FileStateStorage {
    try await FileStateStorage.open(path)
  }
}

func conformance() {
  let mine = StorageUnderTest("mine", roles: [.concurrency, .disk]) { directory in
    try await MyStorage.open("\(directory)/state")
  } close: { storage in
    await storage.close()
  }
  _ = mine
}
