import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("Labels name commits and are no state")
struct JournalLabelTests {
  private let system = SimulatedFileSystem(seed: 1)
  private let label = JournalLabel(
    name: "before-deploy", sequence: LogSequenceNumber(3), time: 1_700_000_000_000_000_000)

  /// A source whose name begins with the byte that labels begin with, one that does not, and a label.
  private func fill() throws {
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    try storage.update(.stream("s", of: "\0L"), to: ["n": 1])
    try storage.update(.stream("s", of: "orders"), to: ["n": 2])
    try storage.close()
    let journal = try Journal.open(
      StorageHistory.path, in: system, options: StorageHistory.options)
    var value: [UInt8] = []
    try label.object.appendCBOR(to: &value)
    try journal.commit { record in
      RecordChange.appendPut(key: label.key.span, value: value.span, to: &record)
      return true
    }
    try journal.close()
  }

  @Test("They are read back, and a moment that names one is its commit")
  func moments() throws {
    try fill()
    let inspector = JournalInspector(StorageHistory.path, in: system)
    #expect(try inspector.labels() == [label])
    #expect(try inspector.sequence(at: .label("before-deploy")) == label.sequence)
    #expect(try inspector.sequence(at: .sequence(LogSequenceNumber(2))).rawValue == 2)
    #expect(try inspector.sequence(at: .last).rawValue == 7)
    #expect {
      try inspector.sequence(at: .label("before"))
    } throws: { error in
      guard let error = error as? JournalError else { return false }
      return error.reason == .unknownLabel && error.description.contains("before-deploy")
    }
  }

  @Test("Of a moment before the first commit the error says that there was none to name")
  func beforeTheFirst() throws {
    try fill()
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    let early = try JournalInspector(StorageHistory.path, in: system)
      .sequence(at: .time(nanoseconds: 0))
    let error = #expect(throws: StateError.self) { try storage.label("early", at: early) }
    #expect(error?.description.contains("no commit had been made") == true, "\(error as Any)")
    try storage.close()
  }

  @Test("No listing of the state shows them, and the log says what they are")
  func hidden() throws {
    try fill()
    let inspector = JournalInspector(StorageHistory.path, in: system)
    var contents: [StoredContent] = []
    try inspector.forEachEntry { entry in
      contents.append(entry.content)
      return true
    }
    #expect(
      contents == [
        .object(.stream("s", of: "\0L"), ["n": 1]), .object(.stream("s", of: "orders"), ["n": 2]),
      ])
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    #expect(try storage.sources() == ["\0L", "orders"])
    #expect(try storage.read("\0L").streams["s"] == ["n": 1])
    try storage.close()
    var changes: [InspectedRecord.Change] = []
    try inspector.forEachRecord { item in
      if case .record(let record) = item { changes += record.changes }
      return true
    }
    #expect(changes.contains(.put(.label(label))))
  }

  @Test("No address has the key of a label", arguments: ["a", "\u{FF}", "\0", "others"])
  func keys(name: String) {
    let key = JournalLabel.key(name)
    #expect(throws: StateKeyCoding.Malformed.self) { try StateKeyCoding.address(of: key.span) }
  }
}
