import Foundation
import StateJournal
import Testing

@Suite("What somebody tries who has not used journal-tool before")
struct NewcomerTests {
  @Test(
    "A number that is none is refused before anything is read, asked or opened",
    arguments: [
      ["set", "orders/x", "--if-version", "x"], ["merge", "orders/x", "--wait", "soon"],
      ["import", "--wait", "-1"], ["edit", "orders/s0", "--wait", "x"],
      ["revert", "--to", "5", "--wait", "x"], ["clear", "orders", "--wait", "86401"],
    ])
  func numbers(words: [String]) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let outcome = try bench.run(
      ["/usr/bin/env", "EDITOR=touch \(bench.directory)/edited;:", JournalToolBench.tool, words[0]]
        + [bench.store] + words.dropFirst())
    #expect(outcome.code == 2 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.messages.contains("takes a number from 0"), "\(outcome.messages)")
    #expect(!FileManager.default.fileExists(atPath: bench.directory + "/edited"))
  }

  @Test(
    "Started without outputs, it has no file of a store in their place, which messages would go into",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
  func closedOutputs() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let (editor, found) = (bench.directory + "/editor", bench.directory + "/found")
    try "#!/bin/sh\nfor n in 0 1 2; do readlink /proc/$$/fd/$n; done > \(found)\n".write(
      toFile: editor, atomically: false, encoding: .utf8)
    let command = "\(JournalToolBench.tool) edit \(bench.store) orders/s0 <&- >&- 2>&-"
    let outcome = try bench.run(
      ["/usr/bin/env", "EDITOR=sh \(editor)", "/bin/sh", "-c", command])
    #expect(outcome.code == 1)
    // Standard output is the file that the editor writes to by then.
    let targets = try String(contentsOfFile: found, encoding: .utf8).split(separator: "\n")
    #expect(targets.first == "/dev/null" && targets.last == "/dev/null", "\(targets)")
  }

  @Test("How far the files reach back is a commit whose state is there")
  func reach() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    #expect(try bench.run("rewind", bench.store, "--to", "5", "-y").code == 0)
    let refused = try bench.run("replay", bench.store, "--at", "3")
    #expect(refused.code == 3, "\(refused)")
    let words = refused.messages.prefix { $0 != "\n" }.split(separator: " ")
    let first = try #require(words.last.flatMap { Int($0) }, "\(refused)")
    #expect(try bench.run("replay", bench.store, "--at", "\(first)").code == 0, "\(refused)")
    #expect(try bench.run("replay", bench.store, "--at", "\(first - 1)").code == 3, "\(refused)")
  }

  @Test("What diff compares does not depend on where one stands", arguments: ["5", "lab"])
  func momentOrDirectory(word: String) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    #expect(try bench.run("label", bench.store, "lab", "5").code == 0)
    func diff(_ words: String) throws -> JournalToolBench.Outcome {
      try bench.run([
        "/bin/sh", "-c", "cd \(bench.directory); \(JournalToolBench.tool) diff state \(words)",
      ])
    }
    let alone = try diff(word)
    #expect(alone.code == 0 && !alone.messages.contains("warning"), "\(alone)")
    #expect(try bench.run("init", "\(bench.directory)/\(word)").code == 0)
    let beside = try diff(word)
    #expect(beside.output == alone.output && beside.messages.contains("./\(word)"), "\(beside)")
    #expect(try diff("./\(word)").messages.contains("commit 0"))
    #expect(try bench.run("init", "\(bench.directory)/other").code == 0)
    #expect(try diff("other").output == diff("./other").output)
  }

  @Test("No store is made inside of another, also through a link")
  func storeInStore() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let link = bench.directory + "/link"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: bench.store + "/inner")
    for place in [bench.store + "/inner", bench.store + "/./inner", link] {
      for options in [[], ["-n"]] {
        let outcome = try bench.run([JournalToolBench.tool, "init", place] + options)
        #expect(outcome.code == 8, "\(outcome)")
        #expect(outcome.messages.contains("next: journal-tool status "), "\(outcome)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: bench.store + "/inner"))
    #expect(try bench.run("init", bench.directory + "/beside").code == 0)
  }

  @Test("Help is given to whoever asks for help of help")
  func helpOfHelp() throws {
    let bench = try JournalToolBench()
    let help = try bench.run("help")
    for words in [["help", "--help"], ["help", "-h"], ["--help", "--help"], ["help", "help"]] {
      let outcome = try bench.run([JournalToolBench.tool] + words)
      #expect(outcome.code == 0 && outcome.output == help.output, "\(words)")
    }
  }

  @Test("Without an output to speak to, it says whether what was asked for is done")
  func unheard() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    func run(_ words: String) throws -> JournalToolBench.Outcome {
      try bench.run(["/bin/sh", "-c", "\(JournalToolBench.tool) \(words) >&-"])
    }
    let set = try run("set \(bench.store) orders/new --path n 1")
    #expect(set.code == 1 && set.messages.contains("what was asked for is done"))
    // Also where what is done lies elsewhere: to run it again would only be refused.
    let place = bench.directory
    for (words, made) in [
      ("backup \(bench.store) \(place)/backup", "backup"),
      ("restore \(bench.store) \(place)/restored", "restored"),
      ("restore \(bench.store) \(place)/earlier --at 5", "earlier"),
      ("replay \(bench.store) --into \(place)/replayed", "replayed"),
      ("rewind \(bench.store) --to 5 -o \(place)/rewound", "rewound"),
      ("bundle \(bench.store) -o \(place)/report.tar", "report.tar"),
      ("map \(bench.store) --html \(place)/map.html", "map.html"),
    ] {
      for (redirection, code) in [(">&-", Int32(1)), (">/dev/full", 10)] {
        let outcome = try bench.run([
          "/bin/sh", "-c",
          "\(JournalToolBench.tool) \(words)\(made == "map.html" ? "" : " --json") \(redirection)",
        ])
        if made == "map.html" {
          // A page has no words about it that could fail.
          #expect(outcome.code == 0 && outcome.messages.isEmpty, "\(words): \(outcome)")
        } else {
          #expect(outcome.code == code, "\(words): \(outcome)")
          #expect(outcome.messages.contains("what was asked for is done"), "\(words): \(outcome)")
        }
        #expect(!outcome.messages.contains("> /dev/null"), "\(words): \(outcome)")
        let path = "\(place)/\(made)"
        #expect(FileManager.default.fileExists(atPath: path), "\(words)")
        try FileManager.default.removeItem(atPath: path)
      }
    }
    #expect(try bench.run("get", bench.store, "orders/new").output == "{\"n\":1}\n")
    let status = try run("status \(bench.store)")
    #expect(status.code == 1 && !status.messages.contains("is done"))
    #expect(status.messages.contains("next: journal-tool status \(bench.store) > /dev/null"))
    #expect(!(try run("clear \(bench.store) orders -n").messages.contains("is done")))
  }

  @Test(
    "Nothing is written into the store that a verb is about, by whatever name its place has",
    arguments: ["in", "./in", "deep/er", "../state/in", "link/in"])
  func inside(place: String) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let target =
      place.hasPrefix("link") ? bench.directory + "/" + place : bench.store + "/" + place
    try FileManager.default.createSymbolicLink(
      atPath: bench.directory + "/link", withDestinationPath: bench.store)
    let image = try bench.image()
    for words in [
      ["backup", target], ["restore", target], ["replay", "--into", target],
      ["rewind", "--to", "5", "-o", target], ["repair", "-o", target], ["bundle", "-o", target],
      ["map", "--html", target],
    ] {
      let outcome = try bench.run(
        [JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
      #expect(outcome.code == 8, "\(words): \(outcome)")
      #expect(outcome.messages.contains("lies inside of the store"))
    }
    // Nor through a link to what is not there yet.
    let link = bench.directory + "/page.html"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "state/page.html")
    let outcome = try bench.run("map", bench.store, "--html", link)
    #expect(outcome.code == 8, "\(outcome)")
    #expect(try bench.image() == image)
    #expect(try bench.run("backup", bench.store, bench.store + "-2").code == 0)
  }

  @Test("A repair that would cut off whole commits names the mode that keeps them")
  func spares() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let place = try bench.place(ofCommit: 20)
    try bench.change(place.file) { $0[place.range.lowerBound + 40] ^= 1 }
    let tail = try bench.run("repair", bench.store, "-n").output
    #expect(tail.contains("lose       commits 20 to"), "\(tail)")
    #expect(tail.contains("spare      what is whole behind the damage, with --mode drop-damaged"))
    let spared = try bench.run("repair", bench.store, "--mode", "drop-damaged", "-n").output
    #expect(spared.contains("lose       commit 20\n") && !spared.contains("spare "), "\(spared)")
    // Where nothing is left behind the damage, no mode keeps more.
    let last = try bench.place(ofCommit: 31)
    try bench.change(last.file) { $0[last.range.lowerBound...] = [] }
    try bench.change(place.file) { $0[place.range.lowerBound + 40] ^= 1 }
    let cut = try bench.run("repair", bench.store, "-n").output
    #expect(cut.contains("lose       commits 31 to 32\n") && !cut.contains("spare "), "\(cut)")
    let status = try bench.run("status", bench.store)
    #expect(status.code == 5)
    #expect(status.output.contains("snapshots  unknown, as the store does not open"))
  }

  @Test("A store that opens in spite of damage is sent to verify, which says what to do about it")
  func opensDamaged() throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [10, 20])
    let snapshot = try #require(try bench.names(".snapshot").last)
    try bench.change(snapshot) { $0[100] ^= 1 }
    let outcome = try bench.run("repair", bench.store)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("journal-tool verify \(bench.store)"), "\(outcome.output)")
    try bench.change(snapshot) { $0[100] ^= 1 }
    #expect(
      try bench.run("repair", bench.store).output == "nothing to repair: the store opens\n")
  }

  @Test("A store without a commit has nothing to name, and nothing that is one snapshot already")
  func empty() throws {
    let bench = try JournalToolBench()
    #expect(try bench.run("init", bench.store).code == 0)
    // Nor a state that could be written elsewhere, and no directory is left for it.
    let place = bench.directory + "/new"
    for words in [
      ["restore", place, "--at", "0"], ["rewind", "--to", "0", "-o", place],
      ["replay", "--into", place],
    ] {
      let outcome = try bench.run(
        [JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
      #expect(outcome.code == 3, "\(outcome)")
      #expect(outcome.messages.contains("journal-tool: \(bench.store) does not reach commit 0"))
      #expect(!FileManager.default.fileExists(atPath: place), "\(words)")
    }
    let label = try bench.run("label", bench.store, "here")
    #expect(
      label.code == 3 && label.messages.contains("there is no commit yet that here could name"))
    #expect(
      try bench.run("compact", bench.store, "-y").output
        == "nothing to do: there is no commit yet\n")
    _ = try bench.run("set", bench.store, "orders/lines", "--path", "n", "1")
    #expect(try bench.run("compact", bench.store, "-y").output.contains(", 1 entry, "))
    #expect(try bench.run("snapshot", "list", bench.store).output.contains("  1 entry\n"))
    #expect(try bench.run("status", bench.store).output.contains(", 1 entry, made"))
    #expect(
      try bench.run("compact", bench.store, "-y").output.contains("one snapshot already"))
  }

  @Test(
    "A range without a commit is empty, and says where the store ends; what never was is not there",
    arguments: [["dump"], ["history", "orders/s1"], ["stats"]])
  func ranges(words: [String]) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let command = [JournalToolBench.tool, words[0], bench.store] + words.dropFirst()
    let beyond = try bench.run(command + ["--from", "99999"])
    #expect(beyond.code == 0, "\(beyond)")
    if words[0] != "stats" {
      #expect(beyond.output.isEmpty && beyond.messages.contains("the last commit is 32"))
    }
    let summary = try bench.run(command + ["--from", "99999", "--json"]).lines().last
    #expect(summary?["type"] == "summary" && summary?["exit_code"] == 0)
    #expect(try bench.run("history", bench.store, "orders/never").code == 3)
    #expect(try bench.run("history", bench.store, "orders/never", "--from", "99999").code == 3)
  }

  @Test(
    "A history that ends before its object begins is empty, and says where it begins",
    arguments: [["orders/s7"], ["orders"]])
  func earlyHistory(words: [String]) throws {
    let bench = try JournalToolBench()
    _ = try bench.run("init", bench.store)
    for _ in 0..<3 { _ = try bench.run("set", bench.store, "first/a", "--path", "n", "1") }
    try bench.fill()
    let command = [JournalToolBench.tool, "history", bench.store] + words
    let first = try #require(try bench.run(command + ["--json"]).lines().first?["lsn"]?.int)
    for last in [first - 1, 2] {
      let outcome = try bench.run(command + ["--to", "\(last)"])
      #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome)")
      #expect(
        outcome.messages.contains(
          "\(words[0]) was not there yet at commit \(last); the next commit known to change it is "
            + "\(first)\n"), "\(outcome)")
      let summary = try bench.run(command + ["--to", "\(last)", "--json"]).lines().last
      #expect(summary?["steps"] == 0 && summary?["exit_code"] == 0)
    }
    #expect(try !bench.run(command + ["--to", "\(first)"]).output.isEmpty)
    #expect(try bench.run("history", bench.store, "orders/never", "--to", "2").code == 3)
  }

  @Test("What is not there is said before data, and with a command that helps")
  func missing() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let replay = try bench.run("replay", bench.store, "--source", "nope")
    #expect(replay.code == 3 && replay.output.isEmpty, "\(replay)")
    let bundle = try bench.run("bundle", bench.store, "-o", bench.directory + "/no/where.tar")
    #expect(bundle.code == 3 && bundle.messages.contains("next: mkdir -p \(bench.directory)/no"))
    let doctor = try bench.run("doctor", bench.directory + "/no")
    #expect(doctor.code == 3 && doctor.messages.contains("next: mkdir -p \(bench.directory)/no"))
  }
}
