import Foundation
import StateJournal
import Testing

@Suite("A history says nothing of commits that the log does not reach back to")
struct HistoryReachTests {
  private let bench: JournalToolBench
  private let address = "orders/x"
  /// The first commit that is left in the log.
  private let first: Int
  /// The commit that puts the object again.
  private let again: Int
  /// The commit that put what is left of another source, which was changed once more thereafter.
  private let other: Int

  init() throws {
    bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let object = StateAddress.stream("x", of: "orders")
    try storage.update(.stream("a", of: "other"), to: ["n": 1])
    other = Int(storage.lastSequence.rawValue)
    try storage.update(.stream("b", of: "other"), to: ["n": 1])
    try storage.apply([.remove(.stream("b", of: "other"))], reason: nil)
    try storage.update(object, to: ["n": 1])
    try storage.update(object, to: ["n": 2])
    try storage.apply([.remove(object)], reason: nil)
    for number in 0..<8 {
      try storage.update(.stream("y", of: "orders"), to: ["n": .int(Int64(number))])
      try storage.compact(full: true)
    }
    for number in 0..<3 {
      try storage.update(.stream("z", of: "orders"), to: ["n": .int(Int64(number))])
    }
    try storage.update(object, to: ["n": 3])
    again = Int(storage.lastSequence.rawValue)
    try storage.close()
    let summary = try bench.run("history", bench.store, "orders", "--json").lines().last
    first = Int(try #require(summary?["first_lsn"]?.int))
    #expect(first > 5 && first < again - 1)
  }

  private func history(_ words: String...) throws -> JournalToolBench.Outcome {
    try bench.run([JournalToolBench.tool, "history", bench.store] + words)
  }

  @Test("Before the log begins, what was is out of reach: 3, in words and in JSON")
  func before() throws {
    for words in [
      [address, "--to", "2"], [address, "--to", "\(first - 2)"],
      [address, "--from", "2", "--to", "4"], ["orders/y", "--to", "3"],
      ["nothing/such", "--to", "3"],
    ] {
      let outcome = try bench.run([JournalToolBench.tool, "history", bench.store] + words)
      #expect(outcome.code == 3 && outcome.output.isEmpty, "\(words): \(outcome)")
      #expect(
        outcome.messages.contains(
          "the log reaches back to commit \(first); what was before is out of reach"),
        "\(words): \(outcome)")
      #expect(!outcome.messages.contains("not there"), "\(words): \(outcome)")
      #expect(try bench.shell(outcome.next).code == 0, "\(words): \(outcome.next)")
      let json = try bench.run(
        [JournalToolBench.tool, "history", bench.store] + words + ["--json"])
      #expect(json.code == 3, "\(words): \(json)")
      #expect(try json.lines().map { $0["exit_code"] } == [3], "\(words): \(json)")
    }
  }

  @Test("From the state that the log begins with on, it is known that something was not there")
  func within() throws {
    for last in [first - 1, first, again - 1] {
      let outcome = try history(address, "--to", "\(last)")
      #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome)")
      // It may have been there before.
      #expect(
        outcome.messages.contains(
          "\(address) was not there at commit \(last); the next commit known to change it is "
            + "\(again)\n"), "\(outcome)")
      let summary = try history(address, "--to", "\(last)", "--json").lines().last
      #expect(summary?["steps"] == 0 && summary?["exit_code"] == 0)
    }
    #expect(try history(address, "--to", "\(again)").output.contains("commit \(again)"))
  }

  @Test("A range that begins before the log is told to be known from there on only")
  func across() throws {
    let outcome = try history("orders/y", "--from", "2", "--to", "\(first)")
    #expect(outcome.code == 0)
    #expect(outcome.messages.contains("the log reaches back to commit \(first)"), "\(outcome)")
    #expect(!outcome.messages.contains("no commit in that range"), "\(outcome)")
    let source = try history("other", "--from", "\(other + 1)", "--to", "\(first + 1)")
    #expect(source.code == 0 && source.output.isEmpty, "\(source)")
    #expect(
      source.messages.contains("no commit from \(first) on in that range changed other"),
      "\(source)")
    let after = try history("orders/y", "--from", "\(again)")
    #expect(after.code == 0)
    #expect(after.messages.contains("no commit in that range changed orders/y"), "\(after)")
  }
}
