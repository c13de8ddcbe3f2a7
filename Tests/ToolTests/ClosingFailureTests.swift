import Foundation
import StateJournal
import Testing

@Suite("A commit that is made is told as made, though the store could not be closed")
struct ClosingFailureTests {
  private let bench: JournalToolBench
  private let store: String

  /// A store that opens and takes commits, and in which closing fails.
  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    try bench.fill(12)
    #expect(try bench.run("label", store, "here").code == 0)
    // What a directory does in which nobody may create files, to root as well.
    try FileManager.default.createDirectory(
      atPath: store + "/WATERMARK.tmp", withIntermediateDirectories: false)
  }

  @Test(
    "Every verb that changes state says the commit and exits with 0, so that nobody repeats it",
    arguments: [
      (["set", "orders/s1", "--path", "n", "1"], ""), (["merge", "orders/s1"], "{\"n\":1}"),
      (["copy", "orders/s1", "orders/new"], ""), (["move", "orders/s1", "orders/new"], ""),
      (["clear", "orders/s1", "-y"], ""), (["revert", "--to", "5", "-y"], ""),
      (["import"], "{\"source\":\"a\",\"stream\":\"b\",\"value\":{}}"),
    ])
  func commits(words: [String], input: String) throws {
    let before = try JournalInspector(store).lastCommit()
    let words = [JournalToolBench.tool, words[0], store] + words.dropFirst()
    let json = try bench.run(words + ["--json"], input: input)
    #expect(json.code == 0, "\(json.messages)")
    let summary = try #require(try json.lines().last)
    #expect(summary["exit_code"] == 0)
    let made = try #require(summary["lsn"]?.int)
    #expect(made > before)
    #expect(
      summary["closing_error"]?["message"]?.string?.contains("WATERMARK.tmp") ?? false,
      "\(json.output)")
    #expect(json.messages.contains("committed \(made); closing failed: "), "\(json.messages)")
    #expect(try bench.run("history", store, "--from", "\(made)", "orders").code != 5)
    #expect(try bench.run("verify", store).code == 0)
  }

  @Test("People see the commit on standard output, and why closing failed beside it")
  func text() throws {
    let outcome = try bench.run("set", store, "orders/s1", "--path", "n", "1")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("committed "), "\(outcome)")
    #expect(outcome.messages.contains("; closing failed: "))
    #expect(outcome.messages.contains("next: ls -la"))
    #expect(try bench.run("get", store, "orders/s1", "--path", "n").output == "1\n")
  }

  @Test("A label that is set or taken away is told so, too")
  func labels() throws {
    for words in [["label", store, "there"], ["label", store, "here", "--remove"]] {
      let outcome = try bench.run([JournalToolBench.tool] + words + ["--json"])
      #expect(outcome.code == 0, "\(outcome.messages)")
      let summary = try #require(try outcome.lines().last)
      #expect(summary["exit_code"] == 0 && summary["closing_error"] != nil, "\(outcome.output)")
      #expect(outcome.messages.contains("closing failed: "), "\(outcome.messages)")
    }
    #expect(try JournalInspector(store).labels().map(\.name) == ["there"])
  }
}

extension JournalInspector {
  fileprivate func lastCommit() throws -> Int64 {
    Int64(try #require(try status(isExact: true).recovery).lastSequence.rawValue)
  }
}
