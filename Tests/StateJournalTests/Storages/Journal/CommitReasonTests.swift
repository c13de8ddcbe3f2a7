import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("A commit can say why it was made")
struct CommitReasonTests {
  private let system = SimulatedFileSystem(seed: 3)

  private func records() throws -> [InspectedRecord] {
    var records: [InspectedRecord] = []
    try JournalInspector("state", in: system).forEachRecord { item in
      if case .record(let record) = item { records.append(record) }
      return true
    }
    return records
  }

  @Test("The reason stands in the record beside the changes, and without one nothing does")
  func kept() async throws {
    let storage = try await JournalStateStorage.open("state", in: system)
    let address = StateAddress.stream("s", of: "orders")
    func commitSynchronously() throws -> LogSequenceNumber? {
      try storage.apply([.update(address, ["n": 2])], reason: "wrong since the deploy — é")
    }
    let second = try commitSynchronously()
    try await storage.update(address, to: ["n": 3])
    try await storage.transaction(reason: "by hand", durability: nil) { transaction in
      try transaction.update(address, to: ["n": 4])
    }
    let records = try records().dropFirst()
    #expect(records.map(\.reason) == ["wrong since the deploy — é", nil, "by hand"])
    #expect(records.first?.record.sequence == second)
    #expect(
      records.map(\.changes) == (2...4).map { [.put(.object(address, ["n": .int($0)]))] })
    let sizes = records.map(\.record.byteCount)
    #expect(sizes[0] - sizes[1] == 1 + 4 + "wrong since the deploy — é".utf8.count)
  }

  @Test("A change of nothing commits nothing, whatever the reason")
  func nothing() throws {
    let storage = try JournalStateStorage.open("state", in: system)
    #expect(try storage.apply([], reason: "why") == nil)
    try storage.transaction(reason: "why") { _ in }
    #expect(storage.lastSequence == .zero)
  }

  @Test("A reason of 1,024 bytes is kept, a longer one refused with nothing changed")
  func limit() throws {
    let storage = try JournalStateStorage.open("state", in: system)
    let longest = String(repeating: "é", count: 512)
    try storage.apply([.removeSource("orders")], reason: longest)
    let error = #expect(throws: StateError.self) {
      try storage.apply([.removeSource("orders")], reason: longest + "x")
    }
    guard case .tooLarge? = error?.reason else { return #expect(Bool(false), "\(error as Any)") }
    #expect(try records().map(\.reason) == [nil, longest])
  }

  @Test("What is no text, too long or of another kind is no reason, and the commit counts")
  func hostile() throws {
    let journal = try Journal.open("state", in: system)
    let bodies: [[UInt8]] = [
      [0x40, 1, 0, 0, 0, 0xFF], [0x41, 1, 0, 0, 0, 0x61],
      [0x40, 1, 4, 0, 0] + [UInt8](repeating: 0x61, count: 1025),
    ]
    for body in bodies {
      try journal.commit { record in
        RecordChange.appendPut(key: [0x61].span, value: [1].span, to: &record)
        record += body
        return true
      }
    }
    let records = try records().dropFirst()
    #expect(records.map(\.reason) == [nil, nil, nil])
    #expect(records.allSatisfy { $0.changes.count == 2 })
    #expect(try journal.get([0x61].span)?.value == [1])
  }

  @Test("A transaction that expects another version is given up")
  func expectedVersion() throws {
    let storage = try JournalStateStorage.open("state", in: system)
    let address = StateAddress.stream("s", of: "orders")
    try storage.update(address, to: ["n": 1])
    let version = try storage.readVersioned(address).version
    try storage.transaction { transaction in
      try transaction.expect(version, at: address)
      try transaction.update(address, to: ["n": 2])
      try transaction.expect(version, at: address)
    }
    let error = #expect(throws: StateError.self) {
      try storage.transaction { transaction in
        try transaction.update(address, to: ["n": 3])
        try transaction.expect(version, at: address)
      }
    }
    guard case .versionConflict(version, _)? = error?.reason else {
      return #expect(Bool(false), "\(error as Any)")
    }
    #expect(try storage.read(address) == ["n": 2])
  }
}
