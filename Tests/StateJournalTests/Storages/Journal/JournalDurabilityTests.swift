import StateJournal
import StorageSimulator
import Testing

@Suite("What a journal keeps") struct JournalDurabilityTests {
  static let address = StateAddress.stream("s", of: "orders")

  /// Without preallocation nothing in the background adds operations of its own.
  static var options: JournalOptions {
    var options = JournalOptions()
    options.preallocationByteCount = 0
    return options
  }

  private func open(
    _ files: SimulatedFileSystem, options: JournalOptions = Self.options
  ) throws -> JournalStateStorage {
    try JournalStateStorage.open("state", options: options, in: files)
  }

  /// State of every kind, random values included.
  private func fill(_ storage: JournalStateStorage, seed: UInt64) throws -> [String: SourceState] {
    var generator = SeededGenerator(seed: seed)
    var expected: [String: SourceState] = [:]
    for source in ["orders", "a", "a\0", "a\0b", "e\u{301}"] {
      var state = SourceState()
      for number in 0..<20 {
        state.streams["stream \(number)"] = .random(using: &generator)
        state.others["\0\(number)"] = .random(using: &generator)
      }
      try storage.write(state, to: source)
      try storage.remove(.stream("stream 3", of: source))
      state.streams["stream 3"] = nil
      expected[source] = state
    }
    try storage.write(SourceState(), to: "a\0")
    expected["a\0"] = nil
    return expected
  }

  private func expect(
    _ expected: [String: SourceState], in storage: JournalStateStorage
  ) throws {
    #expect(Set(try storage.sources()) == Set(expected.keys))
    for (source, state) in expected { #expect(try storage.read(source) == state) }
  }

  @Test("State comes back from real files after closing, and after being let go of")
  func realFiles() async throws {
    try await withTemporaryDirectory { directory in
      var expected = try fill(try await .open(directory, options: Self.options), seed: 21)
      let abandoned = try await JournalStateStorage.open(directory, options: Self.options)
      #expect(!abandoned.recoveryReport.closedCleanly)
      try expect(expected, in: abandoned)
      try await abandoned.write(expected["a"] ?? SourceState(), to: "b")
      expected["b"] = expected["a"]
      try await abandoned.close()
      let closed = try await JournalStateStorage.open(directory, options: Self.options)
      #expect(closed.recoveryReport.closedCleanly)
      try expect(expected, in: closed)
      try await closed.compact(full: true)
      try expect(expected, in: closed)
      try await closed.close()
    }
  }

  @Test("State survives a kill, and power loss in every pattern", arguments: LossPattern.fixed)
  func crashes(pattern: LossPattern) throws {
    let files = SimulatedFileSystem(seed: 22)
    let expected = try fill(try open(files), seed: 22)
    try expect(expected, in: try open(files.afterProcessKill()))
    try expect(expected, in: try open(files.afterPowerLoss(pattern)))
  }

  @Test("A change can ask for another durability than the storage's own")
  func durabilityOfOneChange() throws {
    var options = Self.options
    options.durability = .buffered(interval: .seconds(3600))
    let files = SimulatedFileSystem(seed: 23)
    let storage = try open(files, options: options)
    try storage.update(Self.address, to: ["n": 1], durability: .synced)
    try storage.update(Self.address, to: ["n": 2])
    #expect(try open(files.afterPowerLoss(.allLost)).read(Self.address) == ["n": 1])
    #expect(try open(files.afterProcessKill()).read(Self.address) == ["n": 2])
    try storage.sync()
    #expect(try open(files.afterPowerLoss(.allLost)).read(Self.address) == ["n": 2])
  }

  @Test("A write that changes nothing still answers for the durability of what is there")
  func equalWrite() throws {
    var options = Self.options
    options.durability = .buffered(interval: .seconds(3600))
    let files = SimulatedFileSystem(seed: 24)
    let storage = try open(files, options: options)
    let state = SourceState(streams: ["s": ["n": 1]])
    try storage.write(state, to: "orders")
    try storage.write(state, to: "orders", durability: .synced)
    #expect(try open(files.afterPowerLoss(.allLost)).read("orders") == state)
  }

  @Test(
    "After a failed sync nothing is acknowledged, reads go on, and reopening clears it",
    arguments: Fault.FailedSync.allCases)
  func failedSync(kind: Fault.FailedSync) async throws {
    let files = SimulatedFileSystem(seed: 25)
    let storage = try open(files)
    try await storage.update(Self.address, to: ["n": 1])
    files.inject(Fault(.failedSync(kind), of: .sync, on: ".journal"))
    await expectPoisoned { try await storage.update(Self.address, to: ["n": 2]) }
    await expectPoisoned { try await storage.update(Self.address, to: ["n": 3]) }
    await expectPoisoned { try await storage.remove(Self.address) }
    await expectPoisoned {
      try await storage.transaction { try $0.removeSource("orders") }
    }
    #expect(try await storage.read(Self.address) == ["n": 1])
    #expect(try await storage.sources() == ["orders"])
    for again in [files.afterProcessKill(), files.afterPowerLoss(.allLost)] {
      let storage = try open(again)
      #expect([["n": 1], ["n": 2]].contains(try await storage.read(Self.address)))
      try await storage.update(Self.address, to: ["n": 4])
      #expect(try await storage.read(Self.address) == ["n": 4])
    }
  }

  private func expectPoisoned(_ change: () async throws -> Void) async {
    do {
      try await change()
      Issue.record("a change was acknowledged after a failed sync")
    } catch {
      guard case .poisoned? = (error as? StateError)?.journalError?.reason else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test(
    "An update that met a full disk never happened, and the same storage goes on once there is room",
    arguments: [Fault.Effect.noSpace, .errorAfterPart(byteCount: 40, 28), .full])
  func fullDisk(effect: Fault.Effect) async throws {
    let files = SimulatedFileSystem(seed: 26)
    let storage = try open(files)
    try await storage.update(Self.address, to: ["n": 1])
    files.inject(Fault(effect, of: .write, on: ".journal"))
    do throws(StateError) {
      try await storage.update(Self.address, to: ["n": 2])
      Issue.record("an update was acknowledged on a full disk")
    } catch {
      guard case .outOfSpace? = error.journalError?.reason else { throw error }
    }
    #expect(try await storage.read(Self.address) == ["n": 1])
    #expect(try await open(files.afterProcessKill()).read(Self.address) == ["n": 1])
    files.clearFaults()
    try await storage.update(.stream("t", of: "orders"), to: ["n": 3])
    let expected = SourceState(streams: ["s": ["n": 1], "t": ["n": 3]])
    #expect(try await storage.read("orders") == expected)
    #expect(try await open(files.afterPowerLoss(.allLost)).read("orders") == expected)
  }

  @Test("A value that does not fit in the middle of a batch leaves no trace in the log")
  func refusedBatch() throws {
    let files = SimulatedFileSystem(seed: 27)
    let storage = try open(files)
    let before = storage.lastSequence
    do throws(StateError) {
      try storage.apply([
        .update(Self.address, ["n": 1]),
        .update(.others("k", of: "orders"), ["window": [1, .double(.nan)]]),
      ])
      Issue.record("a NaN was accepted")
    } catch {
      #expect(error.address == .others("k", of: "orders"))
      #expect(error.path == ["window", "1"])
    }
    #expect(storage.lastSequence == before)
    #expect(try storage.sources().isEmpty)
    try storage.update(Self.address, to: ["n": 2])
    let again = try open(files.afterProcessKill())
    #expect(try again.read("orders") == SourceState(streams: ["s": ["n": 2]]))
  }
}
