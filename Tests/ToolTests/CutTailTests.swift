import Foundation
import StateJournal
import Testing

@Suite("P3: whatever cuts the end of a log, or leaves it behind, says so")
struct CutTailTests {
  private let bench: JournalToolBench
  private let store: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    try bench.fill(closing: false)
  }

  /// Makes it unknowable whether the last commit, the 31st, was acknowledged.
  private func makeUndecidable() throws {
    let (file, range) = try bench.place(ofCommit: 31)
    try bench.change(file) { $0[range.upperBound - 1] ^= 1 }
    #expect(try bench.run("verify", store).code == 6)
  }

  @Test(
    "A verb that cuts an undecidable commit names it, and where its bytes are now",
    arguments: [["set", "orders/s1", "--path", "n", "1"], ["label", "here"]])
  func undecidable(words: [String]) throws {
    try makeUndecidable()
    let words = [JournalToolBench.tool, words[0], store] + words.dropFirst()
    let outcome = try bench.run(words + ["--json"])
    #expect(outcome.code == 0)
    for part in [
      "commit (31)", "nothing tells whether it was acknowledged", "\(store)/quarantine/",
    ] {
      #expect(outcome.messages.contains(part), "\(part): \(outcome.messages)")
    }
    let tail = try #require(try outcome.lines().last?["torn_tail"])
    #expect(tail["undecidable"] == true && tail["lsn"] == 31)
    let name = try #require(tail["quarantined_as"]?.string)
    #expect(FileManager.default.fileExists(atPath: store + "/" + name))
    let again = try bench.run(words + (words[1] == "label" ? ["-f"] : []) + ["--json"])
    #expect(try again.lines().last?["torn_tail"] == nil)
    #expect(again.messages.isEmpty)
  }

  @Test("A verb that cuts what was never acknowledged says that, too")
  func torn() throws {
    let (file, range) = try bench.place(ofCommit: 31)
    try bench.change(file) { $0.removeSubrange((range.upperBound - 5)...) }
    let outcome = try bench.run("set", store, "orders/s1", "--path", "n", "1")
    #expect(outcome.code == 0)
    #expect(outcome.messages.contains("never acknowledged"), "\(outcome.messages)")
    #expect(outcome.messages.contains("\(store)/quarantine/"))
  }

  @Test("A backup, and what is restored of one, lacks an undecidable commit and says so")
  func copies() throws {
    try makeUndecidable()
    let copy = bench.directory + "/copy"
    for words in [["backup", store, copy], ["backup", store, copy, "-i"]] {
      let outcome = try bench.run([JournalToolBench.tool] + words + ["--json"])
      #expect(outcome.code == 0)
      #expect(try outcome.lines().last?["undecidable"] == true, "\(outcome.output)")
      #expect(outcome.messages.contains("commit (31)"), "\(outcome.messages)")
      #expect(outcome.messages.contains("nothing tells whether it was acknowledged"))
    }
    let restored = try bench.run("restore", store, bench.directory + "/restored", "--json")
    #expect(restored.code == 0)
    #expect(try restored.lines().last?["undecidable"] == true, "\(restored.output)")
    #expect(restored.messages.contains("nothing tells whether it was acknowledged"))
    // What was copied is whole by itself.
    let second = try bench.run("restore", copy, bench.directory + "/second", "--json")
    #expect(try second.lines().last?["undecidable"] == false)
    #expect(second.messages.isEmpty)
  }

  @Test("A state that is read, restored or planned without an undecidable commit says so")
  func leftOut() throws {
    try makeUndecidable()
    let before = try bench.image()
    let commands = [
      ["get", store, "orders/s1"], ["get", store, "orders"],
      ["set", store, "orders/s1", "--path", "n", "1", "-n"], ["clear", store, "orders", "-n"],
      ["restore", store, bench.directory + "/restored", "--at", "7"],
      ["replay", store, "--into", bench.directory + "/replayed", "--at", "7"],
    ]
    for words in commands {
      let outcome = try bench.run([JournalToolBench.tool] + words + ["--json"])
      #expect(outcome.code == 0)
      let summary = try #require(try outcome.lines().last)
      let isTold = summary["undecidable"] == true || summary["torn_tail"]?["undecidable"] == true
      #expect(isTold, "\(words): \(outcome.output)")
      #expect(outcome.messages.contains("commit (31)"), "\(words): \(outcome.messages)")
      #expect(outcome.messages.contains("nothing tells whether it was acknowledged"))
    }
    // What is not there may have come with it.
    let nowhere = try bench.run("get", store, "orders/nowhere")
    #expect(nowhere.code == 3 && nowhere.messages.contains("commit (31)"), "\(nowhere)")
    let plan = try bench.run("compact", store, "-n", "--json").lines().first
    #expect(plan?["torn_tail"]?["undecidable"] == true && plan?["torn_tail"]?["lsn"] == 31)
    #expect(try bench.image() == before)
    // As of a commit before, nothing is missing.
    let past = try bench.run("get", store, "orders/s1", "--at", "7", "--json")
    #expect(try past.lines().last?["undecidable"] == false && past.messages.isEmpty, "\(past)")
  }

  @Test("A state that is whole, and a plan for it, say nothing of the kind")
  func whole() throws {
    let get = try bench.run("get", store, "orders/s1", "--json")
    #expect(try get.lines().last?["undecidable"] == false && get.messages.isEmpty)
    for words in [["set", "orders/s1", "--path", "n", "1"], ["compact"]] {
      let outcome = try bench.run(
        [JournalToolBench.tool, words[0], store] + words.dropFirst() + ["-n", "--json"])
      #expect(outcome.code == 0 && outcome.messages.isEmpty, "\(outcome)")
      #expect(try outcome.lines().allSatisfy { $0["torn_tail"] == nil }, "\(outcome)")
    }
  }

  @Test("doctor tells an undecidable commit from a torn tail")
  func doctor() throws {
    try makeUndecidable()
    let outcome = try bench.run("doctor", store, "--no-write")
    #expect(outcome.output.contains("undecidable"), "\(outcome.output)")
    #expect(outcome.output.contains("commit 31"))
  }
}
