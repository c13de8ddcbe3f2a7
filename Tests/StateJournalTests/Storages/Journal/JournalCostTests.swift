import StateJournal
import StorageSimulator
import Testing

@Suite("Cost follows the change") struct JournalCostTests {
  private func source(ofStreams count: Int) -> SourceState {
    SourceState(
      streams: StateMap((0..<count).map { ("stream \($0)", ["last_id": .int(Int64($0))]) }))
  }

  @Test("P8: a whole-source write logs only the difference")
  func wholeSourceWrite() throws {
    let storage = try JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 31))
    var state = source(ofStreams: 1_000)
    try storage.write(state, to: "orders")
    let before = storage.statistics
    #expect(before.writtenByteCount > 20_000)

    state.streams["stream 7"] = ["last_id": -7]
    state.streams["stream 8"] = nil
    try storage.write(state, to: "orders")
    let after = storage.statistics
    #expect(after.commitCount == before.commitCount + 1)
    #expect(after.writtenByteCount - before.writtenByteCount < 150)

    try storage.write(state, to: "orders")
    try storage.update("orders") { $0.streams["stream 9"] = ["last_id": 9] }
    #expect(storage.statistics.writtenByteCount == after.writtenByteCount)
    #expect(try storage.read("orders") == state)
  }

  @Test("Removing a source logs a few bytes, however much it holds")
  func removedSource() throws {
    let storage = try JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 32))
    try storage.write(source(ofStreams: 1_000), to: "orders")
    let before = storage.statistics.writtenByteCount
    try storage.write(SourceState(), to: "orders")
    #expect(storage.statistics.writtenByteCount - before < 100)
    #expect(try storage.sources().isEmpty)
  }

  @Test("Listing sources skips their streams")
  func listing() throws {
    let files = SimulatedFileSystem(seed: 33)
    let storage = try JournalStateStorage.open("state", in: files)
    let names = ["c", "b\0", "a", "b", "aa"]
    for name in names { try storage.write(source(ofStreams: 10_000), to: name) }
    try storage.compact(full: true)
    try storage.close()

    let again = try JournalStateStorage.open("state", in: files)
    func readByteCount(_ body: () throws -> Void) rethrows -> Int {
      let before = files.operationCount
      try body()
      return files.operations.dropFirst(before).filter { $0.kind == .read }
        .reduce(0) { $0 + ($1.byteCount ?? 0) }
    }
    var listed: [String] = []
    let listing = try readByteCount { listed = try again.sources() }
    #expect(listed == ["a", "b", "c", "aa", "b\0"])
    let scan = try readByteCount { for name in names { _ = try again.read(name) } }
    #expect(listing * 4 < scan, "a scan reads \(scan) bytes, a listing \(listing)")
  }
}
