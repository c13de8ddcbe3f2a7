import Foundation
import StateJournal
import Testing

@testable import journal_tool

@Suite("journal-tool completes its command lines")
struct CompletionTests {
  private let bench: JournalToolBench

  init() throws { bench = try JournalToolBench() }

  private func words(_ typed: [String]) -> [String] {
    Completion(typed, among: Tool.verbs).candidates.map(\.word)
  }

  @Test("Every verb and every option is offered, with what it is")
  func everything() {
    for verb in Tool.verbs {
      let parts = verb.name.split(separator: " ").map(String.init)
      #expect(words(Array(parts.dropLast()) + [""]).contains(parts[parts.count - 1]))
      #expect(words(["help"] + parts.dropLast() + [""]).contains(parts[parts.count - 1]))
      let offered = Completion(parts + ["-"], among: Tool.verbs).candidates
      for option in verb.allOptions {
        #expect(offered.contains { $0.word == option.name && $0.help == option.help })
        if let short = option.short { #expect(offered.contains { $0.word == short }) }
      }
    }
    #expect(words(["-"]) == ["--help", "--version"])
    #expect(words(["help", "get", ""]) == [] && words(["nonsense", ""]) == [])
  }

  @Test("An option that takes one of a few words offers them, says them, and takes no other")
  func choices() throws {
    var seen: Set<String> = []
    for verb in Tool.verbs {
      let parts = verb.name.split(separator: " ").map(String.init)
      for option in verb.allOptions {
        guard let choices = option.choices else { continue }
        seen.insert(option.name)
        #expect(words(parts + ["DIR", option.name, ""]) == choices.words)
        #expect(
          words(parts + ["DIR", option.name + "="]) == choices.words.map { option.name + "=" + $0 })
        for word in choices.words { #expect(option.help.contains(word)) }
        #expect {
          try Arguments(["DIR", option.name, "xyzzy"], for: verb)
        } throws: { error in
          let message = (error as? ToolFailure)?.message ?? ""
          return message.hasPrefix("\(option.name) takes ")
            && choices.words.allSatisfy { message.contains($0) }
        }
      }
    }
    #expect(seen == ["--mode", "--by", "--type", "--color"])
    #expect(words(["repair", "DIR", "-m", "d"]) == ["drop-damaged"])
    #expect(words(["completion", ""]) == ["bash", "zsh", "fish"])
  }

  @Test("The values of other options are files where they name files, and nothing else")
  func files() {
    for typed in [
      ["status", ""], ["set", "DIR", "s/a", ""], ["map", "DIR", "--html", "m"],
      ["repair", "DIR", "-o", ""], ["backup", "DIR", ""], ["diff", "DIR", ""],
      ["map", "DIR", "--html=m"],
    ] { #expect(Completion(typed, among: Tool.verbs).takesFile, "\(typed)") }
    for typed in [
      ["dump", "DIR", "--limit", ""], ["set", "DIR", "--reason", ""], ["get", "DIR", ""],
      ["status", "DIR", ""], ["completion", ""], ["dump", "DIR", "--type", ""],
    ] { #expect(!Completion(typed, among: Tool.verbs).takesFile, "\(typed)") }
    // Behind --, a dash begins no option.
    #expect(words(["get", "--", "-"]).isEmpty)
  }

  @Test("Addresses, sources, streams, labels and bundles are those of the store")
  func store() throws {
    let storage = try JournalStateStorage.open(bench.store)
    for name in ["a", "b:c", "d e"] { try storage.update(.stream(name, of: "s"), to: [:]) }
    try storage.update(.others("k", of: "s 2"), to: [:])
    try storage.label("here")
    try storage.label("there")
    try storage.close()
    let store = bench.store
    #expect(
      words(["get", store, ""]) == ["s", "s/a", "s/b:c", "s/d%20e", "s%202", "s%202/others/k"])
    #expect(words(["clear", store, "s/a", "s/b"]) == ["s/b:c"])
    #expect(words(["get", "--pretty", "--at", "1", store, "s/a"]) == ["s/a"])
    #expect(words(["diff", store, "--only", "s%"]) == ["s%202", "s%202/others/k"])
    #expect(words(["replay", store, "--source", ""]) == ["s", "s%202"])
    #expect(words(["dump", store, "--source", "s", "--stream", ""]) == ["a", "b:c", "d%20e"])
    #expect(words(["replay", store, "--at", ""]) == ["here", "there", "now"])
    #expect(words(["diff", store, "t"]) == ["there"])
    #expect(words(["label", store, "--remove", "h"]) == ["here"])
    #expect(words(["set", store, "s/a", ""]).isEmpty)
    #expect(try bench.run("rewind", store, "--to", "2", "-y").code == 0)
    let bundles = words(["repair", store, "--undo", ""])
    #expect(bundles.count == 1 && bundles[0].hasPrefix("rewind-"), "\(bundles)")
    #expect(words(["get", bench.directory, ""]).isEmpty)
    #expect(words(["get", bench.directory + "/nothing", ""]).isEmpty)
  }

  @Test("A store that takes long to read is not read for it")
  func large() throws {
    try bench.fill(3)
    #expect(!words(["get", bench.store, ""]).isEmpty)
    try FileManager.default.createDirectory(
      atPath: bench.store + "/quarantine", withIntermediateDirectories: true)
    let name = bench.store + "/" + (try #require(try bench.names(".journal").first))
    let file = try #require(FileHandle(forWritingAtPath: name))
    try file.truncate(atOffset: 65 << 20)
    try file.close()
    #expect(words(["get", bench.store, ""]).isEmpty)
  }

  // MARK: Shells

  private func script(_ shell: String) throws -> String {
    let outcome = try bench.run("completion", shell)
    #expect(outcome.code == 0)
    let path = bench.directory + "/completion." + shell
    try outcome.output.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  private static func path(of shell: String) -> String? {
    ["/bin/", "/usr/bin/", "/usr/local/bin/"].map { $0 + shell }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  @Test(
    "The script is one that the shell accepts, where there is that shell",
    arguments: ["bash", "zsh", "fish"])
  func syntax(shell: String) throws {
    let script = try script(shell)
    guard let program = Self.path(of: shell) else { return }
    let outcome = try bench.run([program, "-n", script])
    #expect(outcome.code == 0, "\(outcome.messages)")
  }

  @Test(
    "bash gets verbs, options, values, files and what stores have, in place of what it replaces",
    arguments: [
      (["sna"], ["snapshot"]), (["snapshot", ""], ["list", "create", "verify", "prune"]),
      (["snapshot", "prune", "--k"], ["--keep"]), (["set", "--re"], ["--reason"]),
      (["get", "state f"], ["state file"]), (["completion", ""], ["bash", "zsh", "fish"]),
      (["help", "snapshot", "v"], ["verify"]), (["nonsense", "--"], []),
      (["repair", "x", "--mode", ""], ["tail", "drop-damaged", "salvage"]),
      // bash takes words apart at equals signs and colons, and puts in behind the last.
      (["repair", "x", "--mode", "=", "dr"], ["drop-damaged"]),
      (["repair", "x", "--mode", "="], ["tail", "drop-damaged", "salvage"]),
      (["map", "x", "--html", "=", "state f"], ["state file"]),
      (["get", "state", "o/a", ":", ""], ["1", "2"]), (["get", "state", "o/a", ":", "2"], ["2"]),
      (["get", "'my state'", "o/b"], ["o/b"]), (["get", "my\\ state", ""], ["o", "o/b"]),
      (["get", "~/state", "o/a"], ["o/a:1", "o/a:2"]),
    ] as [([String], [String])])
  func bash(words: [String], found: [String]) throws {
    let script = try script("bash")
    try Data().write(to: URL(fileURLWithPath: bench.directory + "/state file"))
    for (name, streams) in [("state", ["a:1", "a:2"]), ("my state", ["b"])] {
      let storage = try JournalStateStorage.open(bench.directory + "/" + name)
      for stream in streams { try storage.update(.stream(stream, of: "o"), to: [:]) }
      try storage.close()
    }
    try FileManager.default.createSymbolicLink(
      atPath: bench.directory + "/journal-tool", withDestinationPath: JournalToolBench.tool)
    let typed = (["~/journal-tool"] + words).map {
      "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
    let outcome = try bench.run([
      "/bin/bash", "-c",
      """
      cd '\(bench.directory)'; HOME='\(bench.directory)'; source '\(script)'
      COMP_WORDS=(\(typed.joined(separator: " "))); COMP_CWORD=\(words.count); _journal_tool
      printf '%s\\n' "${COMPREPLY[@]}"
      """,
    ])
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.split(separator: "\n").map(String.init) == found)
  }

  @Test("zsh and fish get the help with a word, and a colon that does not end the word")
  func described() throws {
    let status = try #require(Tool.verbs.first { $0.name == "status" }).summary
    #expect(try bench.run("completion", "zsh", "--", "stat").output.contains("status:\(status)\n"))
    #expect(
      try bench.run("completion", "fish", "--", "stat").output.contains("status\t\(status)\n"))
    let storage = try JournalStateStorage.open(bench.store)
    try storage.update(.stream("a:1", of: "s"), to: [:])
    try storage.close()
    #expect(
      try bench.run("completion", "zsh", "--", "get", bench.store, "s/").output == "s/a\\:1\n")
    #expect(
      try bench.run("completion", "fish", "--", "get", bench.store, "s/").output == "s/a:1\n")
    #expect(try bench.run("completion", "fish", "--", "get", "").output == "/\n")
  }

  @Test("As JSON, each word is a line, and the summary says whether a file may stand there")
  func json() throws {
    let lines = try bench.run("completion", "bash", "--json", "--", "diff", bench.store, "n")
      .lines()
    #expect(lines.map { $0["type"] } == ["candidate", "summary"])
    #expect(lines.first?["word"] == "now" && lines.last?["takes_file"] == true)
  }

  @Test("What is no shell is refused with the nearest that is one")
  func unknown() throws {
    let outcome = try bench.run("completion", "bsh")
    #expect(outcome.code == 2)
    #expect(outcome.messages.contains("did you mean bash?"))
  }
}
