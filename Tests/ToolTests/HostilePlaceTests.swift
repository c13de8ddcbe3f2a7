import FileIO
import Foundation
import JournalEngine
import StateJournal
import Testing

@Suite("Whatever is in the place of a store, the message names a next command, and that works")
struct HostilePlaceTests {
  private let bench: JournalToolBench

  init() throws { bench = try JournalToolBench() }

  @Test("Nothing there is looked for in the directory that is", arguments: ["none", "no/where/at"])
  func missing(name: String) throws {
    let path = bench.directory + "/" + name
    for words in [
      ["status"], ["verify"], ["repair"], ["revert", "--to", "1"], ["clear", "a"], ["export"],
    ] {
      let outcome = try bench.run([JournalToolBench.tool, words[0], path] + words.dropFirst())
      #expect(outcome.code == 3 && outcome.next == "ls -la \(bench.directory)", "\(outcome)")
      #expect(try bench.shell(outcome.next).code == 0)
    }
    let input = try bench.run("import", bench.directory, path)
    #expect(input.next == "ls -la \(bench.directory)", "\(input)")
  }

  @Test("A file of a store leads to the store", arguments: ["WATERMARK", "segment"])
  func fileOfStore(name: String) throws {
    try bench.fill()
    let name = name == "segment" ? try #require(try bench.names(".journal").first) : name
    for verb in ["status", "verify", "dump"] {
      let outcome = try bench.run(verb, bench.store + "/" + name)
      #expect(outcome.code == 1 && outcome.next == "journal-tool status \(bench.store)")
      #expect(try bench.shell(outcome.next).code == 0)
    }
  }

  @Test("What stands in the way of a directory or a file is looked at where it is")
  func inTheWay() throws {
    let link = bench.directory + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "none")
    let made = try bench.run("init", link)
    #expect(made.code == 3 && made.next == "ls -ld \(link)", "\(made)")
    if FileManager.default.fileExists(atPath: "/proc/self") {
      let proc = try bench.run("init", "/proc/state")
      #expect(proc.code == 3 && proc.next == "ls -ld /proc", "\(proc)")
    }
    try bench.fill()
    try Data().write(to: URL(fileURLWithPath: bench.store + "/quarantine"))
    let rewind = try bench.run("rewind", bench.store, "--to", "9", "-y")
    #expect(rewind.code == 1 && rewind.next == "ls -la \(bench.store)", "\(rewind)")
    #expect(rewind.messages.contains("; nothing was changed\n"))
    try bench.remove("LOCK")
    try FileManager.default.createDirectory(
      atPath: bench.store + "/LOCK", withIntermediateDirectories: false)
    let set = try bench.run("set", bench.store, "a/b", "--path", "n", "1")
    #expect(set.messages.contains("it is a directory where a file belongs: move it away"))
    #expect(set.next == "ls -la \(bench.store)", "\(set)")
    let name = try #require(try bench.names(".journal").first)
    try bench.remove(name)
    unsafe mkfifo(bench.store + "/" + name, 0o600)
    let verify = try bench.run("verify", bench.store)
    #expect(
      verify.output.contains(
        "it is no regular file: put the file itself in its place: journal-tool verify"), "\(verify)"
    )
  }

  @Test(
    "What keeps every job out by standing in the place of LOCK is told, not that there is nothing to repair",
    arguments: ["directory", "pipe", "link", "dangling link"])
  func lockTaken(kind: String) throws {
    try bench.fill()
    try bench.remove("LOCK")
    let path = bench.store + "/LOCK"
    switch kind {
    case "directory":
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    case "pipe": #expect(unsafe mkfifo(path, 0o600) == 0)
    default:
      let target = kind == "link" ? bench.directory + "/elsewhere" : "none"
      if kind == "link" { try Data().write(to: URL(fileURLWithPath: target)) }
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }
    let names = try bench.names()
    for words in [["-n"], ["-y"], ["-n", "--mode", "salvage"]] {
      let repair = try bench.run([JournalToolBench.tool, "repair", bench.store] + words)
      #expect(repair.code == 1 && repair.output.isEmpty, "\(repair)")
      #expect(repair.messages.contains("\(path): "), "\(repair)")
      #expect(repair.next == "ls -la \(bench.store)", "\(repair)")
    }
    let doctor = try bench.run("doctor", bench.store)
    #expect(doctor.code != 0 && doctor.output.contains("\(path): "), "\(doctor)")
    #expect(try bench.names() == names)
    try bench.remove("LOCK")
    let repair = try bench.run("repair", bench.store, "-n")
    #expect(repair.output == "nothing to repair: the store opens\n", "\(repair)")
  }

  @Test("Where other files are, a store is made in a directory of its own")
  func foreign() throws {
    let path = try bench.makeDirectory("foreign", "notes.txt")
    let outcome = try bench.run("set", path, "a/b", "--path", "n", "1")
    #expect(outcome.code == 3 && outcome.next == "journal-tool doctor \(path)", "\(outcome)")
    let doctor = try bench.shell(outcome.next)
    #expect(doctor.output.contains("→ mkdir \(path)/state && journal-tool init \(path)/state"))
    let empty = try bench.makeDirectory("empty")
    let first = try bench.run("set", empty, "a/b", "--path", "n", "1")
    #expect(first.next == "journal-tool init \(empty)", "\(first)")
    #expect(try bench.shell(first.next).code == 0)
    #expect(try bench.run("set", empty, "a/b", "--path", "n", "1").code == 0)
  }

  private static let copying = [
    ["backup", "PLACE"], ["backup", "PLACE", "-i"], ["restore", "PLACE"],
    ["restore", "PLACE", "--at", "5"], ["rewind", "--to", "5", "-o", "PLACE"],
    ["replay", "--into", "PLACE"], ["repair", "--mode", "drop-damaged", "-o", "PLACE"],
  ]

  private func copy(_ words: [String], to path: String) throws -> JournalToolBench.Outcome {
    try bench.fill()
    if words[0] == "repair" { try bench.change("WATERMARK") { $0[0] ^= 1 } }
    let words = words.map { $0 == "PLACE" ? path : $0 }
    return try bench.run([JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
  }

  /// A directory as the root of a new disk is.
  private func makeDisk() throws -> String {
    let path = try bench.makeDirectory("disk")
    _ = try bench.makeDirectory("disk/lost+found")
    return path
  }

  @Test("The root of a new disk takes a copy of a store", arguments: copying)
  func copiesToDisk(words: [String]) throws {
    let path = try makeDisk()
    let outcome = try copy(words, to: path)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try bench.run("status", path).code == 0)
    #expect(FileManager.default.fileExists(atPath: path + "/lost+found"))
  }

  @Test("init makes a store in the root of a disk, and doctor finds nothing that is not its own")
  func disk() throws {
    let path = try makeDisk()
    // The system's own directory belongs to the system, whoever the rest belongs to.
    if geteuid() == 0 { _ = unsafe chown(path + "/lost+found", 65534, 65534) }
    let before = try bench.run("doctor", path, "--no-write")
    #expect(before.output.contains("there is none yet"), "\(before)")
    #expect(try bench.run("init", path).output == "created: an empty store\n")
    let doctor = try bench.run("doctor", path, "--no-write")
    #expect(doctor.output.contains("left behind    nothing"), "\(doctor)")
    #expect(!doctor.output.contains("lost+found") && !doctor.output.contains("owner than"))
  }

  @Test("A copy of a store is not put among other files", arguments: copying)
  func copies(words: [String]) throws {
    let path = try bench.makeDirectory("foreign", "notes.txt")
    let outcome = try copy(words, to: path)
    #expect(outcome.code == 8 && outcome.next == "ls -la \(path)", "\(outcome)")
    #expect(outcome.messages.contains("it holds something else (notes.txt)"), "\(outcome)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["notes.txt"])
  }

  @Test(
    "A name of any characters is written so that a shell takes it back",
    arguments: ["a b'c\"$x`", "line\nbreak", "\u{1B}[31m\t'\\n\u{7F}", "ü€\n0", "*"])
  func strangeNames(name: String) throws {
    let path = try bench.makeDirectory(name, "notes.txt")
    let outcome = try bench.run("status", path)
    #expect(outcome.code == 3 && outcome.next.hasPrefix("ls -la "), "\(outcome)")
    let found = try bench.run(["/bin/bash", "-c", outcome.next])
    #expect(found.code == 0 && found.output.contains("notes.txt"), "\(outcome) \(found)")
  }

  @Test(
    "A directory that may not be looked into is looked at",
    .enabled(if: geteuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/setpriv")))
  func forbidden() throws {
    try bench.fill()
    let nobody = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    for words in [["status"], ["verify"], ["set", "a/b", "--path", "n", "1"], ["doctor"]] {
      let outcome = try bench.run(
        nobody + [JournalToolBench.tool, words[0], bench.store] + words.dropFirst())
      #expect(outcome.code == 1 && outcome.next == "ls -ld \(bench.store)", "\(outcome)")
      #expect(outcome.messages.contains("Permission denied"))
      #expect(try bench.run(nobody + ["/bin/sh", "-c", outcome.next]).code == 0)
    }
  }

  @Test("What was typed fills no screen, and does not hide what is wrong with it")
  func longWords() throws {
    let word = String(repeating: "x", count: 100_000)
    for words in [["status", word], ["status", bench.directory, "--" + word], [word]] {
      let outcome = try bench.run([JournalToolBench.tool] + words)
      #expect(outcome.messages.utf8.count < 2500 && outcome.code != 0)
      #expect(outcome.messages.hasPrefix("journal-tool: "))
    }
    let status = try bench.run("status", word)
    #expect(status.messages.contains("File name too long") && status.next == "ls -la .")
  }
}
