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

  @Test("doctor tells an undecidable commit from a torn tail")
  func doctor() throws {
    try makeUndecidable()
    let outcome = try bench.run("doctor", store, "--no-write")
    #expect(outcome.output.contains("undecidable"), "\(outcome.output)")
    #expect(outcome.output.contains("commit 31"))
  }
}
