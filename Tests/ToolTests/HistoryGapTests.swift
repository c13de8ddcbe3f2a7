import StateJournal
import Testing

@Suite("A gap in the history is mentioned, and is no damage: the state does without it")
struct HistoryGapTests {
  /// A store whose log lies in several segments that a snapshot covers.
  private func store() throws -> (bench: JournalToolBench, segments: [String]) {
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    options.segmentByteCount = 4096
    try bench.fill(300, options: options, compactingAt: [299])
    return (bench, try bench.names(".journal"))
  }

  private func notes(_ bench: JournalToolBench) throws -> [[String: StateValue]] {
    let outcome = try bench.run("verify", bench.store, "--json", "--strict")
    #expect(outcome.code == 0, "\(outcome.output)")
    return try outcome.lines().filter { $0["kind"] == "gap in the history" }
  }

  private func gap(_ bench: JournalToolBench) throws -> Int64? {
    let outcome = try bench.run("status", bench.store, "--json")
    #expect(outcome.code == 0)
    return try outcome.lines().last?["history_gap_lsn"]?.int
  }

  private func first(_ segment: String) throws -> Int64 {
    try #require(Int64(segment.split(separator: ".")[0]))
  }

  @Test("A segment that is missing in the midst of those that a snapshot covers")
  func midst() throws {
    let (bench, segments) = try store()
    try #require(segments.count >= 5)
    #expect(try notes(bench).isEmpty && gap(bench) == nil)
    let state = try bench.run("replay", bench.store).output
    try bench.remove(segments[2])
    let found = try notes(bench)
    #expect(found.count == 1)
    #expect(found.first?["severity"] == "note")
    #expect(found.first?["lsn"]?.int == (try first(segments[2])))
    #expect(found.first?["last_lsn"]?.int == (try first(segments[3])) - 1)
    #expect(try gap(bench) == first(segments[3]))
    let text = try bench.run("verify", bench.store).output
    #expect(text.contains("note: \(bench.store)/\(segments[2])") && text.contains("\nok: "))
    #expect(
      try bench.run("status", bench.store).output.contains(
        "history    has a gap before commit \(first(segments[3])), as verify explains"))
    #expect(try bench.run("replay", bench.store).output == state)
  }

  @Test("Log that begins later, as after a pruning, has no gap")
  func beginning() throws {
    let (bench, segments) = try store()
    for segment in segments.prefix(2) { try bench.remove(segment) }
    #expect(try notes(bench).isEmpty && gap(bench) == nil)
    #expect(try bench.run("snapshot", "prune", bench.store, "--keep", "0", "-y").code == 0)
    #expect(try notes(bench).isEmpty && gap(bench) == nil)
  }

  @Test("The log behind a snapshot of the generation before, which it cannot stand in without")
  func generation() throws {
    let bench = try JournalToolBench()
    try bench.fill(60, compactingAt: [19, 39])
    let segments = try bench.names(".journal")
    #expect(try bench.names(".snapshot").count == 2)
    #expect(try notes(bench).isEmpty && gap(bench) == nil)
    for segment in segments.dropLast() { try bench.remove(segment) }
    let found = try notes(bench)
    #expect(found.count == 1)
    #expect(found.first?["last_lsn"]?.int == (try first(try #require(segments.last))) - 1)
    #expect(try gap(bench) == first(try #require(segments.last)))
  }

  @Test("What a label keeps within reach has no gap behind it that nothing explains")
  func label() throws {
    let bench = try JournalToolBench()
    try bench.fill(30, compactingAt: [10, 20])
    #expect(try bench.run("label", bench.store, "here", "25").code == 0)
    for round in ["1", "2", "3"] {
      for number in 0..<3 {
        _ = try bench.run("set", bench.store, "orders/t\(number)", "--path", "n", round)
      }
      #expect(try bench.run("compact", bench.store, "--keep", "0", "-y").code == 0)
      #expect(try notes(bench).isEmpty && gap(bench) == nil, "\(round)")
    }
    #expect(try bench.run("replay", bench.store, "--at", "here").code == 0)
    // Without it, what it has kept is a rest that somebody left.
    #expect(try bench.run("label", bench.store, "here", "--remove").code == 0)
    #expect(try notes(bench).count == 1 && gap(bench) != nil)
  }

  @Test("What retention leaves has no gap, however often it is compacted")
  func retention() throws {
    let bench = try JournalToolBench()
    try bench.fill(200, compactingAt: [20, 50, 51, 90, 140, 199])
    #expect(try notes(bench).isEmpty && gap(bench) == nil)
    for keep in ["3", "1", "0"] {
      _ = try bench.run("set", bench.store, "orders/s0", "--path", "n", keep)
      #expect(try bench.run("compact", bench.store, "--keep", keep, "-y").code == 0)
      #expect(try notes(bench).isEmpty && gap(bench) == nil, "\(keep)")
    }
  }
}
