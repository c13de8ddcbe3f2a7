import Foundation
import StateJournal
import Testing

@Suite("JSON output about state and upkeep is what its page says")
struct ChangeSchemaTests {
  private static func page() throws -> [String] {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../Sources/StateJournal/StateJournal.docc/ToolOutputOfChanges.md")
    return try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n## ")
  }

  /// The names of all members, also of objects inside, but not of state, which has any names.
  private static func names(in object: StateObject) -> Set<String> {
    var names = Set(object.names)
    for (name, value) in object where name != "value" {
      for inner in [value] + (value.array ?? []) {
        if let members = inner.object { names.formUnion(Self.names(in: members)) }
      }
    }
    return names
  }

  @Test("Every member of every line stands in the section of its verb")
  func members() throws {
    let page = try Self.page()
    let common = try #require(page.first { $0.hasPrefix("Every verb\n") })
    let bench = try JournalToolBench()
    let store = bench.store
    try bench.fill(12, compactingAt: [4, 8])
    let commands: [(section: String, words: [String], input: String)] = [
      ("init", ["init", bench.directory + "/new"], ""), ("list", ["list", store], ""),
      ("list", ["list", store, "--sources"], ""), ("get", ["get", store, "orders/s1"], ""),
      ("get", ["get", store, "orders/s1", "--path", "last_id"], ""),
      ("get", ["get", store, "orders/nothing"], ""),
      ("Verbs that", ["set", store, "orders/others/k"], "{}"),
      ("Verbs that", ["set", store, "orders/others/k", "-n"], "{\"n\":1}"),
      ("Verbs that", ["merge", store, "orders/s1"], "{\"n\":1}"),
      ("Verbs that", ["copy", store, "orders", "copied"], ""),
      ("Verbs that", ["clear", store, "copied", "orders/s2", "-y"], ""),
      ("Verbs that", ["revert", store, "--to", "9", "-y"], ""),
      ("Verbs that", ["import", store], "{\"source\":\"a\",\"stream\":\"b\",\"value\":{}}"),
      ("export", ["export", store], ""), ("label", ["label", store, "here"], ""),
      ("label", ["label", store], ""), ("snapshot list", ["snapshot", "list", store], ""),
      ("snapshot create", ["snapshot", "create", store, "-y"], ""),
      ("snapshot create", ["compact", store, "-y", "--keep", "1GiB"], ""),
      ("snapshot create", ["compact", store, "-y", "--keep", "7d", "--rewrite"], ""),
      ("snapshot prune", ["snapshot", "prune", store, "-n", "--keep", "0"], ""),
      ("lock", ["lock", store], ""), ("upgrade", ["upgrade", store], ""),
      ("doctor", ["doctor", store, "--no-write"], ""), ("version", ["version"], ""),
      ("completion", ["completion", "bash"], ""), ("completion", ["completion", "tcsh"], ""),
      ("completion", ["completion", "fish", "ge"], ""),
      ("help", ["help", "get"], ""), ("help", ["hepl"], ""), ("list", ["list"], ""),
      ("get", ["get", store, "orders/s1", "--foo"], ""), ("version", ["--version"], ""),
    ]
    func check(_ section: String, _ words: [String], _ input: String) throws {
      let text = try #require(page.first { $0.hasPrefix(section) }, "\(section)")
      let outcome = try bench.run([JournalToolBench.tool] + words + ["--json"], input: input)
      let lines = try outcome.output.split(separator: "\n").map {
        try StateObject(json: String($0))
      }
      #expect(lines.last?["type"] == "summary", "\(words): \(outcome.messages)")
      #expect(lines.last?["exit_code"]?.int == Int64(outcome.code))
      let verb =
        words[0] == "snapshot"
        ? "snapshot-\(words[1])" : ["help", "version"].contains(section) ? section : words[0]
      for line in lines {
        #expect(line["schema"] == .string("state-journal/\(verb)/1"))
        for name in Self.names(in: line) {
          #expect(
            text.contains("`\(name)`") || common.contains("`\(name)`"), "\(words): \(name)")
        }
      }
    }
    for command in commands { try check(command.section, command.words, command.input) }
    let storage = try JournalStateStorage.open(store)
    try check("lock", ["lock", store], "")
    try check("Verbs that", ["set", store, "orders/others/k"], "{}")
    try storage.close()
    let name = try #require(try bench.names(".snapshot").first)
    try bench.change(name) { $0[100] ^= 1 }
    try check("snapshot list", ["snapshot", "verify", store], "")
  }
}
