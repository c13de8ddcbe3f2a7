import JournalFormat
import StateJournal
import StorageSimulator
import Synchronization
import Testing

@Suite("The states of several sources are read together")
struct SourceStatesTests {
  private let system = SimulatedFileSystem(seed: 1)
  private let path = StorageHistory.path
  /// Equal as text are the first two, and the third is what others begin with.
  private let names = ["é", "e\u{301}", "a", "a\0", "ab"] + (0..<20).map { "s\($0)" }

  init() throws {
    let storage = try JournalStateStorage.open(path, options: StorageHistory.options, in: system)
    for (number, name) in names.enumerated() {
      try storage.update(.stream("x", of: name), to: ["n": .int(Int64(number))])
      try storage.update(.others("x", of: name), to: ["o": .int(Int64(number))])
      if number == 12 { try storage.compact() }
    }
    try storage.close()
  }

  @Test("Each is what it is alone; missing ones are empty, and other bytes are other names")
  func states() throws {
    let inspector = JournalInspector(path, in: system)
    let asked = (names + ["missing", "zz"]).reversed().filter { $0 != "s7" }
    for count in [0, 1, 5, asked.count] {
      for sequence in [nil, LogSequenceNumber(31)] {
        var found: [[UInt8]: SourceState] = [:]
        try inspector.forEachState(of: Array(asked.prefix(count)), at: sequence) { source, state in
          #expect(found.updateValue(state, forKey: Array(source.utf8)) == nil)
        }
        #expect(found.count == count)
        for name in asked.prefix(count) {
          let alone = try inspector.state(of: name, at: sequence)
          #expect(found[Array(name.utf8)] == alone, "\(name), \(count)")
        }
      }
    }
  }

  @Test("However many they are, the log is read a few times")
  func openings() throws {
    let count = Mutex(0)
    var inspector = JournalInspector(path, in: system)
    inspector.onOpeningProgress = { progress in
      if progress.byteCount == progress.totalByteCount { count.withLock { $0 += 1 } }
    }
    try inspector.forEachState(of: names) { _, _ in }
    #expect((1...8).contains(count.withLock { $0 }))
  }

  @Test("A name that cannot be one is refused")
  func invalid() {
    let inspector = JournalInspector(path, in: system)
    for names in [[""], [""] + names] {
      #expect {
        try inspector.forEachState(of: names) { _, _ in }
      } throws: {
        if case .invalidName? = ($0 as? StateError)?.reason { true } else { false }
      }
    }
  }
}
