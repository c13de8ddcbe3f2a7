import StateJournal
import StorageSimulator
import Testing

@Suite("A snapshot shows one moment")
struct StateSnapshotTests {
  private let files = SimulatedFileSystem(seed: 61)
  private let left = StateAddress.stream("s", of: "one")
  private let right = StateAddress.others("k", of: "two")

  private func open() throws -> JournalStateStorage {
    try JournalStateStorage.open("state", options: .watched, in: files)
  }

  @Test("Streams and sources that change together are seen together, whoever writes meanwhile")
  func together() async throws {
    let storage = try open()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 1...300 {
          let value = StateValue.int(Int64(number))
          try await storage.apply([
            .update(left, ["n": value]), .update(right, ["n": value]),
          ])
        }
      }
      group.addTask {
        for _ in 0..<5 { try await storage.compact(full: true) }
      }
      while try storage.snapshot().read(left)["n"]?.int != 300 {
        let snapshot = storage.snapshot()
        let seen = try snapshot.read("one").streams["s"]
        await Task.yield()
        #expect(try snapshot.read(right) == seen ?? [:])
        #expect(try snapshot.sources() == (seen == nil ? [] : ["one", "two"]))
        #expect(try snapshot.names(of: "one", .stream) == (seen == nil ? [] : ["s"]))
      }
      try await group.waitForAll()
    }
  }

  @Test("It stays what it was through changes, compactions and the end of its storage")
  func lasting() throws {
    let storage = try open()
    try storage.update(left, to: ["n": 1])
    try storage.compact(full: true)
    try storage.update(right, to: ["n": 1])
    let snapshot = storage.snapshot()
    #expect(snapshot.sequence == storage.lastSequence)
    try storage.write(SourceState(), to: "one")
    try storage.update(right, to: ["n": 2])
    for round in 0..<3 {
      try storage.update(.stream("t", of: "three"), to: ["round": .int(Int64(round))])
      try storage.compact(full: true)
    }
    try storage.close()
    #expect(
      try snapshot.everything() == [
        "one": SourceState(streams: ["s": ["n": 1]]), "two": SourceState(others: ["k": ["n": 1]]),
      ])
    let found = try snapshot.readVersioned(right)
    #expect(found.version.number == snapshot.sequence.rawValue)
    #expect(try snapshot.readVersioned(.stream("none", of: "one")) == .absent)
  }

  @Test("The past can be read by commit and by label, from the storage and from its files")
  func past() async throws {
    let storage = try open()
    for number in 1...5 { try await storage.update(left, to: ["n": .int(Int64(number))]) }
    try await storage.label("five")
    let sequence = try #require(try await storage.apply([.update(left, ["n": 6])], durability: nil))
    try await storage.update(left, to: ["n": 7])
    #expect(try await storage.snapshot(at: .sequence(sequence)).read(left) == ["n": 6])
    #expect(try await storage.snapshot(at: .label("five")).read(left) == ["n": 5])
    #expect(try await storage.snapshot(at: .last).read(left) == ["n": 7])
    #expect(try storage.inspector.snapshot(at: .label("five")).read("one").streams.count == 1)
    #expect(try storage.inspector.snapshot().read(left) == ["n": 7])
    await #expect(throws: StateError.self) {
      try await storage.snapshot(at: .sequence(LogSequenceNumber(99)))
    }
  }

  @Test("When a file that it reads turns out damaged, the previous generation stands in")
  func damaged() throws {
    let storage = try open()
    let text = StateValue.string(String(repeating: "x", count: 1000))
    for number in 0..<40 {
      try storage.update(.stream("s\(number)", of: "one"), to: ["text": text])
    }
    try storage.compact(full: true)
    try storage.update(left, to: ["n": 1])
    try storage.compact(full: true)
    let expected = try storage.snapshot().everything()
    try storage.close()
    let snapshot = try JournalInspector("state", in: files).snapshot()
    let newest = try #require(files.filePaths.filter { $0.hasSuffix(".snapshot") }.max())
    var bytes = try files.contents(of: newest)
    // In a block that a walk comes to after it has shown the entries of another.
    bytes[bytes.count / 2] ^= 0x40
    try files.replaceContents(of: newest, with: bytes)
    #expect(try snapshot.names(of: "one", .stream) == expected["one"]?.streams.names)
    #expect(try snapshot.everything() == expected)
    #expect(try snapshot.read(left) == ["n": 1])
  }
}

extension JournalOptions {
  /// For stores whose files come and go quickly.
  static var watched: JournalOptions {
    var options = JournalOptions()
    options.compactionByteCount = nil
    options.preallocationByteCount = 0
    options.segmentByteCount = 400
    return options
  }
}
