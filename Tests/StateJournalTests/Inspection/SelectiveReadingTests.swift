import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("A source is read for what the source costs, and is the same as in the whole state")
struct SelectiveReadingTests {
  private let system = SimulatedFileSystem(seed: 1)
  private var inspector: JournalInspector { JournalInspector(StorageHistory.path, in: system) }

  /// How many operations on scratch files `body` takes.
  private func scratchOperations(_ body: () throws -> Void) rethrows -> Int {
    let before = system.operations.count
    try body()
    return system.operations.dropFirst(before).count { $0.path.hasSuffix(".scratch") }
  }

  @Test("Of a log that is longer than memory, no question about one source takes a scratch file")
  func longLog() throws {
    var options = StorageHistory.options
    options.segmentByteCount = 8 << 20
    let storage = try JournalStateStorage.open(StorageHistory.path, options: options, in: system)
    let text = StateValue.string(String(repeating: "x", count: 64 << 10))
    for number in 0..<480 {
      try storage.update(.stream("s\(number)", of: "source\(number % 32)"), to: ["text": text])
    }
    try storage.label("here")
    try storage.close()
    let inspector = inspector
    let address = StateAddress.stream("s7", of: "source7")
    let source = StateSelection.source("source7")
    let then = StateReference(inspector, at: LogSequenceNumber(100))
    let questions: [(name: String, objects: Int, ask: () throws -> Int)] = [
      ("state", 15, { try inspector.state(of: "source7").streams.count }),
      ("past state", 3, { try inspector.state(of: "source7", at: then.sequence).streams.count }),
      ("object", 1, { try inspector.readVersioned(address).object.count }),
      ("labels", 1, { try inspector.labels().count }),
      ("label", 481, { Int(try inspector.sequence(at: .label("here")).rawValue) }),
      ("last", 483, { Int(try inspector.sequence(at: .last).rawValue) }),
      ("export", 15, { try inspector.export(source) { _ in true }.objectCount }),
      ("history", 15, { try inspector.forEachStep(of: source) { _ in true }.stepCount }),
      (
        "reversal", 12,
        { try inspector.reversal(of: source, to: LogSequenceNumber(100)).changes.count }
      ),
      (
        "compare", 12,
        {
          let now = StateReference(inspector)
          return try JournalInspector.compare(then, with: now, of: source) { _ in true }.addedCount
        }
      ),
    ]
    for (name, objects, ask) in questions {
      var found = 0
      let operations = try scratchOperations { found = try ask() }
      #expect(operations == 0, "\(name)")
      #expect(found == objects, "\(name)")
    }
    #expect(try scratchOperations { try inspector.forEachEntry { _ in true } } > 0)
  }

  @Test(
    "Sources and names that begin alike are kept apart, removed or not, compacted or not",
    arguments: 0..<4 as Range<UInt64>)
  func alike(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let sources = ["a", "a\0", "a\0b", "ab", "b"]
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    func address() -> StateAddress {
      StateAddress(
        source: sources.randomElement(using: &generator) ?? "a",
        scope: Bool.random(using: &generator) ? .stream : .others,
        name: ["s", "s1", "s10"].randomElement(using: &generator) ?? "s")
    }
    for number in 0..<150 {
      let address = address()
      switch Int.random(in: 0..<12, using: &generator) {
      case 0: try storage.apply([.removeSource(address.source)])
      case 1, 2: try storage.remove(address)
      case 3 where number < 100: try storage.label("l\(number)")
      default: try storage.update(address, to: ["n": .int(Int64(number))])
      }
      if seed.isMultiple(of: 2), number % 50 == 49 { try storage.compact() }
    }
    let inspector = inspector
    var lines: [[UInt8]] = []
    try inspector.export { line in
      lines.append(line)
      return true
    }
    for source in sources {
      #expect(try inspector.state(of: source) == storage.read(source), "seed \(seed)")
      var own: [[UInt8]] = []
      try inspector.export(.source(source)) { line in
        own.append(line)
        return true
      }
      let name = try StateValue.string(source).json(.compact)
      let expected = lines.filter {
        String(decoding: $0, as: UTF8.self).contains("\"source\":\(name),")
      }
      #expect(own.dropLast() == expected[...], "seed \(seed)")
      for scope in StateAddress.Scope.allCases {
        for name in ["s", "s1", "s10"] {
          let address = StateAddress(source: source, scope: scope, name: name)
          let found = try inspector.readVersioned(address)
          #expect(try found == storage.readVersioned(address), "seed \(seed), \(address)")
          let count = try inspector.export(.object(address)) { _ in true }.objectCount
          #expect(count == (found.version == .absent ? 0 : 1), "seed \(seed), \(address)")
        }
      }
    }
    #expect(try inspector.labels() == storage.labels(), "seed \(seed)")
  }
}
