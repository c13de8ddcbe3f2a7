import Foundation
import StateJournal
import Testing

@Suite("journal-tool edit commits what was saved, and loses no text")
struct EditVerbTests {
  private let bench: JournalToolBench
  private let store: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
    #expect(try bench.run("init", store).code == 0)
    #expect(try run("set", store, "s/a", "--path", "n", "1").code == 0)
  }

  private func run(_ arguments: String...) throws -> JournalToolBench.Outcome {
    try bench.run([JournalToolBench.tool] + arguments)
  }

  /// Edits with a shell script as the editor; its first argument is the file.
  private func edit(
    _ script: String, _ arguments: String...
  ) throws -> (outcome: JournalToolBench.Outcome, kept: String?) {
    let editor = bench.directory + "/editor"
    try ("#!/bin/sh\n" + script + "\n").write(toFile: editor, atomically: false, encoding: .utf8)
    let temporary = bench.directory + "/tmp"
    try FileManager.default.createDirectory(
      atPath: temporary, withIntermediateDirectories: true)
    let outcome = try bench.run(
      [
        "/usr/bin/env", "VISUAL=", "EDITOR=sh \(editor)", "TMPDIR=\(temporary)",
        JournalToolBench.tool, "edit", store,
      ] + arguments)
    let names = try FileManager.default.contentsOfDirectory(atPath: temporary)
    #expect(names.count <= 1)
    return (outcome, names.first.map { temporary + "/" + $0 })
  }

  @Test("What was saved is committed, and the file is gone; the file was private")
  func saves() throws {
    let (outcome, kept) = try edit(
      "ls -l \"$1\" | cut -c1-10 > \(bench.directory)/mode; sed -i s/1/2/ \"$1\"", "s/a")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.hasPrefix("committed"))
    #expect(kept == nil)
    #expect(try run("get", store, "s/a").output == "{\"n\":2}\n")
    #expect(
      try String(contentsOfFile: bench.directory + "/mode", encoding: .utf8) == "-rw-------\n")
    // A source, and something new in it.
    let source = try edit("echo '{\"streams\":{\"a\":{\"n\":2},\"b\":{}}}' > \"$1\"", "s")
    #expect(source.outcome.code == 0)
    #expect(try run("get", store, "s/b").output == "{}\n")
  }

  @Test("Saving without a change needs nobody to leave the store")
  func unchangedBesideWriter() throws {
    let storage = try JournalStateStorage.open(store)
    let (outcome, kept) = try edit("true", "s/a")
    #expect(outcome.code == 0 && outcome.output == "nothing to change\n", "\(outcome)")
    #expect(kept == nil)
    let changed = try edit("echo '{}' > \"$1\"", "s/a")
    #expect(changed.outcome.code == 7 && changed.kept != nil, "\(changed)")
    try storage.close()
  }

  @Test(
    "Beside a job, the next command commits the object that was kept once the job is done",
    arguments: ["s/a", "s/new it", "s/others/k"])
  func keptBesideWriter(address: String) throws {
    let storage = try JournalStateStorage.open(store)
    let next = try editBesideWriter("{\"n\":5}", address).next
    try storage.close()
    let set = try bench.shell(next)
    #expect(set.code == 0, "\(set.messages)")
    #expect(try run("get", store, address).output == "{\"n\":5}\n")
    #expect(try run("history", store, "s").output.contains("because: it's wrong"))
    // Made a second time, or after somebody else, it says so.
    #expect(try bench.shell(next).code == 7)
  }

  @Test(
    "Beside a job, the next command does not take back what the job has committed meanwhile",
    arguments: [
      ("s/a", StateAddress.stream("a", of: "s")), ("s/new", .stream("new", of: "s")),
      ("s/others/k", .others("k", of: "s")),
    ])
  func writerWins(address: String, changed: StateAddress) throws {
    let storage = try JournalStateStorage.open(store)
    let next = try editBesideWriter("{\"n\":5}", address).next
    try storage.update(changed, to: ["n": 77])
    try storage.close()
    #expect(try bench.shell(next).code == 7)
    #expect(try run("get", store, address).output == "{\"n\":77}\n")
  }

  @Test("Beside a job, the next command for a source shows what changed, and changes nothing")
  func sourceBesideWriter() throws {
    let storage = try JournalStateStorage.open(store)
    let text = "{\"others\":{},\"streams\":{\"a\":{\"n\":5}}}"
    let (next, kept) = try editBesideWriter(text, "s")
    let nothing = try bench.shell(next)
    #expect(nothing.code == 0 && nothing.messages.contains("nothing differs"), "\(nothing)")
    try storage.update(.stream("a", of: "s"), to: ["n": 77])
    try storage.update(.stream("b", of: "s"), to: ["n": 1])
    try storage.update(.stream("c", of: "elsewhere"), to: ["n": 1])
    let shown = try bench.shell(next)
    #expect(shown.code == 0, "\(shown)")
    for name in ["s/a", "77", "s/b"] { #expect(shown.output.contains(name), "\(shown)") }
    #expect(!shown.output.contains("elsewhere"), "\(shown)")
    try storage.close()
    #expect(try run("get", store, "s/a").output == "{\"n\":77}\n")
    #expect(try String(contentsOfFile: kept, encoding: .utf8) == text + "\n")
  }

  /// Edits while a job has the store; what the failure names next, and where the text is.
  private func editBesideWriter(
    _ text: String, _ address: String
  ) throws -> (next: String, kept: String) {
    let (outcome, kept) = try edit(
      "echo '\(text)' > \"$1\"", address, "--reason", "it's wrong", "--wait", "0")
    #expect(outcome.code == 7)
    let path = try #require(kept)
    #expect(outcome.messages.contains("your text is in \(path)"), "\(outcome)")
    return (outcome.next, path)
  }

  @Test("Saving without a change commits nothing")
  func unchanged() throws {
    let before = try bench.image()
    let (outcome, kept) = try edit("true", "s/a")
    #expect(outcome.code == 0)
    #expect(outcome.output == "nothing to change\n")
    #expect(kept == nil)
    #expect(
      try bench.image().filter { $0.key.hasSuffix(".journal") }
        == before.filter { $0.key.hasSuffix(".journal") })
  }

  @Test(
    "An editor that wrote nothing is named, leaves no file, and the next command is the edit again",
    arguments: [
      ("no-such-editor --wait", "cannot be run"), ("/dev/null", "cannot be run"),
      ("false", "failed with exit code 1"),
    ])
  func noEditor(editor: String, reason: String) throws {
    let temporary = bench.directory + "/tmp"
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    let outcome = try bench.run([
      "/usr/bin/env", "VISUAL=", "EDITOR=\(editor)", "TMPDIR=\(temporary)", JournalToolBench.tool,
      "edit", store, "s/a",
    ])
    #expect(outcome.code == 1)
    #expect(outcome.messages.contains("the editor (\(editor)) \(reason)"))
    #expect(outcome.messages.contains("next: EDITOR=nano journal-tool edit \(store) s/a"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
  }

  @Test(
    "Text that cannot be committed is kept, and the message says where",
    arguments: [
      ("echo '{\"n\": 2,}' > \"$1\"", Int32(1), "line 1, column 9"),
      ("echo '[1]' > \"$1\"", 1, "object"),
      ("echo '{\"n\":3}' > \"$1\"; exit 3", 1, "failed with exit code 3"),
      ("echo '{\"n\":3}' > \"$1\"; kill -9 $$", 1, "failed with"),
      ("echo '{\"n\":3}' > \"$1\"; TOOL set STORE s/a --path n 7", 7, "changed while"),
      ("echo '{\"n\":3}' > \"$1\"; TOOL clear STORE s/a -y", 7, "changed while"),
      // The same value again is another version: somebody was here.
      ("echo '{\"n\":3}' > \"$1\"; TOOL set STORE s/a --path n 1", 7, "changed while"),
    ])
  func kept(script: String, code: Int32, detail: String) throws {
    let script =
      script.replacingOccurrences(of: "TOOL", with: JournalToolBench.tool)
      .replacingOccurrences(of: "STORE", with: store)
    let (outcome, kept) = try edit(script, "s/a")
    #expect(outcome.code == code)
    #expect(outcome.messages.contains(detail), "\(outcome.messages)")
    let path = try #require(kept)
    #expect(outcome.messages.contains("your text is in \(path)"))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("{\"n\"") || text.hasPrefix("["))
    #expect(try run("get", store, "s/a", "--path", "n").output != "3\n")
  }
}
