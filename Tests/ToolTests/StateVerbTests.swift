import Foundation
import JournalEngine
import StateJournal
import Testing

@Suite("journal-tool keeps the state of shell jobs")
struct StateVerbTests {
  private let bench: JournalToolBench
  private let store: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    #expect(try bench.run("init", store).code == 0)
  }

  private func run(_ arguments: [String], input: String? = nil) throws -> JournalToolBench.Outcome {
    try bench.run([JournalToolBench.tool] + arguments, input: input)
  }

  /// The commit that a writing verb says it made.
  private func commit(_ outcome: JournalToolBench.Outcome) throws -> UInt64 {
    #expect(outcome.code == 0, "\(outcome.messages)")
    let words = outcome.output.split(separator: "\n").last?.split(separator: " ") ?? []
    try #require(words.first == "committed", "\(outcome.output)")
    return try #require(UInt64(words[1].dropLast()))
  }

  private func reason(ofCommit number: UInt64) throws -> String? {
    var reason: String?
    try JournalInspector(store).forEachRecord { item in
      if case .record(let record) = item, record.record.sequence == LogSequenceNumber(number) {
        reason = record.reason
      }
      return true
    }
    return reason
  }

  @Test("A position is set and got in one line each, and what is not there is 3")
  func oneLine() throws {
    let missing = try run(["get", store, "orders/lines", "--path", "last_id"])
    #expect(missing.code == 3)
    #expect(missing.output.isEmpty)
    #expect(missing.messages.contains("next: journal-tool list \(store)"))
    let made = try commit(
      run(["set", store, "orders/lines", "--path", "last_id", "42", "--reason", "by cron"]))
    #expect(try run(["get", store, "orders/lines", "--path", "last_id"]).output == "42\n")
    #expect(try run(["get", store, "orders/lines"]).output == "{\"last_id\":42}\n")
    #expect(try run(["get", store, "orders/lines", "--path", "last_id.x"]).code == 3)
    #expect(try reason(ofCommit: made) == "by cron")
    #expect(try bench.run("verify", store, "--strict").code == 0)
  }

  @Test("Members are reached by path, text with --raw, and what JSON says stays what it is")
  func paths() throws {
    let value = #"{"d":1.0,"e":{},"l":[1,{"x.y":"a \"b\"\n"}],"n":1,"z":null}"#
    #expect(try run(["set", store, "s/a", "-"], input: value).code == 0)
    #expect(try run(["get", store, "s/a"]).output == value + "\n")
    for (path, shown) in [
      ("d", "1.0"), ("e", "{}"), ("l.0", "1"), ("l.1.x\\.y", #""a \"b\"\n""#), ("z", "null"),
    ] {
      #expect(try run(["get", store, "s/a", "--path", path]).output == shown + "\n", "\(path)")
    }
    #expect(
      try run(["get", store, "s/a", "--path", "l.1.x\\.y", "--raw"]).output == "a \"b\"\n\n")
    #expect(
      try run(["set", store, "s/a", "--path", "l.2", "no json", "--raw"]).code == 0)
    #expect(try run(["get", store, "s/a", "--path", "l.2"]).output == "\"no json\"\n")
    let bad = try run(["set", store, "s/a", "--path", "l.2", "no json"])
    #expect(bad.code == 2)
    #expect(bad.messages.contains("line 1, column 2"))
    #expect(bad.messages.contains("--raw"))
    #expect(try run(["set", store, "s/a", "--path", "n.x", "1"]).code == 1)
  }

  @Test("get --path | set --path carries a member over, JSON as well as text")
  func getSetMember() throws {
    let value = #"{"l":[1,{"x":-0.0}],"t":"a \"b\"\n","d":"-"}"#
    #expect(try run(["set", store, "s/a"], input: value).code == 0)
    for (path, options) in [("l", []), ("t", []), ("t", ["--raw"]), ("d", ["--raw"])] {
      let member = try run(["get", store, "s/a", "--path", path] + options).output
      let set = try run(["set", store, "s/b", "--path", path, "-"] + options, input: member)
      #expect(set.code == 0, "\(path) \(options): \(set.messages)")
      #expect(try run(["get", store, "s/b", "--path", path] + options).output == member)
    }
    let bad = try run(["set", store, "s/a", "--path", "q", "-"], input: "no json")
    #expect(bad.code == 1 && bad.messages.contains("standard input is no JSON"), "\(bad)")
    // What is read is used up, and a refusal asks for it again.
    let dry = try run(["set", store, "s/b", "--path", "q", "-", "-n"], input: "[7]")
    #expect(dry.code == 0 && dry.output.contains("\"q\":[7]"), "\(dry)")
  }

  @Test("get | set carries objects and sources over byte for byte, whatever their names")
  func getSet() throws {
    let other = bench.directory + "/other"
    #expect(try run(["init", other]).code == 0)
    let storage = try JournalStateStorage.open(store)
    let names = [
      "a b", "é", "e\u{301}", "\0", "a\0b", "a/b", "%", "-x", "..", "😀", "\n", "*", "streams",
      String(repeating: "x", count: 1024),
    ]
    for name in names {
      try storage.update(
        .stream(name, of: name), to: ["n": 1, "d": -0.0, "x": ["e\u{301}": [], "\u{e9}": 1e300]])
      try storage.update(.others(name, of: name), to: [:])
    }
    try storage.close()
    for line in try run(["list", store, "--json"]).lines().dropLast() {
      let address = try #require(line["address"]?.string)
      let value = try run(["get", store, address]).output
      #expect(try run(["set", other, address, "-"], input: value).code == 0, "\(address)")
    }
    #expect(try run(["replay", other]).output == run(["replay", store]).output)
    for line in try run(["list", store, "--sources", "--json"]).lines().dropLast() {
      let source = try #require(line["address"]?.string)
      let value = try run(["get", store, source]).output
      #expect(try run(["set", other, source], input: value).output == "nothing to change\n")
    }
  }

  @Test("merge changes what the patch names, as one step, and says what would come of it")
  func merge() throws {
    #expect(try run(["set", store, "s/a"], input: #"{"a":1,"b":{"c":1,"d":2}}"#).code == 0)
    let patch = #"{"a":null,"b":{"c":3},"e":"x"}"#
    let plan = try run(["merge", store, "s/a", "-n"], input: patch)
    #expect(plan.output == #"  s/a = {"b":{"c":3,"d":2},"e":"x"}"# + "\n")
    #expect(try run(["get", store, "s/a"]).output.contains("\"a\":1"))
    let file = bench.directory + "/patch.json"
    try patch.write(toFile: file, atomically: false, encoding: .utf8)
    _ = try commit(run(["merge", store, "s/a", file]))
    #expect(try run(["get", store, "s/a"]).output == #"{"b":{"c":3,"d":2},"e":"x"}"# + "\n")
    #expect(try run(["merge", store, "s/a", file]).output == "nothing to change\n")
    _ = try commit(run(["merge", store, "s/new"], input: "{}"))
  }

  @Test("With --if-version only the version that was read is changed")
  func versions() throws {
    let first = try commit(run(["set", store, "s/a", "--if-version", "0"], input: "{}"))
    let again = try run(["set", store, "s/a", "--if-version", "0"], input: "{}")
    #expect(again.code == 7)
    #expect(again.messages.contains("s/a is at version \(first), not 0"))
    let second = try commit(
      run(["merge", store, "s/a", "--if-version", "\(first)"], input: "{\"n\":1}"))
    for verb in [
      ["merge", store, "s/a"], ["clear", store, "s/a", "-y"], ["move", store, "s/a", "s/b"],
      ["copy", store, "s/a", "s/b"], ["revert", store, "s/a", "--to", "\(first)", "-y"],
    ] {
      #expect(try run(verb + ["--if-version", "\(first)"], input: "{}").code == 7, "\(verb[0])")
    }
    let listed = try #require(try run(["list", store, "--json"]).lines().first)
    #expect(listed["lsn"]?.int == Int64(second))
    #expect(try run(["clear", store, "s/a", "-y", "--if-version", "\(second)"]).code == 0)
    #expect(try run(["list", store]).output.isEmpty)
  }

  @Test("copy and move keep the value, and replace something only under --force")
  func copyMove() throws {
    let value = "{\"n\":1.0}\n"
    #expect(try run(["set", store, "s/a"], input: value).code == 0)
    _ = try commit(run(["copy", store, "s/a", "t/others/b"]))
    #expect(try run(["get", store, "t/others/b"]).output == value)
    let refused = try run(["move", store, "s/a", "t/others/b"])
    #expect(refused.code == 8)
    #expect(refused.messages.contains("next: journal-tool move \(store) s/a t/others/b -f"))
    _ = try commit(run(["move", store, "s/a", "t/others/b", "-f"]))
    #expect(try run(["get", store, "s/a"]).code == 3)
    _ = try commit(run(["move", store, "t", "u"]))
    #expect(try run(["list", store]).output.hasSuffix("u/others/b\n"))
    #expect(try run(["move", store, "t", "u"]).code == 3)
    #expect(try run(["copy", store, "u", "u/x"]).code == 2)
    #expect(try run(["copy", store, "u", "u"]).code == 2)
  }

  @Test("clear shows what goes, asks, and removes all of it or nothing")
  func clear() throws {
    for address in ["s/a", "s/b", "t/a"] {
      #expect(try run(["set", store, address], input: "{}").code == 0)
    }
    let refused = try run(["clear", store, "s/a", "t"])
    #expect(refused.code == 8)
    #expect(refused.output == "  remove s/a\n  remove everything of t\n")
    #expect(try run(["clear", store, "s/a", "nothing", "-y"]).code == 3)
    #expect(try run(["list", store]).output.split(separator: "\n").count == 3)
    _ = try commit(run(["clear", store, "s/a", "t", "-y"]))
    #expect(try run(["list", store]).output.hasSuffix("s/b\n"))
    #expect(try run(["list", store]).output.split(separator: "\n").count == 1)
  }

  @Test("revert brings the state of a label back as one commit, after showing what differs")
  func revert() throws {
    #expect(try run(["set", store, "orders/a"], input: "{\"n\":1}").code == 0)
    #expect(try run(["set", store, "orders/gone"], input: "{\"n\":1}").code == 0)
    #expect(try run(["label", store, "good"]).code == 0)
    let good = try run(["export", store]).output.split(separator: "\n").dropLast()
    #expect(try run(["set", store, "orders/a"], input: "{\"n\":2}").code == 0)
    #expect(try run(["set", store, "orders/new"], input: "{\"n\":2}").code == 0)
    #expect(try run(["clear", store, "orders/gone", "-y"]).code == 0)
    #expect(try run(["compact", store, "-y", "--keep", "0"]).code == 0)
    let plan = try run(["revert", store, "--to", "good", "-n"])
    #expect(
      plan.output == """
          orders/a = {"n":1}
          orders/gone = {"n":1}
          remove orders/new

        """)
    #expect(try run(["revert", store, "--to", "good"]).code == 8)
    let made = try commit(run(["revert", store, "--to", "good", "-y", "--reason", "bad deploy"]))
    #expect(try run(["export", store]).output.split(separator: "\n").dropLast() == good)
    #expect(try reason(ofCommit: made) == "bad deploy")
    let again = try run(["revert", store, "--to", "good", "-y"])
    #expect(again.output == "nothing to change\n")
    #expect(try run(["revert", store, "--to", "bad", "-y"]).code == 3)
    #expect(try run(["revert", store, "--to", "9999", "-y"]).code == 3)
    #expect(try run(["revert", store]).code == 2)
  }

  @Test(
    "A job that holds the store is named, and nothing is changed",
    arguments: [
      ["set", "s/a"], ["merge", "s/a"], ["copy", "orders/s0", "s/b"], ["move", "orders/s0", "s/b"],
      ["clear", "orders/s0", "-y"], ["import"], ["revert", "--to", "5", "-y"], ["label", "x"],
    ])
  func locked(words: [String]) throws {
    try bench.fill(9)
    let storage = try JournalStateStorage.open(store)
    let outcome = try run(
      [words[0], store] + words.dropFirst(),
      input: words[0] == "import"
        ? """
        {"source":"s","stream":"a","value":{}}
        """ : "{}")
    #expect(outcome.code == 7, "\(outcome.messages)\(outcome.output)")
    #expect(outcome.messages.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    #expect(try storage.sources() == ["orders"])
    #expect(storage.lastSequence == LogSequenceNumber(11))
    try storage.close()
  }

  @Test("A long log is compacted on the way, since nobody else would do it")
  func compacts() throws {
    var options = JournalToolBench.options
    options.preallocationByteCount = 0
    let storage = try JournalStateStorage.open(store, options: options)
    let text = String(repeating: "x", count: 1 << 20)
    for number in 0..<17 {
      try storage.update(
        .stream("big", of: "s"), to: ["n": .int(Int64(number)), "text": .string(text)])
    }
    try storage.close()
    #expect(try bench.names(".snapshot").isEmpty)
    _ = try commit(run(["set", store, "s/a"], input: "{}"))
    #expect(try bench.names(".snapshot").count == 1)
    #expect(try run(["get", store, "s/big", "--path", "n"]).output == "16\n")
  }
}
