import DataSources
import StateJournal
import StorageSimulator
import Synchronization
import Testing

@Suite("Claims of destinations")
struct ClaimTests {
  /// Notes what a power cut would leave when the first data is written.
  private final class WitnessSink: IngestionSink {
    let files: SimulatedFileSystem
    let left = Mutex<SimulatedFileSystem?>(nil)

    init(_ files: SimulatedFileSystem) { self.files = files }

    func resume(
      _ stream: StateAddress, at position: StateObject?
    ) async throws(DataSourceError) -> StateObject? { ["length": 0] }

    func write(
      _ group: PayloadGroup<NDJSONRows>
    ) async throws(DataSourceError) -> [StateAddress: StateObject] {
      left.withLock { if $0 == nil { $0 = files.afterPowerLoss(.allLost) } }
      return [:]
    }
  }

  @Test("A claim is durable before the first data is written, also in a buffered journal")
  func durable() async throws {
    let files = SimulatedFileSystem(seed: 1)
    var options = JournalOptions()
    options.durability = .buffered(interval: .seconds(3600))
    let storage = try await JournalStateStorage.open("state", options: options, in: files)
    let sink = WitnessSink(files)
    _ = try await Ingestion(sources: [RowsSource([["a": 1]])], sink: sink, storage: storage).run()
    let left = try #require(sink.left.withLock { $0 })
    let found = try await JournalStateStorage.open("state", in: left)
    #expect(try await found.read(.stream("rows", of: "test")) == ["sink": ["length": 0]])
  }

  @Test("A claim that a buffered opening has found is durable before the first data, too")
  func found() async throws {
    let first = SimulatedFileSystem(seed: 1)
    var options = JournalOptions()
    options.durability = .buffered(interval: .seconds(3600))
    let claim: StateObject = ["sink": ["length": 0]]
    do {
      let storage = try await JournalStateStorage.open("state", options: options, in: first)
      try await storage.update(.stream("rows", of: "test"), to: claim)
    }
    // Killed between the claim and its sync.
    let files = first.afterProcessKill()
    options.settlesInBackground = false
    let storage = try await JournalStateStorage.open("state", options: options, in: files)
    let sink = WitnessSink(files)
    _ = try await Ingestion(sources: [RowsSource([["a": 1]])], sink: sink, storage: storage).run()
    let left = try #require(sink.left.withLock { $0 })
    let found = try await JournalStateStorage.open("state", in: left)
    #expect(try await found.read(.stream("rows", of: "test")) == claim)
  }
}
