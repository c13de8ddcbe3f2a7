import Foundation
import JournalEngine
import StateJournal
import Testing

@testable import journal_tool

@Suite("JSON output is what its page says")
struct JournalToolSchemaTests {
  /// The sections of the page, by verb.
  private static func sections() throws -> [String: String] {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent(
        "../../Sources/StateJournal/StateJournal.docc/ToolOutput.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    var sections: [String: String] = [:]
    for part in text.components(separatedBy: "\n## ").dropFirst() {
      let title = part.prefix { $0 != "\n" }
      sections[String(title)] = part
    }
    return sections
  }

  /// The names of all members, also of objects inside, but not of state, which has any names.
  private static func names(in object: StateObject) -> Set<String> {
    var names: Set<String> = []
    for (name, value) in object {
      names.insert(name)
      if ["value", "old", "new"].contains(name) { continue }
      for inner in [value] + (value.array ?? []) {
        if let members = inner.object { names.formUnion(Self.names(in: members)) }
      }
    }
    return names
  }

  /// Stores in all conditions: sound, with a label and a reason, compacted, torn, damaged.
  private static func stores() throws -> [JournalToolBench] {
    let sound = try JournalToolBench()
    try sound.fill(compactingAt: [9, 19])
    let storage = try JournalStateStorage.open(sound.store, options: JournalToolBench.options)
    try storage.transaction(reason: "a test") { transaction in
      try transaction.remove(.stream("s1", of: "orders"))
      try transaction.update(.others("k", of: "orders"), to: ["n": 1])
    }
    try storage.apply([.removeSource("orders")])
    try storage.close()
    try sound.put([0xAB], [0xCD])
    try sound.put(StateKeyCoding.key(of: .stream("s2", of: "orders")), [0xFF])
    let label = JournalLabel(name: "here", sequence: .init(3), time: 1)
    try sound.putLabel(label)
    let damaged = try JournalToolBench()
    try damaged.fill(compactingAt: [9])
    let (file, range) = try damaged.place(ofCommit: 20)
    try damaged.change(file) { $0[range.lowerBound + 30] ^= 1 }
    let snapshot = try JournalToolBench()
    try snapshot.fill(compactingAt: [9, 19])
    let name = try #require(try snapshot.names(".snapshot").last)
    try snapshot.change(name) { $0[100] ^= 1 }
    let torn = try JournalToolBench()
    try torn.fill(closing: false)
    let last = try torn.place(ofCommit: 31)
    try torn.change(last.file) { bytes in
      bytes.removeSubrange((last.range.upperBound - 5)...)
    }
    return [sound, damaged, snapshot, torn]
  }

  @Test("Every member of every line is on the page, and every verb that prints has its section")
  func members() throws {
    let sections = try Self.sections()
    let common = try #require(sections["Every verb"])
    let stores = try Self.stores()
    let commands: [[String]] = [
      ["status"], ["verify", "--deep"], ["dump", "--raw"], ["replay"], ["history", "orders"],
      ["diff", "12"], ["stats"], ["map"], ["compact", "-n"], ["compact", "-y"],
      ["repair", "--mode", "salvage", "-n"], ["rewind", "--to", "12", "-n"], ["verify-backup"],
    ]
    var seen: [String: Set<String>] = [:]
    for store in stores {
      for command in commands {
        let outcome = try store.run(
          [JournalToolBench.tool, command[0], store.store] + command.dropFirst() + ["--json", "-q"])
        for line in outcome.output.split(separator: "\n") {
          guard case .object(let object) = try StateValue(json: String(line)) else { continue }
          #expect(object["schema"] == .string("state-journal/\(command[0])/1"))
          seen[command[0], default: []].formUnion(Self.names(in: object))
        }
      }
    }
    for (verb, names) in seen {
      let section = try #require(sections[verb], "no section for \(verb)")
      for name in names {
        #expect(
          section.contains("`\(name)`") || common.contains("`\(name)`"),
          "\(verb) prints \(name), which the page does not mention")
      }
    }
    // The stores are of all kinds only if what they are to bring out has come out.
    for (verb, name) in [
      ("status", "torn_tail"), ("status", "damaged_snapshots"), ("verify", "last_good"),
      ("verify", "lost"), ("dump", "record_hex"), ("dump", "text"), ("dump", "key_hex"),
      ("replay", "value_hex"), ("history", "reason"), ("diff", "members"), ("map", "source"),
      ("stats", "updates_per_second"), ("compact", "damaged_snapshots"),
    ] {
      #expect(seen[verb]?.contains(name) ?? false, "\(verb) never printed \(name)")
    }
  }

  @Test("A store that is not there is not up, which a monitor hears of")
  func noStore() throws {
    let bench = try JournalToolBench()
    for path in [bench.store, bench.directory, "/dev/null"] {
      let outcome = try bench.run("status", path, "--prometheus")
      #expect(outcome.code != 0)
      let lines = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("#") }
      #expect(lines == ["state_journal_up{directory=\"\(path)\"} 0"], "\(outcome)")
    }
  }

  @Test("Every metric is on the page, has a help line, and belongs to the store")
  func metrics() throws {
    let page = try #require(try Self.sections()["status"])
    for store in try Self.stores() {
      let outcome = try store.run("status", store.store, "--prometheus", "-q")
      var helped: Set<Substring> = []
      for line in outcome.output.split(separator: "\n") {
        if line.hasPrefix("# HELP ") {
          helped.insert(line.split(separator: " ")[2])
        } else if !line.hasPrefix("#") {
          let name = line.prefix { $0 != "{" }
          #expect(helped.contains(name))
          #expect(page.contains("`\(name)`"), "\(name)")
          #expect(line.contains("{directory=\"\(store.store)\"} "))
          #expect(Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
        }
      }
      #expect(helped.count >= 8)
    }
  }
}
