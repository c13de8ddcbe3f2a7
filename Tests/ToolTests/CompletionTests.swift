import Foundation
import Testing

@testable import journal_tool

@Suite("Shells complete journal-tool")
struct CompletionTests {
  private let bench: JournalToolBench

  init() throws { bench = try JournalToolBench() }

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

  @Test("Every script knows every verb and every option", arguments: ["bash", "zsh", "fish"])
  func complete(shell: String) throws {
    let text = try String(contentsOfFile: script(shell), encoding: .utf8)
    for verb in Tool.verbs {
      for word in verb.name.split(separator: " ") { #expect(text.contains(word)) }
      for option in verb.allOptions {
        let name = shell == "fish" ? "-l " + option.name.dropFirst(2) : option.name
        #expect(text.contains(name), "\(verb.name) \(option.name)")
      }
    }
  }

  @Test(
    "bash completes verbs, second words, options, files and shells",
    arguments: [
      (["sna"], ["snapshot"]), (["snapshot", "cr"], ["create"]),
      (["snapshot", ""], ["list", "create", "verify", "prune"]),
      (["snapshot", "prune", "--k"], ["--keep"]), (["set", "--re"], ["--reason"]),
      (["get", "st"], ["state file"]), (["completion", ""], ["bash", "zsh", "fish"]),
      (["help", "snap"], ["snapshot"]), (["help", "snapshot", "v"], ["verify"]),
      (["help", "get", ""], []), (["nonsense", "--"], []), (["--vers"], ["--version"]),
    ] as [([String], [String])])
  func bash(words: [String], found: [String]) throws {
    let script = try script("bash")
    try Data().write(to: URL(fileURLWithPath: bench.directory + "/state file"))
    let quoted = (["journal-tool"] + words).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try bench.run([
      "/bin/bash", "-c",
      """
      cd '\(bench.directory)'; source '\(script)'
      COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count); _journal_tool
      printf '%s\\n' "${COMPREPLY[@]}"
      """,
    ])
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.split(separator: "\n").map(String.init) == found)
  }

  @Test("What is no shell is refused with the nearest that is one")
  func unknown() throws {
    let outcome = try bench.run("completion", "bsh")
    #expect(outcome.code == 2)
    #expect(outcome.messages.contains("did you mean bash?"))
  }
}
