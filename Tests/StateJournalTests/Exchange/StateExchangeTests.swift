import JournalEngine
import StateJournal
import StorageSimulator
import Testing

@Suite("State goes out as lines of JSON and comes back as it was")
struct StateExchangeTests {
  private let system = SimulatedFileSystem(seed: 1)
  private let path = StorageHistory.path

  private func fill() throws -> JournalStateStorage {
    let storage = try JournalStateStorage.open(path, options: StorageHistory.options, in: system)
    try storage.update(.stream("a/b", of: "one"), to: ["n": 1, "d": 1.0, "empty": [:]])
    try storage.update(.others("k", of: "one"), to: [:])
    try storage.update(.stream("s", of: "zwei \u{1F980}"), to: ["text": "\"\n"])
    return storage
  }

  private func lines(
    _ selection: StateSelection? = nil
  ) throws -> (bytes: [UInt8], export: StateExport) {
    var bytes: [UInt8] = []
    let export = try JournalInspector(path, in: system).export(selection) { line in
      bytes += line
      return true
    }
    return (bytes, export)
  }

  @Test("An export that is imported elsewhere gives the same state, labels left out")
  func roundTrip() throws {
    let storage = try fill()
    try storage.label("here")
    let (bytes, export) = try lines()
    #expect(export.objectCount == 3)
    let imported = try StateImport(ndjson: bytes)
    #expect(imported.isComplete && imported.objectCount == 3)
    let copy = try JournalStateStorage.open(
      "copy", options: StorageHistory.options, in: system)
    try copy.apply(imported.changes, reason: "carried over")
    for source in ["one", "zwei \u{1F980}"] {
      #expect(try copy.read(source) == storage.read(source))
    }
    try copy.close()
    try storage.close()
  }

  @Test("Of a selection only what it holds comes out, and of one that holds nothing, nothing")
  func selections() throws {
    try fill().close()
    #expect(try lines(.source("one")).export.objectCount == 2)
    let one = try lines(.object(.others("k", of: "one")))
    #expect(try StateImport(ndjson: one.bytes).changes == [.update(.others("k", of: "one"), [:])])
    let none = try lines(.source("none"))
    #expect(none.bytes.isEmpty && none.export.objectCount == 0)
    #expect(try StateImport(ndjson: none.bytes).isComplete == false)
  }

  @Test("A body that wants no more gets no more, so that nothing looks whole that is not")
  func stopped() throws {
    try fill().close()
    var count = 0
    let export = try JournalInspector(path, in: system).export { _ in
      count += 1
      return false
    }
    #expect(count == 1 && export.objectCount == 1)
  }

  @Test("An export that was cut short anywhere is noticed")
  func cuts() throws {
    try fill().close()
    let bytes = try lines().bytes
    for end in 1..<(bytes.count - 1) {
      #expect(throws: StateError.self, "\(end) of \(bytes.count)") {
        try StateImport(ndjson: Array(bytes[..<end]))
      }
    }
  }

  @Test(
    "What no export holds is an error that names the line",
    arguments: [
      (#"{"source":"a","stream":"b","value":1}"#, "value is missing, or no object"),
      (#"{"source":"a","value":{}}"#, "the name of a stream, or of an other"),
      (#"{"stream":"b","value":{}}"#, "source is missing"),
      (#"{"type":"finding"}"#, #"a line of type "finding" is not of an export"#),
      (#"{"source":"","stream":"b","value":{}}"#, "empty"), ("[]", "column 1"),
      (#"{"source":"a","stream":"same","value":{}}"#, "a second value for a/same"),
    ])
  func badLines(line: String, hint: String) throws {
    let good = #"{"source":"a","stream":"same","value":{"n":1}}"#
    #expect(try StateImport(ndjson: Array(good.utf8)).objectCount == 1)
    #expect {
      try StateImport(ndjson: Array("\(good)\n\n\(line)\n".utf8), named: "night.ndjson")
    } throws: { error in
      let message = (error as? StateError)?.message ?? ""
      return message.hasPrefix("line 3 of night.ndjson, ") && message.contains(hint)
    }
  }

  @Test("A byte order mark stands before the first line, even if that is empty, and nowhere else")
  func byteOrderMark() throws {
    let mark = "\u{FEFF}"
    let line = #"{"source":"a","stream":"s","value":{}}"#
    for text in ["\(mark)\(line)\n", "\(mark)\n\(line)\n", "\(mark)\r\n\(line)\r\n"] {
      #expect(try StateImport(ndjson: Array(text.utf8)).objectCount == 1)
    }
    #expect(try StateImport(ndjson: Array(mark.utf8)).objectCount == 0)
    for (text, number) in [
      ("\n\(mark)\(line)\n", 2), ("\(mark)\(mark)\(line)\n", 1), ("\(line)\n\(mark)\n", 2),
    ] {
      let error = #expect(throws: StateError.self) { try StateImport(ndjson: Array(text.utf8)) }
      #expect(
        error?.message == "line \(number) of the export, a byte order mark stands only before the"
          + " first line", "\(error as Any)")
    }
  }

  @Test("A commit has its time for as long as it is in the log")
  func times() throws {
    let storage = try fill()
    let inspector = JournalInspector(path, in: system)
    let address = StateAddress.others("k", of: "one")
    let version = try storage.readVersioned(address).version
    let times = try inspector.commitTimes()
    let time = try #require(times[version])
    #expect(try inspector.sequence(at: .time(nanoseconds: time)).rawValue >= version.number)
    #expect(times[.absent] == nil)
    #expect(try inspector.commitTimes(through: .zero)[version] == nil)
    try storage.close()
  }
}
