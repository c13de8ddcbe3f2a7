import Foundation
import StateJournal
import Testing

@Suite("The next command works as it is written, whatever stands in a place")
struct NextCommandPlaceTests {
  private let bench: JournalToolBench
  private let tool = JournalToolBench.tool

  init() throws { bench = try JournalToolBench() }

  @Test(
    "doctor names the files that others can read, each of them and no other",
    arguments: [["LOCK"], ["LOCK", ".journal"], [".journal"]])
  func openFiles(suffixes: [String]) throws {
    try bench.fill()
    let wrong = try suffixes.flatMap { try bench.names($0) }.sorted()
    for name in wrong { try setMode(0o644, name) }
    func advice() throws -> String? {
      try bench.run("doctor", bench.store, "--no-write", "--json").lines()
        .first { $0["name"] == "files" }?["advice"]?.string
    }
    let command = try #require(try advice())
    #expect(
      command == "chmod 600 " + wrong.map { "\(bench.store)/\($0)" }.joined(separator: " "))
    let outcome = try bench.shell(command)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try advice() == nil)
  }

  private func setMode(_ mode: Int, _ name: String) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: bench.store + "/" + name)
  }

  @Test(
    "What set sends to init, init makes a store of",
    arguments: [
      ["LOCK"], ["LOCK", "00000000000000000001.journal.tmp"],
      ["00000000000000000000-00000000000000000009.snapshot.tmp"], [],
    ])
  func interruptedCreation(names: [String]) throws {
    _ = try bench.makeDirectory("state")
    for name in names { try Data().write(to: URL(fileURLWithPath: "\(bench.store)/\(name)")) }
    let set = try bench.run([tool, "set", bench.store, "s/a"], input: "{}")
    #expect(set.code == 3 || set.code == 1, "\(set)")
    #expect(set.next == "journal-tool init \(bench.store)", "\(set)")
    let made = try bench.shell(set.next)
    #expect(made.code == 0, "\(made)")
    #expect(try bench.run([tool, "set", bench.store, "s/a"], input: "{}").code == 0)
  }

  @Test(
    "What init refuses, set does not send to it",
    arguments: ["quarantine", "notes.txt", "notes.tmp"])
  func otherFiles(name: String) throws {
    let place = try bench.makeDirectory("state")
    if name == "quarantine" {
      try FileManager.default.createDirectory(
        atPath: place + "/quarantine", withIntermediateDirectories: false)
    } else {
      try Data().write(to: URL(fileURLWithPath: "\(place)/\(name)"))
    }
    let set = try bench.run([tool, "set", place, "s/a"], input: "{}")
    #expect(set.next == "journal-tool doctor \(place)", "\(set)")
    #expect(try bench.run("init", place).code == 8)
  }

  @Test("A store below directories that are missing is begun by the commands that are named")
  func missingDirectories() throws {
    let place = bench.directory + "/nonexist/deep/er"
    var set = try bench.run([tool, "set", place, "s/a"], input: "{}")
    #expect(set.code == 3 && set.next == "mkdir -p \(bench.directory)/nonexist/deep", "\(set)")
    #expect(try bench.shell(set.next).code == 0)
    set = try bench.run([tool, "set", place, "s/a"], input: "{}")
    #expect(set.next == "journal-tool init \(place)", "\(set)")
    #expect(try bench.shell(set.next).code == 0)
    #expect(try bench.run([tool, "set", place, "s/a"], input: "{}").code == 0)
  }

  @Test("A link that leads nowhere is shown, and nothing is to be made in its place")
  func brokenLink() throws {
    let link = bench.directory + "/dangling"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere/at/all")
    for words in [
      ["set", link, "s/a"], ["set", link + "/x/y", "s/a"], ["init", link], ["doctor", link],
      ["doctor", link + "/x"], ["import", link], ["init", link + "/x"],
    ] {
      let input = words[0] == "set" ? "{}" : #"{"source":"a","stream":"b","value":{}}"#
      let outcome = try bench.run([tool] + words, input: input)
      #expect(outcome.code == 3 && outcome.next == "ls -ld \(link)", "\(words): \(outcome)")
      #expect(try bench.shell(outcome.next).code == 0)
    }
  }

  @Test("Damaged snapshots are looked into by the command that is named")
  func damagedSnapshot() throws {
    try bench.fill(12, compactingAt: [5])
    let name = try #require(try bench.names(".snapshot").first)
    try bench.change(name) { $0[100] ^= 1 }
    let verify = try bench.run("snapshot", "verify", bench.store)
    #expect(verify.code == 5 && verify.next == "journal-tool verify \(bench.store)", "\(verify)")
    #expect(try bench.shell(verify.next).code == 5)
  }

  @Test("A path through what is no directory, or in a circle, is looked at where it ends")
  func brokenPaths() throws {
    try bench.fill(3)
    let loop = bench.directory + "/loop"
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: "loop")
    let file = bench.directory + "/file"
    try Data().write(to: URL(fileURLWithPath: file))
    for (path, place) in [
      ("/dev/null/x", "/dev/null"), (file + "/deep/er", file), (loop, bench.directory),
      (loop + "/x", bench.directory),
    ] {
      for words in [
        ["status", path], ["get", path, "a/b"], ["verify", path],
        ["set", bench.store, "s/a", path], ["map", bench.store, "--html", path + "/page.html"],
      ] {
        let outcome = try bench.run([tool] + words)
        #expect(outcome.code != 0, "\(words)")
        #expect(
          outcome.next.hasPrefix("ls -l") && outcome.next.hasSuffix(" \(place)"),
          "\(words): \(outcome)")
        #expect(try bench.shell(outcome.next).code == 0, "\(words): \(outcome.next)")
      }
    }
  }

  @Test(
    "Beside a job, a text from standard input is asked for again, as it was read",
    arguments: [
      ["set", "DIR", "s/a", "-"], ["set", "DIR", "s/a"], ["merge", "DIR", "s/a", "-"],
      ["import", "DIR", "-", "--reason", "-"], ["set", "DIR", "s/a", "--json", "-"],
    ])
  func usedUpInput(words: [String]) throws {
    try bench.fill(3)
    let words = words.map { $0 == "DIR" ? bench.store : $0 }
    let job = try JournalStateStorage.open(bench.store)
    let input = words[0] == "import" ? #"{"source":"a","stream":"b","value":{}}"# : "{}"
    let outcome = try bench.run([tool] + words, input: input)
    #expect(outcome.code == 7, "\(outcome)")
    #expect(outcome.messages.contains("give what was read from standard input again"))
    var expected = words
    if let dash = words.firstIndex(of: "-") { expected.remove(at: dash) }
    let command = ["journal-tool"] + expected + ["--wait", "60"]
    #expect(outcome.next == command.joined(separator: " "))
    // A file can be read again.
    let file = bench.directory + "/file"
    try Data("{}".utf8).write(to: URL(fileURLWithPath: file))
    let again = try bench.run("set", bench.store, "s/a", file)
    #expect(again.next == "journal-tool set \(bench.store) s/a \(file) --wait 60")
    #expect(!again.messages.contains("standard input"))
    try job.close()
  }

  @Test("A mistyped choice of colours is shown the nearest one")
  func colors() throws {
    for (typed, meant) in [("nevr", "never"), ("alwais", "always"), ("atuo", "auto")] {
      let outcome = try bench.run("status", bench.store, "--color", typed)
      #expect(outcome.code == 2)
      #expect(
        outcome.messages.contains(
          "--color takes auto, always or never, not \"\(typed)\"; did you mean \(meant)?"),
        "\(outcome)")
    }
  }
}
