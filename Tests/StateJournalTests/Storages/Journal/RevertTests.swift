import JournalEngine
import JournalFormat
import StateJournal
import StateStorageConformance
import StorageSimulator
import Testing

@Suite("Reverting brings a past state back as one commit")
struct RevertTests {
  private let system = SimulatedFileSystem(seed: 5)
  private let storage: JournalStateStorage
  private var inspector: JournalInspector { JournalInspector("state", in: system) }

  init() throws {
    var options = JournalOptions()
    options.compactionByteCount = nil
    storage = try JournalStateStorage.open("state", options: options, in: system)
  }

  /// Every entry, bytes and all, without versions.
  private func state(at sequence: LogSequenceNumber? = nil) throws -> [StoredContent] {
    var entries: [StoredContent] = []
    try inspector.forEachEntry(at: sequence) { entry in
      entries.append(entry.content)
      return true
    }
    return entries
  }

  private func makeHistory() throws -> LogSequenceNumber {
    for name in ConformanceCase.unusualNames {
      try storage.update(.stream(name, of: name), to: ["n": 1, "d": 1.0, "e": [:]])
    }
    try storage.update(.others("cursor", of: "orders"), to: [:])
    try storage.compact(full: true)
    let past = storage.lastSequence
    for name in ConformanceCase.unusualNames.prefix(20) {
      try storage.update(.stream(name, of: name), to: ["n": 1.0])
      try storage.update(.stream("new", of: name), to: ["n": 2])
    }
    try storage.apply([.removeSource("a"), .remove(.others("cursor", of: "orders"))])
    return past
  }

  @Test("The whole state comes back byte for byte, and the history in between stays")
  func whole() throws {
    let past = try makeHistory()
    let expected = try state(at: past)
    let between = storage.lastSequence
    let wrong = try state(at: between)
    #expect(wrong != expected)
    let plan = try inspector.reversal(to: past)
    let made = try storage.revert(to: past, reason: "bad deploy")
    #expect(made.changes == plan.changes && plan.sequence == nil)
    #expect(made.sequence == between.next)
    #expect(try state() == expected)
    #expect(try state(at: between) == wrong)
    let again = try storage.revert(to: past)
    #expect(again.changes.isEmpty && again.sequence == nil)
    #expect(storage.lastSequence == between.next)
  }

  @Test("Only what is selected comes back, and labels stay where they are")
  func selected() throws {
    let past = try makeHistory()
    try storage.label("here", at: past)
    let one = StateAddress.stream("A", of: "A")
    let made = try storage.revert(.object(one), to: past)
    #expect(made.changes == [.update(one, ["n": 1, "d": 1.0, "e": [:]])])
    let source = try storage.revert(.source("A"), to: past)
    #expect(source.changes == [.remove(.stream("new", of: "A"))])
    // Its keys begin like those of "a" followed by a zero byte.
    let zero = try storage.revert(.source("a"), to: past)
    #expect(zero.changes.count == 1)
    #expect(try storage.read("a") == inspector.state(of: "a", at: past))
    #expect(try storage.read("a\0").streams["new"] == ["n": 2])
    try storage.revert(to: past)
    #expect(try storage.labels().map(\.sequence) == [past])
  }

  @Test("A commit before the first removes everything; one that was not made is out of reach")
  func ends() throws {
    _ = try makeHistory()
    let error = #expect(throws: StateError.self) {
      try storage.revert(to: storage.lastSequence.next)
    }
    #expect(error?.journalError?.reason == .unreachable)
    try storage.revert(to: LogSequenceNumber(1))
    #expect(try storage.sources().isEmpty)
  }

  @Test("A revert sees changes of others that are on their way, and none comes in between")
  func concurrent() async throws {
    let past = try makeHistory()
    let expected = try state(at: past)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask { [storage] in
          for number in 0..<20 {
            try await storage.update(
              .stream("t\(task)", of: "orders"), to: ["n": .int(Int64(number))])
          }
        }
      }
      group.addTask { [storage] in
        for _ in 0..<5 {
          let made = try await storage.revert(to: past)
          guard let sequence = made.sequence else { continue }
          #expect(try state(at: sequence) == expected)
        }
      }
      try await group.waitForAll()
    }
  }
}
