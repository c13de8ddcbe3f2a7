import Foundation
import JournalEngine
import StateJournal
import Testing

@Suite("A log that is too long to be read for a status")
struct LongLogTests {
  @Test(
    "By headers and the last segment, status says the same; what is damaged elsewhere --exact sees")
  func status() throws {
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    options.segmentByteCount = 16 << 20
    let storage = try JournalStateStorage.open(bench.store, options: options)
    let text = StateValue.string(String(repeating: "x", count: 1 << 20))
    for number in 0..<70 {
      try storage.update(.stream("s\(number)", of: "orders"), to: ["text": text])
    }
    try storage.label("here")
    try storage.close()
    func summary(_ options: String..., expecting code: Int32 = 0) throws -> [String: StateValue] {
      let outcome = try bench.run(
        [JournalToolBench.tool, "status", bench.store, "--json", "-q"] + options)
      #expect(outcome.code == code, "\(options): \(outcome.messages)")
      return try #require(try outcome.lines().last)
    }
    let (quick, exact) = (try summary(), try summary("--exact"))
    #expect(quick["exact"] == false && exact["exact"] == true)
    for name in [
      "last_lsn", "durable_lsn", "replay_commits", "snapshot_lsn", "time_ns", "closed_cleanly",
    ] {
      #expect(quick[name] == exact[name], "\(name)")
    }
    let bytes = (quick["replay_bytes"]?.int ?? 0, exact["replay_bytes"]?.int ?? 0)
    #expect(bytes.0 >= bytes.1 && bytes.0 < bytes.1 + (80 << 20))
    #expect(try bench.run("status", bench.store).output.contains("--exact reads them"))
    #expect(try bench.run("status", bench.store, "--exact").output.contains("labels     here"))

    let first = try #require(try bench.names(".journal").first)
    try bench.change(first) { $0[5000] ^= 1 }
    _ = try summary()
    #expect(try summary("--exact", expecting: 5)["error"] != nil)
    // A segment that is gone is noticed by the others.
    try bench.remove(try bench.names(".journal")[1])
    _ = try summary(expecting: 5)
  }

  @Test("A commit longer than a cell of the map is in all the cells that it reaches into")
  func spreads() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    try storage.update(.stream("small", of: "orders"), to: ["n": 1])
    let text = StateValue.string(String(repeating: "x", count: 1 << 20))
    try storage.update(.stream("large", of: "orders"), to: ["text": text])
    try storage.update(.stream("small", of: "orders"), to: ["n": 2])
    try storage.close()
    let map = try JournalInspector(bench.store).map(cellCount: 10)
    let file = try #require(map.files.first { $0.info.kind == .segment })
    #expect(file.cells.count == 10)
    let share = Double(file.entryByteCount) / 10
    for cell in file.cells {
      #expect(cell.content == .records)
      #expect(abs(Double(cell.entryByteCount) - share) < share / 10, "\(cell)")
      #expect(cell.liveShare > 0.99, "\(cell)")
      #expect(cell.source == "orders")
    }
    // In a snapshot too.
    let again = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    try again.compact(full: true)
    try again.close()
    let compacted = try JournalInspector(bench.store).map(cellCount: 10)
    let snapshot = try #require(compacted.files.first { $0.info.kind == .snapshot })
    #expect(snapshot.cells.count == 10 && snapshot.cells.allSatisfy { $0.entryByteCount > 90_000 })
    #expect(snapshot.liveByteCount == snapshot.entryByteCount)
    #expect(file.entryByteCount > 1 << 20 && file.liveByteCount <= file.entryByteCount)
  }
}
