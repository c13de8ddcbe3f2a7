import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing

@Suite("Every error of journal-tool names a next command that helps")
struct NextCommandTests {
  @Test("A store that is missing is made, by verbs that change state")
  func missingStore() throws {
    let bench = try JournalToolBench()
    let missing = bench.directory + "/none"
    let line = #"{"source":"a","stream":"b","value":{}}"#
    for (words, input) in [
      (["set", missing, "a/b", "-"], "{}"), (["import", missing, "-"], line),
    ] {
      let outcome = try bench.run([JournalToolBench.tool] + words, input: input)
      #expect(outcome.code == 3, "\(words)")
      #expect(outcome.next == "journal-tool init \(missing)", "\(words)")
    }
    #expect(try bench.run("get", missing, "a/b").next == "ls -la \(bench.directory)")
  }

  @Test("Where a directory cannot be made, the one above it is made first")
  func missingParent() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let place = bench.directory + "/no/where"
    for words in [
      ["init", place], ["backup", bench.store, place], ["restore", bench.store, place],
      ["restore", bench.store, place, "--at", "5"],
      ["replay", bench.store, "--into", place], ["rewind", bench.store, "--to", "5", "-o", place],
    ] {
      let outcome = try bench.run([JournalToolBench.tool] + words)
      #expect(outcome.code == 3, "\(words): \(outcome.messages)")
      #expect(
        outcome.next == "mkdir -p \(bench.directory)/no", "\(words): \(outcome.messages)")
    }
  }

  @Test("What stands in the wrong place, or is near nothing, is answered with what helps")
  func wrongPlaces() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    #expect(try bench.run("--verison").next == "journal-tool --version")
    let early = try bench.run("--json", "status", bench.store)
    #expect(early.code == 2)
    #expect(early.messages.contains("the verb stands before options such as --json\n"))
    #expect(!(try bench.run("verify", bench.store, "-x").messages.contains("did you mean")))
    // A directory that begins with a dash is named as the next command can take it.
    #expect(try bench.run("verify", "--", "-x").next == "ls -la .")
    #expect(try bench.run("diff", bench.store, "./none").next == "ls -la .")
  }

  @Test("JSON in the place of a file's name is shown the way in")
  func jsonForFile() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    for verb in ["set", "merge"] {
      let outcome = try bench.run(verb, bench.store, "orders/s0", "{\"n\": 1}")
      #expect(outcome.code == 3)
      #expect(
        outcome.next
          == "echo '{\"n\": 1}' | journal-tool \(verb) \(bench.store) orders/s0")
    }
  }

  @Test("A document that is no source is the input's fault, and not the store's")
  func badInput() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    for words in [
      ["import", bench.store, "-", "--source", "orders"], ["set", bench.store, "orders", "-"],
    ] {
      let outcome = try bench.run([JournalToolBench.tool] + words, input: "{\"other\":1}")
      #expect(outcome.code == 1)
      #expect(outcome.next == "journal-tool help \(words[0])", "\(outcome.messages)")
    }
  }

  @Test("A place that cannot be written is looked into where it is")
  func places() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let place = bench.directory + "/none"
    let map = try bench.run("map", bench.store, "--html", place + "/map.html")
    #expect(map.code == 3 && map.next == "mkdir -p \(place)", "\(map.messages)")
    let bundle = try bench.run("bundle", bench.store, "-o", place + "/b.tar")
    #expect(bundle.code == 3 && bundle.next == "mkdir -p \(place)", "\(bundle.messages)")
    let taken = bench.directory + "/taken"
    try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
    let onto = try bench.run("bundle", bench.store, "-o", taken)
    #expect(onto.code == 1 && onto.next.contains(taken), "\(onto.messages)")
    #expect(!FileManager.default.fileExists(atPath: taken + ".tmp"))
    let restored = try bench.run("restore", bench.store, bench.store)
    #expect(restored.code == 8)
    #expect(restored.next == "journal-tool status \(bench.store)")
  }

  @Test("A store in the way is told as such, and looked at where it is")
  func inTheWay() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let other = bench.directory + "/other"
    #expect(try bench.run("backup", bench.store, other).code == 0)
    for words in [["restore", other], ["restore", other, "--at", "5"]] {
      let outcome = try bench.run(
        [JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
      #expect(outcome.code == 8 && !outcome.messages.contains("incremental"), "\(outcome)")
      #expect(outcome.messages.contains("it holds a store already"), "\(outcome)")
      #expect(outcome.next == "journal-tool status \(other)")
    }
    for words in [["rewind", "--to", "5", "-o", other], ["replay", "--into", other]] {
      let outcome = try bench.run(
        [JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
      #expect(outcome.code == 8 && outcome.next == "ls -la \(other)", "\(outcome)")
    }
  }

  @Test("What stands in the wrong place is looked at where it is")
  func wrongKinds() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let (file, other) = (bench.directory + "/file", bench.directory + "/other")
    try Data().write(to: URL(fileURLWithPath: file))
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
    for (words, next) in [
      (["rewind", "--to", "5", "-o", file], "ls -la \(file)"),
      (["diff", other], "ls -la \(other)"),
      (["backup", file], "ls -la \(file)"),
    ] {
      let outcome = try bench.run(
        [JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
      #expect(outcome.next == next, "\(outcome)")
    }
    // A path that is relative names its file with a dot before it.
    let bundle = try bench.run([
      "/bin/sh", "-c", "cd \(bench.directory); exec \(JournalToolBench.tool) bundle state -o other",
    ])
    #expect(bundle.next == "ls -ld . other", "\(bundle)")
  }

  @Test("A bundle that is not there is told before anybody is asked, with those that are")
  func bundles() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let none = try bench.run("repair", bench.store, "--undo", "nothing", "-n")
    #expect(none.code == 3 && none.output.isEmpty, "\(none)")
    #expect(none.next == "journal-tool repair \(bench.store) -n")
    #expect(try bench.run("rewind", bench.store, "--to", "5", "-y").code == 0)
    let name = try #require(try JournalRescue(bench.store).bundles().first)
    let wrong = try bench.run("repair", bench.store, "--undo", "nothing", "-y")
    #expect(wrong.code == 3 && wrong.messages.contains("there is \(name)"), "\(wrong)")
    #expect(wrong.next == "ls \(bench.store)/quarantine")
    #expect(try bench.run("repair", bench.store, "--undo", "quarantine/" + name, "-y").code == 0)
  }

  @Test("A store that a job has is waited for, by verbs that can")
  func waiting() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let job = try JournalStateStorage.open(bench.store)
    for words in [
      ["set", "orders/s0", "--path", "n", "1"], ["clear", "orders/s0", "-y"],
      ["label", "here"], ["set", "--path", "n", "--", "orders/s0", "1"],
    ] {
      let command = [words[0], bench.store] + words.dropFirst()
      let outcome = try bench.run([JournalToolBench.tool] + command)
      #expect(outcome.code == 7, "\(outcome)")
      let end = command.firstIndex(of: "--") ?? command.endIndex
      let waiting = command[..<end] + ["--wait", "60"] + command[end...]
      #expect(outcome.next == "journal-tool " + waiting.joined(separator: " "))
    }
    // A time that was too short is replaced by a longer one.
    for wait in [["--wait", "0"], ["--wait=0"], ["--wait", "5", "--wait", "0"]] {
      let command = ["set", bench.store, "orders/s0", "--path", "n", "1"]
      let waited = try bench.run([JournalToolBench.tool] + command + wait)
      #expect(waited.code == 7)
      #expect(
        waited.next.hasPrefix("journal-tool \(command.joined(separator: " "))")
          && waited.next.hasSuffix(" --wait 60") && !waited.next.contains("--wait 0")
          && !waited.next.contains("=0"), "\(waited.next)")
    }
    #expect(try bench.run("rewind", bench.store, "--to", "5", "-y").next.contains("status"))
    try job.close()
  }

  @Test(
    "A path that is empty is named as such before anything is read",
    arguments: [
      (["map", "STORE", "--html", ""], "--html"), (["bundle", "STORE", "-o", ""], "--output"),
      (["backup", "STORE", ""], "DEST"), (["restore", "STORE", ""], "DEST"),
      (["replay", "STORE", "--into="], "--into"),
      (["rewind", "STORE", "--to", "1", "-o", ""], "--output"),
      (["repair", "STORE", "--undo", ""], "--undo"), (["verify-backup", "STORE", ""], "SOURCE"),
      (["status", ""], "DIR"), (["import", "STORE", ""], "FILE"), (["init", ""], "DIR"),
      (["set", "STORE", "orders/s0", ""], "file"), (["merge", "STORE", "orders/s0", ""], "FILE"),
    ])
  func emptyPath(words: [String], place: String) throws {
    let bench = try JournalToolBench()
    let outcome = try bench.run(
      [JournalToolBench.tool] + words.map { $0 == "STORE" ? bench.store : $0 })
    #expect(outcome.code == 2, "\(outcome)")
    #expect(outcome.messages.contains(place) && outcome.messages.contains("is empty"))
  }

  @Test("doctor sends a store to a directory of its own, and a newer one to its release")
  func doctor() throws {
    let bench = try JournalToolBench()
    try Data().write(to: URL(fileURLWithPath: bench.directory + "/notes.txt"))
    let crowded = try bench.run("doctor", bench.directory, "--no-write")
    #expect(crowded.output.contains("notes.txt") || crowded.output.contains("something else"))
    #expect(crowded.output.contains("mkdir \(bench.directory)/state && journal-tool init"))
    try bench.fill()
    try bench.makeNewer()
    #expect(try bench.run("doctor", bench.store, "--no-write").code == 9)
  }

  @Test("Help that cannot be written says why")
  func fullOutput() throws {
    let bench = try JournalToolBench()
    for word in ["--help", "--version"] {
      let outcome = try bench.run([
        "/bin/sh", "-c", "\"$1\" \(word) >/dev/full", "sh", JournalToolBench.tool,
      ])
      #expect(outcome.code == 10)
      #expect(outcome.messages.contains("No space left on device"))
    }
  }

  @Test("What verify advises for damage is done: a plan, and a backup restored elsewhere")
  func advice() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let copy = bench.directory + "/copy"
    #expect(try bench.run("backup", bench.store, copy).code == 0)
    let (file, range) = try bench.place(ofCommit: 27)
    try bench.change(file) { $0[range.upperBound - 1] ^= 1 }
    let verified = try bench.run("verify", bench.store)
    #expect(verified.output.contains("journal-tool repair \(bench.store) -n"))
    #expect(verified.output.contains("journal-tool restore BACKUP NEWDIR"))
    #expect(try bench.run("repair", bench.store, "-n").code == 0)
    #expect(try bench.run("restore", copy, bench.directory + "/new").code == 0)
  }

  @Test("A label that is unknown, a file for a directory, and what is no file are told as such")
  func mistakes() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let label = try bench.run("replay", bench.store, "--at", "nolabel")
    #expect(label.code == 3 && label.next == "journal-tool label \(bench.store)")
    let name = try #require(try bench.names(".journal").last)
    let file = try bench.run("status", bench.store + "/" + name)
    #expect(file.code == 1 && file.messages.contains("a store is a directory"))
    try bench.remove(name)
    unsafe mkfifo(bench.store + "/" + name, 0o600)
    let pipe = try bench.run("replay", bench.store)
    #expect(pipe.code == 1 && pipe.messages.contains("it is no regular file"))
  }

  @Test("A damaged watermark is written anew by the repair that verify advises")
  func watermark() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let state = try bench.run("replay", bench.store).output
    try bench.change("WATERMARK") { $0[20] ^= 1 }
    let verified = try bench.run("verify", bench.store)
    #expect(verified.code == 5)
    #expect(verified.output.contains("journal-tool repair \(bench.store) -n"))
    #expect(try bench.run("repair", bench.store, "-y").code == 0)
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    #expect(try bench.run("replay", bench.store).output == state)
  }
}
