import JournalEngine
import StateJournal
import Testing

@Suite("Damage to what only a label keeps is told with what mends it")
struct LabelledDamageTests {
  /// Two generations; commit 14, behind the first of them, has a label.
  private func store() throws -> JournalToolBench {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [9, 25])
    #expect(try bench.run("label", bench.store, "good", "14").code == 0)
    return bench
  }

  @Test(
    "verify names the label; without it a compaction removes the damage",
    arguments: [".journal", ".snapshot"])
  func named(suffix: String) throws {
    let bench = try store()
    let state = try bench.run("replay", bench.store).output
    let names = try bench.names(suffix)
    let name = try #require(suffix == ".journal" ? names.dropLast().last : names.first)
    try bench.change(name) { $0[100] ^= 1 }
    let verify = try bench.run("verify", bench.store)
    #expect(verify.code == 5 && verify.output.contains("state is intact"), "\(verify)")
    #expect(verify.output.contains("it is kept for the label good: save the state"), "\(verify)")
    let compact = "journal-tool compact \(bench.store) --rewrite --keep 0"
    let remove = "journal-tool label \(bench.store) good --remove"
    #expect(verify.output.contains("\(remove) and \(compact)\n"), "\(verify)")
    // The label is why a compaction alone does not help.
    #expect(try bench.shell(compact + " -y").code == 0)
    #expect(try bench.run("verify", bench.store).code == 5)
    #expect(try bench.shell(remove).code == 0)
    #expect(try bench.shell(compact + " -y").code == 0)
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    #expect(try bench.run("replay", bench.store).output == state)
  }

  @Test(
    "Programs are told of damage on the way to a label, too",
    arguments: [["compact", "--rewrite"], ["snapshot prune"], ["snapshot prune", "-n"]])
  func told(words: [String]) throws {
    let bench = try JournalToolBench()
    // The log from the first commit on stays, which is another way to the label, and goes with --keep 0.
    var options = JournalToolBench.options
    options.retainedGenerationCount = 9
    try bench.fill(options: options, compactingAt: [9, 25])
    #expect(try bench.run("label", bench.store, "good", "14").code == 0)
    func run() throws -> [StateObject] {
      let verb = words[0].split(separator: " ").map { String($0) }
      let outcome = try bench.run(
        [JournalToolBench.tool] + verb + [bench.store, "--keep", "0", "--json", "-y"]
          + words.dropFirst())
      #expect(outcome.code == 0, "\(outcome)")
      let damaged = try #require(try outcome.lines().last?["damaged_snapshots"]?.array)
      let isTold = outcome.messages.contains("what may be needed in its place stays")
      #expect(damaged.isEmpty != isTold, "\(outcome)")
      return damaged.compactMap(\.object)
    }
    let name = try #require(try bench.names(".snapshot").first)
    try bench.change(name) { $0[100] ^= 1 }
    let damaged = try run()
    #expect(damaged.map { $0["file"]?.string } == [bench.store + "/" + name])
    #expect(damaged.first?["message"]?.string?.contains("damage") == true, "\(damaged)")
    try bench.change(name) { $0[100] ^= 1 }
    #expect(try run().isEmpty)
  }

  @Test("Of damage that no label keeps, nothing of the kind is said")
  func unlabelled() throws {
    let bench = try store()
    #expect(try bench.run("label", bench.store, "good", "--remove").code == 0)
    #expect(try bench.run("label", bench.store, "late").code == 0)
    try bench.change(try #require(try bench.names(".snapshot").first)) { $0[100] ^= 1 }
    let verify = try bench.run("verify", bench.store)
    #expect(verify.code == 5 && !verify.output.contains("label"), "\(verify)")
  }
}
