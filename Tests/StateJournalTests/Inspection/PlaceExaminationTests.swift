import FileIO
import JournalEngine
import StateJournal
import StorageSimulator
import Testing

@Suite("The place of a store is examined by a call")
struct PlaceExaminationTests {
  private func verdicts(_ examination: PlaceExamination) -> [String: PlaceCheck.Verdict] {
    Dictionary(
      examination.checks.map { ($0.subject, $0.verdict) }, uniquingKeysWith: { max($0, $1) })
  }

  @Test("On a disk everything is looked at, and nothing is written but to measure syncs")
  func disk() async throws {
    try await withTemporaryDirectory { try disk(at: $0) }
  }

  private func disk(at path: String) throws {
    let storage = try JournalStateStorage.open(path)
    try storage.update(.stream("s", of: "orders"), to: ["n": 1])
    try storage.close()
    let inspector = JournalInspector(path)
    let quiet = try inspector.examinePlace()
    #expect(quiet.syncLatency == nil && verdicts(quiet)["sync"] == nil)
    #expect(quiet.status?.recovery?.lastSequence == storage.lastSequence)
    #expect(verdicts(quiet)["store"] == .fine && verdicts(quiet)["files"] == .fine)
    for subject in ["clock", "left behind", "file system", "space", "open files", "file size"] {
      #expect(verdicts(quiet)[subject] != nil, "\(subject)")
    }
    let names = try POSIXFileSystem().openDirectory(path, creating: false).list().sorted()
    let measured = try inspector.examinePlace(measuringSyncs: true)
    let latency = try #require(measured.syncLatency)
    #expect(latency.count > 0 && latency.median <= latency.maximum)
    #expect(verdicts(measured)["sync"] != nil)
    #expect(
      try POSIXFileSystem().openDirectory(path, creating: false).list().sorted() == names)
    #expect(measured.verdict == measured.checks.map(\.verdict).max())
  }

  @Test("Of another file system only the store, syncs and space are asked")
  func simulated() throws {
    let system = SimulatedFileSystem(seed: 1)
    try JournalStateStorage.open(StorageHistory.path, in: system).close()
    let inspector = JournalInspector(StorageHistory.path, in: system)
    let examination = try inspector.examinePlace(measuringSyncs: true)
    #expect(
      examination.checks.map(\.subject) == ["store", "clock", "left behind", "sync", "space"])
    #expect(examination.fileSystemType == nil && examination.mountOptions.isEmpty)
  }

  @Test("What cannot be written is a problem, and the file that was begun goes")
  func failing() throws {
    let system = SimulatedFileSystem(seed: 1)
    try JournalStateStorage.open(StorageHistory.path, in: system).close()
    system.inject(Fault(.error(5), at: 1, of: .sync))
    let inspector = JournalInspector(StorageHistory.path, in: system)
    let examination = try inspector.examinePlace(measuringSyncs: true)
    #expect(verdicts(examination)["sync"] == .problem && examination.verdict == .problem)
    #expect(examination.syncLatency == nil)
    #expect(!system.filePaths.contains { $0.hasSuffix(".tmp") })
  }

  @Test("No directory is an error, and an empty one a place for a store")
  func places() async throws {
    try await withTemporaryDirectory { path in
      #expect {
        try JournalInspector(path).examinePlace()
      } throws: {
        ($0 as? JournalError)?.reason == .notFound
      }
      _ = try POSIXFileSystem().openDirectory(path, creating: true)
      let empty = try JournalInspector(path).examinePlace()
      #expect(empty.status == nil && verdicts(empty)["store"] == .note)
      #expect(empty.checks.first?.advice == "journal-tool init \(path)")
    }
  }
}
