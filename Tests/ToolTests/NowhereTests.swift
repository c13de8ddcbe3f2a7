import Foundation
import StateJournal
import Testing

@Suite("What is nowhere is not found, and leaves nothing behind")
struct NowhereTests {
  private let bench: JournalToolBench

  init() throws {
    bench = try JournalToolBench()
    try bench.fill(12)
  }

  @Test("A verb that is none is told from help, too")
  func help() throws {
    let outcome = try bench.run("hepl")
    #expect(outcome.messages.contains("did you mean help?"), "\(outcome)")
    #expect(outcome.next == "journal-tool --help")
  }

  @Test("A copy of what is no store makes no directory", arguments: ["backup", "restore"])
  func copy(verb: String) throws {
    let plain = try bench.makeDirectory("plain", "notes.txt")
    let target = bench.directory + "/target"
    let outcome = try bench.run(verb, plain, target)
    #expect(outcome.code == 3, "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test(
    "A source or object that no state and no commit has is 3",
    arguments: [
      ["dump", "--source", "nosuch"], ["dump", "--source", "orders", "--stream", "nosuch"],
      ["revert", "nosuch/x", "--to", "5", "-y"], ["revert", "nosuch", "--to", "5", "-n"],
      ["revert", "orders/nosuch", "--to", "5", "-y"], ["diff", "5", "--only", "nosuch/x"],
      ["diff", "5", "--only", "nosuch"], ["diff", "5", "6", "--only", "orders/s9"],
    ])
  func notFound(words: [String]) throws {
    let before = try bench.image()
    let command = [words[0], bench.store] + words.dropFirst()
    let outcome = try bench.run([JournalToolBench.tool] + command)
    #expect(outcome.code == 3 && outcome.next == "journal-tool list \(bench.store)", "\(outcome)")
    #expect(try bench.shell(outcome.next).code == 0)
    let lines = try bench.run([JournalToolBench.tool] + command + ["--json"]).lines()
    #expect(lines.last?["type"] == "summary" && lines.last?["exit_code"] == 3)
    #expect(try bench.image() == before)
  }

  @Test("What is there and was not changed is no error, and is told")
  func unchanged() throws {
    let dump = try bench.run("dump", bench.store, "--source", "orders", "--from", "14")
    #expect(dump.code == 0 && dump.output.isEmpty, "\(dump)")
    #expect(dump.messages.contains("is about what was asked for"), "\(dump)")
    #expect(try bench.run("diff", bench.store, "12", "--only", "orders").code == 0)
    #expect(try bench.run("revert", bench.store, "orders/s5", "--to", "12", "-y").code == 0)
  }

  @Test(
    "A time that is too far away is out of range",
    arguments: ["9999-01-01", "0001-01-01T00:00:00Z", "@9999999999999", "-999999999999w"])
  func range(time: String) throws {
    for words in [["dump", "--from", time], ["get", "orders/s1", "--at", time], ["diff", time]] {
      let outcome = try bench.run(
        [JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
      #expect(outcome.code == 2 && outcome.messages.contains("is out of range: "), "\(outcome)")
    }
    let other = try bench.run("dump", bench.store, "--from", "2025-02-30")
    #expect(other.code == 2 && other.messages.contains("--from takes a commit"), "\(other)")
  }
}
