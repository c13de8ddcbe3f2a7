import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing

@testable import journal_tool

@Suite("What journal-tool prints")
struct JournalToolOutputTests {
  @Test(
    "JSON output is an object on each line, each with its schema, and ends with a summary",
    arguments: ["status", "verify", "dump", "replay", "compact"], [true, false])
  func json(verb: String, isSound: Bool) throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [9])
    if !isSound {
      let (file, range) = try bench.place(ofCommit: 20)
      try bench.change(file) { $0[range.lowerBound + 20] ^= 1 }
    }
    let outcome = try bench.run(
      [JournalToolBench.tool, verb, bench.store, "--json", "-q"]
        + (verb == "compact" ? ["-y"] : []))
    let lines = try outcome.lines()
    #expect(lines.allSatisfy { $0["schema"] == .string("state-journal/\(verb)/1") })
    #expect(lines.map { $0["type"] == "summary" }.firstIndex(of: true) == lines.count - 1)
    #expect(lines.last?["exit_code"] == .int(Int64(outcome.code)))
    #expect(outcome.code == (isSound ? 0 : 5))
  }

  @Test("The replayed state is JSON, and each commit has its own")
  func replay() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    try storage.update(.stream("a", of: "one"), to: ["n": 1])
    try storage.update(.others("x\u{1B}[2J", of: "one"), to: ["n": 2.5])
    try storage.update(.others("only", of: "two"), to: [:])
    try storage.update(.stream("b", of: "three/é"), to: ["deep": ["a": [nil, true]]])
    try storage.close()
    let outcome = try bench.run("replay", bench.store)
    let expected: StateValue = [
      "one": ["streams": ["a": ["n": 1]], "others": ["x\u{1B}[2J": ["n": 2.5]]],
      "three/é": ["streams": ["b": ["deep": ["a": [nil, true]]]], "others": [:]],
      "two": ["streams": [:], "others": ["only": [:]]],
    ]
    #expect(try StateValue(json: outcome.output) == expected)
    #expect(!outcome.output.contains("\u{1B}"))
    // Commit 1 introduces the session.
    #expect(
      try StateValue(json: bench.run("replay", bench.store, "--at", "2").output)
        == ["one": ["streams": ["a": ["n": 1]], "others": [:]]])
    #expect(
      try StateValue(json: bench.run("replay", bench.store, "--source", "two").output)
        == ["two": ["streams": [:], "others": ["only": [:]]]])
    #expect(try bench.run("replay", bench.store, "--at", "0").output == "{}\n")
  }

  @Test("What other software wrote is shown in hexadecimal")
  func foreignEntries() throws {
    let bench = try JournalToolBench()
    try bench.fill(3)
    let journal = try Journal.open(bench.store, in: POSIXFileSystem())
    try journal.commit { record in
      RecordChange.appendPut(key: [0xAB, 0x01].span, value: [0xCD].span, to: &record)
      return true
    }
    try journal.close()
    let state = try StateValue(json: bench.run("replay", bench.store).output)
    guard case .object(let sources) = state else {
      Issue.record("no object")
      return
    }
    #expect(sources[""] == ["ab01": "cd"])
    #expect(sources["orders"] != nil)
    #expect(try bench.run("dump", bench.store).output.contains("0xab01 = 0xcd"))
    #expect(
      try bench.run("replay", bench.store, "--json").lines().contains {
        $0["key_hex"] == "ab01" && $0["value_hex"] == "cd"
      })
  }

  @Test("A dump shows what was asked for")
  func dump() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    try storage.apply([.removeSource("orders")])
    try storage.update(
      .stream("s1", of: "other"), to: ["text": .string(String(repeating: "x", count: 500))])
    try storage.close()
    func numbers(_ arguments: String...) throws -> [StateValue?] {
      try bench.run([JournalToolBench.tool, "dump", bench.store, "--json"] + arguments).lines()
        .filter { $0["type"] == "record" }.map { $0["lsn"] }
    }
    #expect(try numbers("--from", "5", "--to=8") == [5, 6, 7, 8])
    #expect(try numbers("--source", "other") == [35])
    #expect(try numbers("--source", "orders", "--stream", "s3") == [5, 15, 25, 34])
    let text = try bench.run("dump", bench.store, "--from", "34").output
    #expect(text.contains("orders/* removed"))
    #expect(text.contains("… ("))
    #expect(
      try bench.run("dump", bench.store, "--full").output.contains(
        String(repeating: "x", count: 500)))
    let last = try bench.run("dump", bench.store, "--from", "35", "--json").lines()
    #expect(last.first?["session"] == 2)
    guard case .string(let time)? = last.first?["time"] else {
      Issue.record("no time")
      return
    }
    #expect(time.hasSuffix("Z") && time.utf8.count == 24)
  }

  @Test("Colours appear where they were asked for, and nowhere else")
  func colour() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    #expect(try !bench.run("status", bench.store).output.contains("\u{1B}"))
    #expect(try bench.run("status", bench.store, "--color=always").output.contains("\u{1B}"))
    #expect(try !bench.run("status", bench.store, "--color", "never").output.contains("\u{1B}"))
    #expect(try bench.run("status", bench.store, "--color", "green").code == 2)
  }

  @Test(
    "The help of each verb fits on a screen with the prompt below, and has two examples",
    arguments: Tool.verbs.map(\.name))
  func help(verb: String) throws {
    let bench = try JournalToolBench()
    let outcome = try bench.run(verb, "--help")
    #expect(outcome.code == 0)
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 24, "\(lines.count) lines")
    for line in lines { #expect(line.count <= 80, "\(line)") }
    #expect(lines.filter { $0.hasPrefix("  ") && $0.contains("journal-tool \(verb)") }.count == 2)
    #expect(try bench.run("help", verb).output == outcome.output)
  }

  @Test(
    "Wrong words are 2, with the nearest right one and the help that tells more",
    arguments: [
      (["vrify", "x"], "did you mean verify?"), (["statsu", "x"], "did you mean status?"),
      (["verify", "--strct", "x"], "did you mean --strict?"),
      (["dump", "--form", "3", "x"], "did you mean --from?"),
      (["compact", "--dryrun", "x"], "did you mean --dry-run?"),
      (["dump", "x", "--from"], "--from needs a value"),
      (["dump", "x", "--from", "1x"], "\"1x\""),
      (["dump", "x", "--stream", "s"], "--source"),
      (["dump", "x", "--from=9", "--to=8"], "behind"),
      (["verify"], "directory"), (["verify", "x", "y"], "one directory"),
      (["verify", "x", "--strict=yes"], "no value"), (["frobnicate"], "no verb"),
    ])
  func usage(arguments: [String], hint: String) throws {
    let outcome = try JournalToolBench().run([JournalToolBench.tool] + arguments)
    #expect(outcome.code == 2)
    #expect(outcome.messages.contains(hint), "\(outcome.messages)")
    #expect(outcome.messages.contains("next: journal-tool"))
    #expect(outcome.output.isEmpty)
  }

  @Test("Nothing at all prints the overview as an error, and --help as an answer")
  func overview() throws {
    let bench = try JournalToolBench()
    let nothing = try bench.run()
    #expect(nothing.code == 2 && nothing.output.isEmpty)
    let help = try bench.run("--help")
    #expect(help.code == 0 && help.output == nothing.messages)
    for verb in Tool.verbs { #expect(help.output.contains("  \(verb.name)")) }
    #expect(try bench.run("--version").output.hasPrefix("journal-tool "))
  }

  @Test(
    "A full disk behind standard output is 10",
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")))
  func fullOutput() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let outcome = try bench.run([
      "/bin/sh", "-c", "exec \"$0\" dump \"$1\" > /dev/full", JournalToolBench.tool, bench.store,
    ])
    #expect(outcome.code == 10)
    #expect(outcome.messages.contains("standard output"))
  }

  @Test("Every reason has its exit code")
  func exitCodes() {
    let failure = IOFailure(.write, path: "x", code: 28)
    let table: [(JournalError.Reason, ExitCode)] = [
      (.io(failure), .failed), (.outOfSpace(failure), .diskFull), (.poisoned(failure), .failed),
      (.damage(.gap), .damaged), (.locked(nil), .locked), (.newerFormat(version: 2), .newerFormat),
      (.notFound, .notFound), (.notAStore, .notFound), (.unreachable, .notFound),
      (.tooLarge, .failed), (.closed, .failed), (.unsettled, .failed),
    ]
    for (reason, code) in table {
      #expect(ExitCode(JournalError(reason, file: "x")) == code)
    }
  }

  @Test("Numbers are written for people")
  func units() {
    #expect(Units.bytes(1023) == "1023 B")
    #expect(Units.bytes(1024) == "1.0 KiB")
    #expect(Units.bytes(1_048_575) == "1023.9 KiB")
    #expect(Units.bytes(.max) == "8388607.9 TiB")
    #expect(Units.count(1_234_567) == "1,234,567")
    #expect(Units.count(-1234) == "-1,234")
    #expect(Units.count(999) == "999")
    #expect(Units.time(nanoseconds: 1_700_000_000_123_456_789) == "2023-11-14T22:13:20.123Z")
    #expect(Units.time(nanoseconds: -1) == "1969-12-31T23:59:59.999Z")
    #expect(Units.time(nanoseconds: .min) == "1677-09-21T00:12:43.145Z")
    #expect(Units.time(nanoseconds: .max) == "2262-04-11T23:47:16.854Z")
    #expect(Shell.quoted("a b'c") == #"'a b'\''c'"#)
    #expect(Printable.text("a\u{1B}[1m\u{202E}b") == #"a\u{1b}[1m\u{202e}b"#)
  }
}
