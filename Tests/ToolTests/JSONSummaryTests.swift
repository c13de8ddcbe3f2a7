import StateJournal
import Testing

@Suite("Whatever is asked for with --json ends with a summary")
struct JSONSummaryTests {
  private let bench: JournalToolBench

  init() throws {
    bench = try JournalToolBench()
    try bench.fill(3)
  }

  @Test(
    "Also where the words make no command",
    arguments: [
      ["status"], ["status", "STORE", "--foo"], ["dump", "STORE", "--limit", "x"],
      ["get", "STORE"], ["snapshot", "list"], ["hepl"], ["snapshot"], ["help", "hepl"],
      ["status", "STORE", "--prometheus"], ["completion", "tcsh"],
      ["list", "STORE", "--color", "x"],
    ])
  func usage(words: [String]) throws {
    let words = words.map { $0 == "STORE" ? bench.store : $0 }
    let outcome = try bench.run([JournalToolBench.tool] + words + ["--json"])
    let lines = try outcome.lines()
    #expect(outcome.code == 2 && lines.count == 1, "\(outcome)")
    #expect(lines.first?["type"] == "summary" && lines.first?["exit_code"] == 2)
    let error = try #require(lines.first?["error"]?.object)
    #expect(outcome.messages.contains(error["message"]?.string ?? "?"), "\(outcome)")
    #expect(outcome.messages.hasSuffix("  next: \(error["next"]?.string ?? "?")\n"))
  }

  @Test("Behind --, the word is a name")
  func name() throws {
    let outcome = try bench.run("status", "--", "--json", "--foo")
    #expect(outcome.code == 2 && outcome.output.isEmpty)
  }

  @Test("A text is a member of the summary, word for word")
  func texts() throws {
    for (words, member) in [
      (["completion", "bash"], "script"), (["help"], "text"), (["help", "get"], "text"),
      (["get", "--help"], "text"), (["help", "snapshot"], "text"),
      (["snapshot", "--help"], "text"),
    ] {
      let text = try bench.run([JournalToolBench.tool] + words)
      let json = try bench.run([JournalToolBench.tool] + words + ["--json"])
      #expect(text.code == 0 && json.code == 0)
      let lines = try json.lines()
      #expect(lines.count == 1 && lines[0]["type"] == "summary", "\(words)")
      #expect(lines.first?[member] == .string(text.output), "\(words)")
    }
    #expect(
      try bench.run("--version", "--json").output == bench.run("version", "--json").output)
  }
}
