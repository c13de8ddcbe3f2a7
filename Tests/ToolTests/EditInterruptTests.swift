import Foundation
import StateJournal
import Testing

@Suite(
  "Ctrl-C during journal-tool edit is the editor's, and loses no text and leaves none unnamed",
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/setsid")))
struct EditInterruptTests {
  private let bench: JournalToolBench
  private let store: String
  private let temporary: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    temporary = bench.directory + "/tmp"
    #expect(try bench.run("init", store).code == 0)
    #expect(try bench.run("set", store, "s/a", "--path", "n", "1").code == 0)
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
  }

  /// The command line of an edit in a group of processes of its own, as a shell starts one at a terminal.
  /// The editor is a shell script; its first argument is the file.
  private func commandLine(_ script: String, _ arguments: [String]) throws -> [String] {
    let editor = bench.directory + "/editor"
    try ("#!/bin/sh\n" + script + "\n").write(toFile: editor, atomically: false, encoding: .utf8)
    return [
      "/usr/bin/setsid", "--wait", "/usr/bin/env", "VISUAL=", "EDITOR=sh \(editor)",
      "TMPDIR=\(temporary)", JournalToolBench.tool, "edit", store,
    ] + arguments
  }

  private func drafts() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: temporary).map { temporary + "/" + $0 }
  }

  @Test("An editor that goes on after Ctrl-C commits what is saved thereafter")
  func goesOn() throws {
    let outcome = try bench.run(
      commandLine("trap '' INT; kill -INT 0; echo '{\"n\":3}' > \"$1\"", ["s/a"]))
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try bench.run("get", store, "s/a").output == "{\"n\":3}\n")
    #expect(try drafts().isEmpty)
  }

  @Test("An editor that ends by Ctrl-C without a change leaves nothing: 130")
  func unchanged() throws {
    let outcome = try bench.run(commandLine("kill -INT 0; sleep 60", ["s/a"]))
    #expect(outcome.code == 130, "\(outcome)")
    #expect(outcome.messages.contains("interrupted; nothing was committed\n"), "\(outcome)")
    #expect(outcome.next.hasPrefix("journal-tool edit "))
    #expect(try drafts().isEmpty)
  }

  @Test("What was saved before is named, with the command that commits it")
  func saved() throws {
    let outcome = try bench.run(
      commandLine("echo '{\"n\":3}' > \"$1\"; kill -INT 0; sleep 60", ["s/a"]))
    #expect(outcome.code == 130, "\(outcome)")
    let draft = try #require(try drafts().first)
    #expect(
      outcome.messages.contains("interrupted; nothing was committed; your text is in \(draft)\n"))
    #expect(try bench.run("get", store, "s/a").output == "{\"n\":1}\n")
    #expect(try bench.shell(outcome.next).code == 0, "\(outcome.next)")
    #expect(try bench.run("get", store, "s/a").output == "{\"n\":3}\n")
  }

  @Test("Ctrl-C while what was saved waits for a job names it as well")
  func waiting() throws {
    let storage = try JournalStateStorage.open(store)
    let words = try commandLine("echo '{\"n\":3}' > \"$1\"", ["s/a", "--wait", "600"])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[2])
    process.arguments = Array(words.dropFirst(3))
    let messages = Pipe()
    process.standardError = messages
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var told = Data()
    while !told.contains(UInt8(ascii: "\n")),
      let more = try messages.fileHandleForReading.read(upToCount: 1)
    {
      told += more
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    let rest = try messages.fileHandleForReading.readToEnd() ?? Data()
    let outcome = JournalToolBench.Outcome(
      code: 130, output: "", messages: String(decoding: rest, as: UTF8.self))
    let draft = try #require(try drafts().first)
    #expect(
      outcome.messages.contains("interrupted; nothing was committed; your text is in \(draft)\n"),
      "\(outcome)")
    try storage.close()
    #expect(try bench.shell(outcome.next).code == 0, "\(outcome.next)")
    #expect(try bench.run("get", store, "s/a").output == "{\"n\":3}\n")
  }
}
