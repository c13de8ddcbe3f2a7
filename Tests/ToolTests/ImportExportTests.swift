import Foundation
import StateJournal
import Testing

@Suite("journal-tool export and import carry state over exactly")
struct ImportExportTests {
  private let bench: JournalToolBench
  private let store: String
  private let other: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    other = bench.directory + "/other"
    #expect(try bench.run("init", other).code == 0)
  }

  private func run(_ arguments: [String], input: String? = nil) throws -> JournalToolBench.Outcome {
    try bench.run([JournalToolBench.tool] + arguments, input: input)
  }

  private func entries(_ path: String) throws -> [StoredContent] {
    var entries: [StoredContent] = []
    try JournalInspector(path).forEachEntry { entry in
      entries.append(entry.content)
      return true
    }
    return entries
  }

  private func fill() throws {
    let storage = try JournalStateStorage.open(store)
    let names = ["é", "e\u{301}", "\0", "a\0", "a/b", "\n", "\u{2028}", "😀", "\"", "\\", "others"]
    for name in names {
      try storage.update(.stream(name, of: name), to: [:])
      try storage.update(
        .others(name, of: "o"),
        to: [
          "i": 1, "d": 1.0, "z": -0.0, "big": .int(.max), "t": .double(.leastNonzeroMagnitude),
          "s": .string(name),
        ])
    }
    try storage.close()
  }

  @Test("A source is named as it is, or as list prints it, by whatever takes its name alone")
  func sourceNames() throws {
    let name = "a/b 100%"
    let document = #"{"streams":{"x/y":{"n":1}},"others":{}}"#
    for word in [name, "a%2Fb%20100%25"] {
      let imported = try run(
        ["import", other, "-", "--source", word, "-y", "--json"], input: document)
      #expect(imported.code == 0, "\(imported)")
      #expect(
        try entries(other) == [.object(.stream("x/y", of: name), ["n": 1])], "\(word)")
      #expect(try run(["replay", other, "--source", word]).output.contains("\"x/y\": {\"n\":1}"))
      for stream in ["x/y", "x%2Fy"] {
        let dumped = try run(["dump", other, "--source", word, "--stream", stream])
        #expect(dumped.code == 0 && dumped.output.contains("{\"n\":1}"), "\(dumped)")
      }
    }
    #expect(try run(["import", other, "-", "--source", ""], input: document).code == 2)
    for verb in ["import", "dump", "replay"] {
      let help = try run(["help", verb]).output.split(whereSeparator: \.isWhitespace)
      #expect(help.joined(separator: " ").contains("its name, or as list prints it"), "\(verb)")
    }
  }

  @Test("The plan of an import of many sources has them in the order in which they come")
  func manySources() throws {
    let names = (0..<30).map { "s\($0 * 7 % 30)" }
    func lines(_ value: Int) -> String {
      names.map { "{\"source\":\"\($0)\",\"stream\":\"x\",\"value\":{\"n\":\(value)}}\n" }.joined()
    }
    #expect(try run(["import", other], input: lines(1)).code == 0)
    let outcome = try run(["import", other, "-y", "--json"], input: lines(2))
    #expect(outcome.code == 0, "\(outcome)")
    let planned = try outcome.lines().compactMap { $0["source"]?.string }
    #expect(planned == names)
    #expect(try run(["import", other, "-y"], input: lines(2)).output == "nothing to change\n")
  }

  @Test("An export that was cut, or that never came, removes nothing", arguments: [0, 1, 2])
  func cutShort(lineCount: Int) throws {
    try fill()
    let before = try entries(store)
    let lines = try run(["export", store]).output.split(
      separator: "\n", omittingEmptySubsequences: false)
    let cut = lines.prefix(lineCount).map { $0 + "\n" }.joined()
    let outcome = try run(["import", store, "-", "--replace", "-y"], input: cut)
    #expect(outcome.code == 1)
    #expect(outcome.messages.contains("next: "))
    #expect(try entries(store) == before)
  }

  @Test(
    "Nothing is no import, whoever did not give it, unless an export says that there was nothing")
  func nothing() throws {
    try fill()
    for words in [["import", store], ["import", store, "-"], ["import", store, "/dev/null"]] {
      let outcome = try run(words)
      #expect(outcome.code == 1 && outcome.next == "journal-tool help import", "\(outcome)")
      #expect(outcome.messages.contains("holds nothing"))
      #expect(try bench.shell(outcome.next).code == 0)
    }
    let empty = try run(["export", other]).output
    #expect(try run(["import", store], input: empty).output == "nothing to change\n")
  }

  @Test("Refused, it asks for standard input again, and not for a dash that would hide that")
  func usedUp() throws {
    try fill()
    let exported = try run(["export", store]).output
    let changed = exported.replacing("\"i\":1", with: "\"i\":2")
    for words in [["import", store, "-"], ["import", store]] {
      let refused = try run(words, input: changed)
      #expect(refused.code == 8, "\(refused)")
      #expect(refused.messages.contains("; give what was read from standard input again"))
      #expect(refused.next == "journal-tool import \(store) -y")
    }
  }

  @Test("export | import gives the same bytes: names, integers, doubles, empty objects")
  func roundTrip() throws {
    try fill()
    let exported = try run(["export", store])
    #expect(exported.code == 0)
    #expect(try run(["import", other, "-"], input: exported.output).code == 0)
    #expect(try entries(other) == entries(store))
    #expect(
      try run(["export", other]).output.split(separator: "\n").dropLast()
        == exported.output.split(separator: "\n").dropLast())
    #expect(try run(["import", other], input: exported.output).output == "nothing to change\n")
    // Through a real pipe as well, with nobody to ask.
    let third = bench.directory + "/third"
    #expect(try run(["init", third]).code == 0)
    let pipe = try bench.run([
      "/bin/bash", "-c", #""$0" export "$1" | "$0" import "$2" -"#, JournalToolBench.tool, store,
      third,
    ])
    #expect(pipe.code == 0, "\(pipe.messages)")
    #expect(try entries(third) == entries(store))
  }

  @Test("An export that was cut short is noticed")
  func cutShort() throws {
    try fill()
    let lines = try run(["export", store]).output.split(separator: "\n")
    let cut = (lines.dropLast(2) + lines.suffix(1)).joined(separator: "\n")
    let outcome = try run(["import", other], input: cut)
    #expect(outcome.code == 1)
    #expect(outcome.messages.contains("22 objects, and 21 came"))
    #expect(try entries(other).isEmpty)
  }

  @Test("A source comes and goes as one document, and other members are refused")
  func document() throws {
    try fill()
    let document = try run(["export", store, "o", "--document"]).output
    guard case .object(let value) = try StateValue(json: document) else {
      return #expect(Bool(false))
    }
    #expect(value.names.sorted() == ["others", "streams"])
    let file = bench.directory + "/o.json"
    try document.write(toFile: file, atomically: false, encoding: .utf8)
    #expect(try run(["import", other, file, "--source", "o"]).code == 0)
    #expect(
      try JournalInspector(other).state(of: "o") == JournalInspector(store).state(of: "o"))
    let wrong = try run(["import", other, "--source", "o"], input: "{\"stream\":{}}")
    #expect(wrong.code == 1)
    #expect(wrong.messages.contains("\"stream\""))
    // The whole source becomes what was given, which removes what is there: it asks.
    let less = "{\"streams\":{\"x\":{}}}"
    #expect(try run(["import", other, "--source", "o"], input: less).code == 8)
    #expect(try run(["import", other, "--source", "o", "-y"], input: less).code == 0)
    #expect(
      try JournalInspector(other).state(of: "o") == SourceState(streams: ["x": [:]]))
  }

  @Test("Adding needs no answer, replacing does, and --replace leaves only what is imported")
  func asking() throws {
    #expect(try run(["set", other, "a/x"], input: "{\"n\":1}").code == 0)
    #expect(try run(["set", other, "b/x"], input: "{\"n\":1}").code == 0)
    func line(_ stream: String, _ number: Int) -> String {
      "{\"source\":\"a\",\"stream\":\"\(stream)\",\"value\":{\"n\":\(number)}}\n"
    }
    #expect(try run(["import", other], input: line("y", 1)).code == 0)
    #expect(try run(["import", other], input: line("x", 1)).output == "nothing to change\n")
    let refused = try run(["import", other], input: line("x", 2))
    #expect(refused.code == 8)
    #expect(refused.output == "  a/x = {\"n\":2}\n")
    #expect(try run(["import", other, "-y"], input: line("x", 2)).code == 0)
    #expect(try entries(other).count == 3)
    #expect(try run(["import", other, "--replace", "-y"], input: line("x", 2)).code == 0)
    #expect(try entries(other) == [.object(.stream("x", of: "a"), ["n": 2])])
  }

  @Test("An export can be of one source, one object, or an earlier moment")
  func selected() throws {
    try bench.fill(12)
    #expect(try run(["export", store, "orders"]).lines().count == 11)
    #expect(try run(["export", store, "orders/s1"]).lines().count == 2)
    let then = try #require(try run(["export", store, "orders/s1", "--at", "6"]).lines().first)
    #expect(then["value"] == ["last_id": 1])
    #expect(try run(["export", store, "nothing"]).code == 3)
    #expect(try run(["export", store, "--document"]).code == 2)
  }
}
