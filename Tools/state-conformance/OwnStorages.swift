import LoopbackServer
import PropertiesClient
import SQLiteStateStorage
import StateJournal
import StateStorageConformance
import ToolSupport

/// The storages of this package, as the suite sees them.
enum OwnStorages {
  /// All that can be opened on this system.
  static var all: [StorageUnderTest] {
    [memory, journal, file, SQLiteStateStorage.libraryVersion == nil ? nil : sqlite]
      .compactMap { $0 } + [propertiesInMemory, propertiesInFile, remoteProperties]
  }

  private static let memory = StorageUnderTest(
    "memory", roles: [.concurrency, .listing, .versions, .transactions]
  ) { _ in
    InMemoryStateStorage()
  }

  private static let journal = withHelper(
    StorageUnderTest(
      "journal", roles: [.concurrency, .listing, .versions, .transactions, .disk]
    ) {
      try await JournalStateStorage.open("\($0)/state")
    } close: {
      try await $0.close()
    })

  private static let file = withHelper(
    StorageUnderTest("file", roles: [.concurrency, .listing, .disk]) {
      try await FileStateStorage.open("\($0)/state")
    } close: {
      await $0.close()
    })

  private static let sqlite = withHelper(
    StorageUnderTest(
      "sqlite", roles: [.concurrency, .listing, .versions, .transactions, .disk]
    ) {
      try await SQLiteStateStorage.open("\($0)/state.sqlite")
    } close: {
      await $0.close()
    })

  private static let propertiesInMemory = StorageUnderTest(
    "properties", roles: [.concurrency, .listing]
  ) { _ in
    PropertiesStateStorage(in: InMemoryProperties(["foreign": ["a": 1]]))
  }

  private static let propertiesInFile = withHelper(
    StorageUnderTest("properties file", roles: [.concurrency, .listing, .disk]) { directory in
      PropertiesStateStorage(
        in: try await JSONFileProperties.open("\(directory)/properties.json"))
    } close: { storage in
      await (storage.properties as? JSONFileProperties)?.close()
    })

  private static let service = PropertiesService(token: "secret")
  private static let server = Result { try LoopbackServer(answer: service.answer) }

  private static let remoteProperties = StorageUnderTest(
    "properties service", roles: [.concurrency, .listing]
  ) { directory in
    PropertiesStateStorage(
      in: RemoteProperties(server: try server.get().address, team: "tests", job: directory) {
        "secret"
      })
  }

  /// The storage with this program as the one that is killed.
  private static func withHelper(_ storage: StorageUnderTest) -> StorageUnderTest {
    var storage = storage
    let name = storage.name
    storage.helper = StorageUnderTest.Helper(ChildProcess.ownExecutable) { place in
      ["child", name, place]
    }
    return storage
  }
}
