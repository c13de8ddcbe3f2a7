import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("Labels keep the state that they name")
struct LabelTests {
  private let system = SimulatedFileSystem(seed: 4)
  private let address = StateAddress.stream("s", of: "orders")

  private var options: JournalOptions {
    var options = JournalOptions()
    options.compactionByteCount = nil
    options.preallocationByteCount = 0
    options.segmentByteCount = 300
    options.retainedGenerationCount = 0
    return options
  }

  private func open() throws -> JournalStateStorage {
    try JournalStateStorage.open("state", options: options, in: system)
  }

  private var inspector: JournalInspector { JournalInspector("state", in: system) }

  private func position(at name: String) throws -> Int64? {
    let sequence = try inspector.sequence(at: .label(name))
    return try inspector.state(of: "orders", at: sequence).streams["s"]?["n"]?.int
  }

  @Test("However often it is compacted, the state as of a label can be read; without it, it goes")
  func kept() throws {
    let storage = try open()
    for number in 0..<10 { try storage.update(address, to: ["n": .int(Int64(number))]) }
    try storage.label("before-deploy")
    for number in 10..<20 { try storage.update(address, to: ["n": .int(Int64(number))]) }
    for round in 0..<6 {
      try storage.update(address, to: ["n": .int(Int64(100 + round))])
      if round % 2 == 0 { try storage.compact(full: true) } else { try inspector.compact() }
    }
    #expect(try position(at: "before-deploy") == 9)
    #expect(try inspector.verify().findings.isEmpty)
    #expect(try storage.removeLabel("before-deploy"))
    #expect(try !storage.removeLabel("before-deploy"))
    let before = system.filePaths.count
    for round in 0..<2 {
      try storage.update(address, to: ["n": .int(Int64(200 + round))])
      try storage.compact(full: true)
    }
    #expect(system.filePaths.count < before)
    #expect(throws: JournalError.self) { try position(at: "before-deploy") }
  }

  @Test("A compaction of another process respects a label as soon as it is set")
  func besideWriter() throws {
    let storage = try open()
    for number in 0..<10 { try storage.update(address, to: ["n": .int(Int64(number))]) }
    try storage.label("early", at: LogSequenceNumber(4))
    try inspector.compact(retainedGenerationCount: 0)
    #expect(try position(at: "early") == 2)
  }

  @Test(
    "P6: a snapshot that went bad is no way to a label, whoever compacts without having read it")
  func rotten() throws {
    var options = options
    options.retainedGenerationCount = 1
    func open() throws -> JournalStateStorage {
      try JournalStateStorage.open("state", options: options, in: system)
    }
    var storage = try open()
    for number in 0..<60 {
      try storage.update(
        .stream("s\(number)", of: "orders"),
        to: ["n": .int(Int64(number)), "pad": .string(String(repeating: "p", count: 1000))])
    }
    try storage.compact(full: true)
    try storage.label("before-deploy")
    try storage.update(address, to: ["n": -1])
    try storage.close()
    let state = try inspector.state(
      of: "orders", at: inspector.sequence(at: .label("before-deploy")))
    #expect(state.streams.count == 60)
    // In the middle, where neither labels lie nor what is changed later.
    let snapshot = try #require(system.filePaths.first { $0.hasSuffix(".snapshot") })
    var bytes = try system.contents(of: snapshot)
    bytes[bytes.count / 2] ^= 0x40
    try system.replaceContents(of: snapshot, with: bytes)
    for round in 0..<4 {
      storage = try open()
      try storage.update(address, to: ["n": .int(Int64(round))])
      if round % 2 == 0 { try storage.compact(full: true) }
      try storage.close()
      if round % 2 == 1 { try inspector.compact() }
      let sequence = try inspector.sequence(at: .label("before-deploy"))
      #expect(try inspector.state(of: "orders", at: sequence) == state, "round \(round)")
    }
  }

  @Test("Labels are listed, moved and hidden from the state")
  func listed() async throws {
    let storage = try await JournalStateStorage.open("state", options: options, in: system)
    try await storage.update(address, to: ["n": 1])
    let first = try await storage.label("zebra", reason: "why not")
    try await storage.update(address, to: ["n": 2])
    try await storage.label("anchor")
    let moved = try await storage.label("zebra")
    #expect(moved.sequence > first.sequence)
    #expect(try await storage.labels().map(\.name) == ["anchor", "zebra"])
    #expect(try await storage.labels().last == moved)
    #expect(try inspector.labels() == (try await storage.labels()))
    #expect(try await storage.sources() == ["orders"])
    try await storage.write(SourceState(), to: "orders")
    #expect(try await storage.labels().count == 2)
    try await storage.close()
    let again = try await JournalStateStorage.open("state", options: options, in: system)
    #expect(try await again.labels().count == 2)
  }

  @Test("A commit that is out of reach or not made yet gets no label, and nothing is written")
  func outOfReach() throws {
    let storage = try open()
    let reason = { (name: String, number: UInt64?) -> JournalError.Reason? in
      do {
        try storage.label(name, at: number.map { LogSequenceNumber($0) })
        return nil
      } catch {
        return (error as? StateError)?.journalError?.reason
      }
    }
    #expect(reason("empty", nil) == .unreachable)
    for number in 0..<10 { try storage.update(address, to: ["n": .int(Int64(number))]) }
    let last = storage.lastSequence
    #expect(reason("zero", 0) == .unreachable)
    #expect(reason("future", 12) == .unreachable)
    #expect(reason("far", .max) == .unreachable)
    try storage.compact(full: true)
    #expect(reason("past", 4) == .unreachable)
    #expect(reason("last", last.rawValue) == nil)
    #expect(try storage.labels().map(\.name) == ["last"])
  }

  @Test(
    "Names that could be taken for something else are refused",
    arguments: [
      "", "1", "2h", "-x", "@1", "now", "a b", "a/b", "a\nb", "\u{202e}x",
      String(repeating: "x", count: 256),
    ])
  func names(name: String) throws {
    let storage = try open()
    try storage.update(address, to: ["n": 1])
    let error = #expect(throws: StateError.self) { try storage.label(name) }
    guard case .invalidName? = error?.reason else { return #expect(Bool(false)) }
  }

  @Test("While a compaction runs, an earlier commit gets no label, the last one does")
  func locked() throws {
    let storage = try open()
    for number in 0..<5 { try storage.update(address, to: ["n": .int(Int64(number))]) }
    let directory = try system.openDirectory("state", creating: false)
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    let error = #expect(throws: StateError.self) {
      try storage.label("early", at: LogSequenceNumber(3))
    }
    guard case .locked? = error?.journalError?.reason else {
      return #expect(Bool(false), "\(error as Any)")
    }
    try storage.label("last")
    lock.release()
    try storage.label("early", at: LogSequenceNumber(3))
    #expect(try storage.labels().map(\.name) == ["early", "last"])
  }

  @Test("Power lost right after a label was set leaves the label and its state", arguments: 1...5)
  func durable(seed: UInt64) throws {
    var options = options
    options.durability = .buffered(interval: .seconds(3600))
    let storage = try JournalStateStorage.open("state", options: options, in: system)
    for number in 0..<5 { try storage.update(address, to: ["n": .int(Int64(number))]) }
    try storage.label("savepoint")
    let after = system.afterPowerLoss(.random(seed: seed))
    let found = try JournalStateStorage.open("state", options: options, in: after)
    #expect(try found.labels().map(\.name) == ["savepoint"])
    #expect(try found.read(address) == ["n": 4])
    withExtendedLifetime(storage) {}
  }
}
