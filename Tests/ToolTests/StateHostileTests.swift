import Foundation
import StateJournal
import Testing

@Suite("journal-tool refuses what is no state, says where, and changes nothing")
struct StateHostileTests {
  private let bench: JournalToolBench
  private let store: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    #expect(try bench.run("init", store).code == 0)
    #expect(try run(["set", store, "s/a"], input: "{\"n\":1}").code == 0)
  }

  private func run(_ arguments: [String], input: String? = nil) throws -> JournalToolBench.Outcome {
    try bench.run([JournalToolBench.tool] + arguments, input: input)
  }

  /// Runs and expects the state to be what it was.
  private func harmless(
    _ arguments: [String], input: String? = nil
  ) throws -> JournalToolBench.Outcome {
    let before = try bench.image().filter { $0.key != "LOCK" }
    let outcome = try run(arguments, input: input)
    #expect(try bench.image().filter { $0.key != "LOCK" } == before, "\(arguments)")
    return outcome
  }

  @Test(
    "Addresses that are none are a usage error that says how to write them",
    arguments: [
      "", "/", "s/", "/a", "s/a/b/c", "s/%", "s/%zz", "s/%ff", "%", "s/others/",
      "s/" + String(repeating: "x", count: 1025), String(repeating: "é", count: 1024) + "/a",
    ])
  func addresses(text: String) throws {
    for verb in [["get"], ["set"], ["merge"], ["clear"], ["edit"]] {
      let outcome = try harmless(verb + [store, text], input: "{}")
      #expect(outcome.code == 2, "\(verb) \(text): \(outcome.messages)")
      #expect(outcome.messages.contains("next: journal-tool help \(verb[0])"))
    }
  }

  @Test(
    "Bad JSON is named with its line and column",
    arguments: [
      ("{\"n\":\n 1,}", "line 2, column 4"), ("", "line 1, column 1"), ("[1]", "object"),
      ("{\"n\":1}{}", "line 1, column 8"), ("{\"n\":NaN}", "line 1, column 6"),
      ("{\"n\":1e999}", "line 1, column 6"), ("{\"n\":9223372036854775808}", "line 1, column 6"),
      ("{\"a\":1,\"a\":2}", "line 1, column"), ("{}\u{feff}", "line 1, column 3"), ("42", "object"),
      (String(repeating: "[", count: 100_000), "line 1, column"),
    ])
  func json(text: String, place: String) throws {
    for verb in ["set", "merge"] {
      let outcome = try harmless([verb, store, "s/a", "-"], input: text)
      #expect(outcome.code == 1)
      #expect(outcome.messages.contains(place), "\(verb): \(outcome.messages)")
    }
  }

  @Test("Words that are not UTF-8 are refused, not mended")
  func invalidUTF8() throws {
    let outcome = try bench.run(
      ["/bin/bash", "-c", #""$0" set "$1" $'s/\xff' --path n 1"#, JournalToolBench.tool, store])
    #expect(outcome.code == 2)
    #expect(outcome.messages.contains("word 3 of the command line is not UTF-8"))
    #expect(try run(["list", store]).output.hasSuffix("s/a\n"))
    let bytes = try bench.run(
      [
        "/bin/bash", "-c", #"printf '{"n":"\xff"}' | "$0" set "$1" s/a -"#, JournalToolBench.tool,
        store,
      ])
    #expect(bytes.code == 1)
    #expect(bytes.messages.contains("UTF-8"))
  }

  @Test("A path that is not UTF-8 is refused with the link that leads around it")
  func invalidPath() throws {
    let refused = try bench.run(
      [
        "/bin/bash", "-c",
        #"cd "$1"; cp -r state $'caf\xe9 %'; "$0" get $'caf\xe9 %' s/a --json"#,
        JournalToolBench.tool, bench.directory,
      ])
    #expect(refused.code == 2)
    #expect(refused.messages.contains("word 2 of the command line is the path"), "\(refused)")
    #expect(try refused.lines().map { $0["exit_code"] } == [2])
    let around = try bench.shell(
      "cd \(bench.directory); \(refused.next) && journal-tool get ./link s/a")
    #expect(around.code == 0, "\(refused.next): \(around)")
    let name = try bench.run(
      ["/bin/bash", "-c", #""$0" get "$1" $'-\xff'"#, JournalToolBench.tool, store])
    #expect(name.code == 2 && name.messages.contains("type it where"), "\(name)")
    #expect(try bench.shell(name.next).code == 0)
  }

  @Test("Numbers beyond what they may be are a usage error")
  func numbers() throws {
    for words in [
      ["set", store, "s/a", "--if-version", "99999999999999999999"],
      ["set", store, "s/a", "--if-version", "-1"],
      ["set", store, "s/a", "--path", ""], ["set", store, "s/a", "--path", "a\\"],
      ["set", store, "s", "--path", "a", "1"], ["set", store, "s/a", "--path", "a"],
      ["compact", store, "-y", "--keep", "99999999999999999999d"],
      ["compact", store, "-y", "--keep", "9999999999999999d"],
      ["compact", store, "-y", "--keep", "1x"], ["compact", store, "-y", "--keep", "-1"],
      ["compact", store, "-y", "--keep", ""], ["snapshot", "prune", store, "-y", "--keep", "GiB"],
      ["label", store, "1"], ["label", store, "a/b"], ["label", store, ""],
      ["label", store, String(repeating: "x", count: 256)],
      ["label", store, "x", "not a moment"], ["completion", "tcsh"], ["completion"],
    ] {
      let outcome = try harmless(words, input: "{}")
      #expect(outcome.code == 2, "\(words): \(outcome.messages)")
      #expect(outcome.messages.contains("next: journal-tool help "))
    }
  }

  @Test(
    "A path with more parts than state has levels is one clear error, however long it is",
    arguments: [129, 30_000])
  func longPath(partCount: Int) throws {
    let path = Array(repeating: "p", count: partCount).joined(separator: ".")
    for options in [[], ["-n"]] {
      let outcome = try harmless(["set", store, "s/a", "--path", path, "1"] + options)
      #expect(outcome.code == 1, "\(outcome.messages.prefix(300))")
      #expect(outcome.messages.contains("the path has \(partCount) parts"))
      #expect(outcome.messages.utf8.count < 500)
    }
    #expect(try harmless(["get", store, "s/a", "--path", path]).code == 3)
  }

  @Test("A reason longer than 1 KiB is refused")
  func reason() throws {
    let text = String(repeating: "é", count: 513)
    let outcome = try harmless(["set", store, "s/a", "--reason", text], input: "{}")
    #expect(outcome.code == 1)
    #expect(outcome.messages.contains("1026 bytes"))
  }

  @Test(
    "A bad line of an import is named, and nothing is imported",
    arguments: [
      ("{\"source\":\"s\"}", "line 2", "stream"), ("{", "line 2", "column 2"),
      ("{\"source\":\"\",\"stream\":\"a\",\"value\":{}}", "line 2", "empty"),
      ("{\"source\":\"s\",\"stream\":\"a\",\"other\":\"a\",\"value\":{}}", "line 2", "name"),
      ("{\"source\":\"s\",\"stream\":\"a\",\"value\":1}", "line 2", "value"),
      ("{\"source\":\"s\",\"stream\":\"b\",\"value\":{}}", "line 2", "second value"),
      ("{\"type\":\"nonsense\"}", "line 2", "nonsense"),
      ("{\"type\":\"summary\",\"exit_code\":0,\"objects\":2}", "line 2", "2 objects, and 1 came"),
      ("{\"type\":\"summary\",\"exit_code\":1,\"objects\":1}", "line 2", "exit code 1"),
      (
        "{\"type\":\"summary\",\"exit_code\":130,\"objects\":1}", "line 2",
        "did not come to its end (exit code 130)"
      ),
      ("{\"type\":\"summary\",\"objects\":1}", "line 2", "no exit code"),
      (
        "{\"schema\":\"state-journal/export/2\",\"source\":\"s\",\"stream\":\"a\",\"value\":{}}",
        "line 2", "\"state-journal/export/2\", and this release reads \"state-journal/export/1\""
      ),
      ("{\"schema\":1,\"source\":\"s\",\"stream\":\"a\",\"value\":{}}", "line 2", "schema"),
    ])
  func imports(line: String, place: String, detail: String) throws {
    let input = "{\"source\":\"s\",\"stream\":\"b\",\"value\":{}}\n" + line
    let outcome = try harmless(["import", store, "-", "-y"], input: input)
    #expect(outcome.code == 1)
    #expect(
      outcome.messages.contains(place) && outcome.messages.contains(detail),
      "\(outcome.messages)")
  }

  @Test(
    "What cannot be read or is no store has an exit code of its own", arguments: ["set", "get"])
  func places(verb: String) throws {
    #expect(try run([verb, bench.directory + "/nothing", "s/a"], input: "{}").code == 3)
    #expect(try run([verb, bench.directory, "s/a"], input: "{}").code == 3)
    #expect(try run(["set", store, "s/a", bench.directory + "/no-file"]).code == 3)
    #expect(try run(["set", store, "s/a", bench.directory]).code == 1)
  }
}
