import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Synchronization
import Testing

@testable import journal_tool

@Suite("Looking into a store with journal-tool")
struct JournalToolInspectTests {
  @Test(
    "However many files a store has, its page is of a size that a browser takes",
    arguments: [0, 1, 30, 320, 600])
  func pageSize(fileCount: Int) {
    let count = MapPage.cellCount(forFileCount: fileCount)
    #expect(count * fileCount <= 12_000 && (20...400).contains(count))
    #expect(fileCount > 30 || count == 400)
  }

  /// A store whose commits have fixed times, ten seconds apart.
  private func clockedStore() throws -> JournalToolBench {
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    let ticks = TickingClock(start: 1_700_000_000_000_000_000, step: 10_000_000_000)
    options.clock = { ticks.next() }
    let storage = try JournalStateStorage.open(bench.store, options: options)
    try storage.update(.stream("2024", of: "orders"), to: ["last_id": 1])
    try storage.update(.stream("2024", of: "orders"), to: ["last_id": 2, "file": "a.csv"])
    try storage.update(.others("cursor", of: "orders"), to: ["page": "x/y"])
    try storage.transaction(reason: "bad deploy") { transaction in
      try transaction.update(.stream("2024", of: "orders"), to: ["last_id": 99])
    }
    try storage.remove(.others("cursor", of: "orders"))
    try storage.update(.stream("a/b", of: "line items"), to: ["n": 1])
    try storage.close()
    return bench
  }

  /// The text with what differs from run to run replaced.
  private func settled(_ text: String, _ bench: JournalToolBench) -> String {
    let process = ProcessInfo.processInfo
    var text = text.replacingOccurrences(of: bench.store, with: "DIR")
    text = text.replacingOccurrences(
      of: #"session (\d+): .*, process \d+ on \S+"#, with: "session $1: WHO",
      options: .regularExpression)
    text = text.replacingOccurrences(of: "process \(process.processIdentifier)", with: "PROCESS")
    return text.replacingOccurrences(
      of: #"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"#, with: "TIME", options: .regularExpression)
  }

  @Test("A history shows each value with what changed, who did it and why")
  func history() throws {
    let bench = try clockedStore()
    let outcome = try bench.run("history", bench.store, "orders/2024")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(
      settled(outcome.output, bench) == """
        orders/2024  commit 2  TIME  session 1: WHO
          + last_id: 1
        orders/2024  commit 3  TIME  session 1: WHO
          + file: "a.csv"
          ~ last_id: 1 → 2
        orders/2024  commit 5  TIME  session 1: WHO
          because: bad deploy
          - file: "a.csv"
          ~ last_id: 2 → 99

        """)
    let source = try bench.run("history", bench.store, "orders").output
    #expect(source.contains("orders/others/cursor  commit 6"))
    #expect(source.contains("removed\n  - page: \"x/y\""))
    let escaped = try bench.run("history", bench.store, "line%20items/a%2Fb", "--json").lines()
    #expect(escaped.first?["value"] == ["n": 1])
    #expect(escaped.last?["steps"] == 1)
    let some = try bench.run("history", bench.store, "orders/2024", "--from", "4", "--json").lines()
    #expect(some.map { $0["lsn"] } == [5, nil])
    #expect(some.first?["reason"] == "bad deploy")
    let none = try bench.run("history", bench.store, "nothing/here")
    #expect(none.code == 3)
    #expect(none.messages.contains("nothing is known of nothing/here"))
    let bad = try bench.run("history", bench.store, "a/b/c")
    #expect(bad.code == 2)
    #expect(bad.messages.contains("%2F"))
  }

  @Test("A difference between two moments, and between two stores")
  func diff() throws {
    let bench = try clockedStore()
    let outcome = try bench.run("diff", bench.store, "4")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(
      outcome.output == """
        added   line%20items/a%2Fb
          + n: 1
        changed orders/2024
          - file: "a.csv"
          ~ last_id: 2 → 99
        removed orders/others/cursor
          - page: "x/y"

        """)
    #expect(
      outcome.messages
        == "journal-tool: 1 changed, 1 added, 1 removed, 0 the same, from commit 4 to commit 8\n")
    #expect(try bench.run("diff", bench.store, "4", "--exit-code").code == 1)
    #expect(try bench.run("diff", bench.store, "5", "5", "--exit-code").code == 0)
    let json = try bench.run("diff", bench.store, "3", "5", "--only", "orders/2024", "--json")
      .lines()
    #expect(json.first?["old"] == ["last_id": 2, "file": "a.csv"])
    #expect(json.last?["changed"] == 1)
    #expect(json.last?["added"] == 0)
    let other = try clockedStore()
    #expect(try bench.run("diff", bench.store, other.store, "--exit-code").code == 0)
    try other.fill(1)
    let two = try bench.run("diff", bench.store, other.store, "--exit-code")
    #expect(two.code == 1)
    #expect(two.output.hasPrefix("added   orders/s0\n"))
    #expect(try bench.run("diff", bench.store, "99").code == 3)
    #expect(try bench.run("diff", bench.store, "nolabel").code == 3)
  }

  @Test("Moments are commits, times and labels, for every verb that takes one")
  func moments() throws {
    let bench = try clockedStore()
    try bench.putLabel(JournalLabel(name: "before-deploy", sequence: .init(4), time: 1))
    func state(_ moment: String) throws -> String {
      try bench.run("replay", bench.store, "--at", moment, "--source", "orders").output
    }
    let expected = try state("4")
    #expect(expected.contains("a.csv"))
    #expect(try state("before-deploy") == expected)
    let time = try bench.run("dump", bench.store, "--from", "4", "--limit", "1", "--json")
      .lines().first?["time"]?.string
    #expect(try state(try #require(time)) == expected)
    let far = try bench.run("replay", bench.store, "--at", "2001-01-01")
    #expect(far.output == "{}\n")
    let unknown = try bench.run("replay", bench.store, "--at", "after-deploy")
    #expect(unknown.code == 3)
    #expect(unknown.messages.contains("before-deploy"))
    #expect(try bench.run("replay", bench.store, "--at", "-3x").code == 2)
    #expect(try bench.run("status", bench.store).output.contains("before-deploy (4)"))
    let changes = try bench.run("dump", bench.store, "--from", "9").output
    #expect(changes.contains("label before-deploy = commit 4"))
    #expect(try !bench.run("replay", bench.store).output.contains("before-deploy"))
  }

  @Test("A dump filters by type, stops at a limit, and shows bytes")
  func dump() throws {
    let bench = try clockedStore()
    func numbers(_ arguments: String...) throws -> [StateValue?] {
      try bench.run([JournalToolBench.tool, "dump", bench.store, "--json"] + arguments).lines()
        .filter { $0["type"] == "record" }.map { $0["lsn"] }
    }
    #expect(try numbers("--type", "remove") == [6])
    #expect(try numbers("--type", "opened", "--type", "closed") == [1, 8])
    #expect(try numbers("--type", "note") == [5])
    #expect(try numbers("--limit", "2") == [1, 2])
    #expect(try numbers("--gaps-only") == [])
    let wrong = try bench.run("dump", bench.store, "--type", "putt")
    #expect(wrong.code == 2)
    #expect(wrong.messages.contains("did you mean put?"))
    let place = try bench.place(ofCommit: 3)
    let bytes = try bench.bytes(place.file)[place.range]
    let raw = try bench.run("dump", bench.store, "--raw", "--from", "3", "--to", "3", "--json")
      .lines()
    #expect(raw.first?["record_hex"] == .string(Hexadecimal.text(bytes)))
    let text = try bench.run("dump", bench.store, "--raw", "--from", "3", "--to", "3").output
    #expect(text.contains("|"))
    #expect(text.contains("a.csv"))
    let start = String(place.range.lowerBound, radix: 16)
    #expect(text.contains("\n" + String(repeating: "0", count: 10 - start.count) + start + "  "))
  }

  @Test("A follower prints what is committed meanwhile, and ends at its limit")
  func follow() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    try storage.update(.stream("s", of: "orders"), to: ["n": 1])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = ["dump", bench.store, "--follow", "--limit", "4", "--json"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var text = ""
    // Its first lines say that it has walked the log once.
    while !text.contains("\"lsn\":2,") {
      text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    }
    try storage.update(.stream("s", of: "orders"), to: ["n": 2])
    try storage.update(.stream("s", of: "orders"), to: ["n": 3])
    text += String(
      decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let numbers = try text.split(separator: "\n").map { line in
      try StateValue(json: String(line))["lsn"]?.int
    }
    #expect(numbers == [1, 2, 3, 4, nil])
    try storage.close()
  }

  @Test("A deep check finds what a right checksum hides, and a loss names the last good values")
  func verify() throws {
    let bench = try clockedStore()
    #expect(try bench.run("verify", bench.store, "--deep").code == 0)
    try bench.put([0xAB], [0xCD])
    #expect(try bench.run("verify", bench.store).code == 0)
    let deep = try bench.run("verify", bench.store, "--deep")
    #expect(deep.code == 1)
    #expect(deep.output.contains("no state"))
    #expect(deep.output.contains("0xab"))
    let (file, range) = try bench.place(ofCommit: 5)
    try bench.change(file) { $0[range.lowerBound + 4] ^= 1 }
    let loss = try bench.run("verify", bench.store)
    #expect(loss.code == 5)
    #expect(
      loss.output.contains(
        #"last good: orders/2024 = {"file":"a.csv","last_id":2}, put by commit 3"#),
      "\(loss.output)")
  }

  @Test("A segment that no commit was written to has none in the map")
  func emptySegment() throws {
    let bench = try JournalToolBench()
    try bench.fill(12, compactingAt: [11])
    #expect(try bench.run("compact", bench.store, "-y").code == 0)
    for verb in ["map", "status"] {
      let outcome = try bench.run(verb, bench.store)
      #expect(outcome.output.contains("no commit yet"), "\(outcome)")
    }
  }

  @Test("The map is to scale, marks damage, and its page stands alone")
  func map() throws {
    let bench = try JournalToolBench()
    try bench.fill(200, compactingAt: [99, 149])
    let text = try bench.run("map", bench.store, "--width", "60")
    #expect(text.code == 0, "\(text.messages)")
    let lines = text.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("█") || $0.count <= 80 })
    #expect(text.output.contains("in force"))
    #expect(!text.output.contains("\u{1B}"))
    let coloured = try bench.run("map", bench.store, "--color", "always").output
    #expect(coloured.contains("\u{1B}[38;5;39m"))
    let page = bench.directory + "/map.html"
    #expect(try bench.run("map", bench.store, "--html", page).code == 0)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.hasPrefix("<!doctype html>") && html.hasSuffix("</html>\n"))
    for part in ["src=", "href=", "@import", "url(", "http"] { #expect(!html.contains(part)) }
    #expect(html.contains("orders/s3"))
    for tag in ["svg", "g", "table", "script", "div"] {
      let opened =
        html.components(separatedBy: "<\(tag)>").count
        + html.components(separatedBy: "<\(tag) ").count - 1
      #expect(opened == html.components(separatedBy: "</\(tag)>").count, "\(tag)")
    }
    let (file, range) = try bench.place(ofCommit: 180)
    try bench.change(file) { $0[range.lowerBound + 30] ^= 1 }
    let damaged = try bench.run("map", bench.store)
    #expect(damaged.code == 5)
    #expect(damaged.output.contains("X"))
    #expect(damaged.messages.contains("journal-tool verify"))
  }

  @Test("Hostile names are harmless in a page")
  func hostileNames() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let name = "<script>alert('x')</script>\"&\u{1B}[2J"
    try storage.update(.stream(name, of: name), to: ["n": 1])
    try storage.close()
    let html = try bench.run("map", bench.store, "--html", "-").output
    #expect(!html.contains("alert('x')"))
    #expect(!html.contains("\u{1B}"))
    #expect(html.components(separatedBy: "<script>").count == 2)
  }

  @Test("The busiest come first, as many as were asked for")
  func stats() throws {
    let bench = try JournalToolBench()
    try bench.fill(35)
    let lines = try bench.run("stats", bench.store, "--top", "2", "--json").lines()
    #expect(lines.map { $0["type"] } == ["source", "object", "object", "summary"])
    #expect(lines[1]["stream"] == "s0")
    #expect(lines[1]["updates"] == 4)
    #expect(lines.last?["updates"] == 35)
    let text = try bench.run("stats", bench.store, "--by", "bytes").output
    #expect(text.contains("busiest streams and keys, by bytes"))
    #expect(text.contains("orders/s0"))
    #expect(try bench.run("stats", bench.store, "--by", "size").code == 2)
  }
}

/// A clock that moves on whenever it is read.
private final class TickingClock: Sendable {
  private let time: Mutex<Int64>
  private let step: Int64

  init(start: Int64, step: Int64) {
    time = Mutex(start)
    self.step = step
  }

  func next() -> Int64 {
    time.withLock { time in
      time += step
      return time
    }
  }
}
