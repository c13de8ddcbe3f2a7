import Foundation
import StateJournal
import Testing

@Suite("State as deep as it may be comes out and goes in by every verb, and deeper is refused")
struct DeepStateTests {
  private let bench: JournalToolBench
  private let store: String
  private let other: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    other = bench.directory + "/other"
    for path in [store, other] { #expect(try bench.run("init", path).code == 0) }
  }

  private func run(_ arguments: [String], input: String? = nil) throws -> JournalToolBench.Outcome {
    try bench.run([JournalToolBench.tool] + arguments, input: input)
  }

  /// An object of so many levels.
  private static func object(_ levelCount: Int) -> String {
    String(repeating: "{\"a\":", count: levelCount - 1) + "{}"
      + String(repeating: "}", count: levelCount - 1)
  }

  private func storeDeepest() throws {
    let deepest = Self.object(StateValue.maximumDepth)
    for address in ["s/a", "s/others/k"] {
      #expect(try run(["set", store, address], input: deepest).code == 0)
    }
  }

  private func expectCarriedOver() throws {
    #expect(try JournalInspector(other).state(of: "s") == JournalInspector(store).state(of: "s"))
  }

  @Test("export | import carries it over")
  func export() throws {
    try storeDeepest()
    let exported = try run(["export", store]).output
    let imported = try run(["import", other, "-"], input: exported)
    #expect(imported.code == 0, "\(imported.messages)")
    try expectCarriedOver()
  }

  @Test("get | set carries over the source that holds it, and --json shows all of it")
  func getSource() throws {
    try storeDeepest()
    let source = try run(["get", store, "s"])
    #expect(source.code == 0, "\(source.messages)")
    let set = try run(["set", other, "s", "-"], input: source.output)
    #expect(set.code == 0, "\(set.messages)")
    try expectCarriedOver()
    let shown = try run(["get", store, "s", "--json"]).output
    #expect(shown.contains("\"value\":" + source.output.dropLast()), "\(shown.suffix(200))")
  }

  @Test("A document of the source that holds it is exported, imported and edited")
  func document() throws {
    try storeDeepest()
    let document = try run(["export", store, "s", "--document"])
    #expect(document.code == 0, "\(document.messages)")
    let imported = try run(["import", other, "--source", "s", "-y"], input: document.output)
    #expect(imported.code == 0, "\(imported.messages)")
    try expectCarriedOver()
    let edited = try bench.run([
      "/usr/bin/env", "VISUAL=", "EDITOR=sed -i 's/\"k\"/\"l\"/'", JournalToolBench.tool, "edit",
      store, "s",
    ])
    #expect(edited.output.hasPrefix("committed"), "\(edited)")
    #expect(try run(["get", store, "s/others/l"]).code == 0)
  }

  @Test("One level more is refused by every verb, and nothing changes")
  func tooDeep() throws {
    let deeper = Self.object(StateValue.maximumDepth + 1)
    for (words, input) in [
      (["set", store, "s/a"], deeper), (["merge", store, "s/a"], deeper),
      (["set", store, "s"], "{\"streams\":{\"a\":\(deeper)}}"),
      (["import", store, "--source", "s"], "{\"streams\":{\"a\":\(deeper)}}"),
      (["import", store], "{\"source\":\"s\",\"stream\":\"a\",\"value\":\(deeper)}"),
      (["import", store], String(repeating: "{\"value\":", count: 100_000)),
    ] {
      let outcome = try run(words, input: input)
      #expect(outcome.code == 1, "\(words): \(outcome.messages)")
      #expect(outcome.messages.contains("inside one another"), "\(words): \(outcome.messages)")
    }
    #expect(try JournalInspector(store).state(of: "s").isEmpty)
  }
}
