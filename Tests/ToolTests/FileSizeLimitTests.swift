import Foundation
import StateJournal
import Testing

@Suite("A limit on the size of files is told, and kills nothing")
struct FileSizeLimitTests {
  private let bench: JournalToolBench

  init() throws {
    bench = try JournalToolBench()
    try bench.fill()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let text = String(repeating: "x", count: 200_000)
    try storage.update(.stream("large", of: "orders"), to: ["text": .string(text)])
    try storage.close()
  }

  /// Runs the tool where no file may pass 50 or 100 KiB; shells differ in what they count.
  private func run(_ words: String) throws -> JournalToolBench.Outcome {
    try bench.run(["/bin/sh", "-c", "ulimit -f 100; \(JournalToolBench.tool) \(words)"])
  }

  @Test(
    "What is written beside a store ends with words about the limit",
    arguments: [
      "backup STORE PLACE/backup", "restore STORE PLACE/restored",
      "bundle STORE -o PLACE/all.tar --files", "replay STORE --into PLACE/then",
    ])
  func copies(words: String) throws {
    let outcome = try run(
      words.replacing("STORE", with: bench.store).replacing("PLACE", with: bench.directory))
    #expect(outcome.code == 1, "\(outcome)")
    #expect(outcome.messages.contains("raise `ulimit -f`"), "\(outcome)")
    #expect(outcome.next.hasPrefix("journal-tool doctor "), "\(outcome)")
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
  }

  @Test("Output into a file ends so, too")
  func output() throws {
    let export = try run("export \(bench.store) > \(bench.directory)/export.ndjson")
    #expect(export.code == 1 && export.next == "ulimit -f", "\(export)")
  }

  @Test("A compaction gives up, and the state is as it was")
  func compaction() throws {
    let state = try bench.run("replay", bench.store).output
    let outcome = try run("compact \(bench.store) -y --json")
    #expect(outcome.code == 1, "\(outcome)")
    #expect(try outcome.lines().last?["exit_code"] == 1)
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    #expect(try bench.run("replay", bench.store).output == state)
  }
}
