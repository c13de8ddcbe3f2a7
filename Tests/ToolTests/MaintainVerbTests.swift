import Foundation
import JournalEngine
import StateJournal
import Testing

@testable import journal_tool

@Suite("journal-tool keeps stores small and in order")
struct MaintainVerbTests {
  private let bench: JournalToolBench
  private let store: String

  init() throws {
    bench = try JournalToolBench()
    store = bench.store
  }

  private func run(_ arguments: String...) throws -> JournalToolBench.Outcome {
    try bench.run([JournalToolBench.tool] + arguments)
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  // MARK: init

  @Test("init makes a private store, leaves one that is there, and does not mix with other files")
  func initializes() throws {
    #expect(try run("init", store, "-n").output == "would create an empty store\n")
    #expect(!FileManager.default.fileExists(atPath: store))
    #expect(try run("init", store).output == "created: an empty store\n")
    #expect(try mode(store) == 0o700)
    for name in try bench.names() { #expect(try mode(store + "/" + name) == 0o600, "\(name)") }
    let before = try bench.image()
    #expect(try run("init", store, "--json").lines().last?["created"] == false)
    #expect(try bench.image() == before)
    #expect(try run("verify", store, "--strict").code == 0)
    let refused = try run("init", bench.directory)
    #expect(refused.code == 8)
    #expect(refused.messages.contains("holds something else"))
    #expect(try run("init", bench.directory + "/no/where").code == 3)
    try FileManager.default.createDirectory(
      atPath: bench.directory + "/empty", withIntermediateDirectories: true)
    #expect(try run("init", bench.directory + "/empty").code == 0)
  }

  // MARK: label

  @Test("Labels are set, listed, moved under --force, and taken away")
  func labels() throws {
    try bench.fill(9)
    #expect(try run("label", store).output == "no labels\n")
    #expect(try run("label", store, "good").output == "good names commit 11\n")
    #expect(try run("label", store, "early", "5").output == "early names commit 5\n")
    #expect(try run("label", store, "again", "early").output == "again names commit 5\n")
    let names = try run("label", store, "--json").lines().dropLast().map { $0["name"]?.string }
    #expect(names == ["again", "early", "good"])
    let refused = try run("label", store, "good", "7")
    #expect(refused.code == 8)
    #expect(refused.messages.contains("next: journal-tool label \(store) good 7 -f"))
    #expect(try run("label", store, "good", "7", "-f").output == "good names commit 7\n")
    #expect(try run("label", store, "good", "-n", "-f").output == "would name the last commit\n")
    #expect(try run("label", store, "good", "--remove").code == 0)
    #expect(try run("label", store, "good", "--remove").code == 3)
    #expect(try run("label", store, "far", "9999").code == 3)
    #expect(try run("label", store, "--remove").code == 2)
    #expect(try run("list", store).output.split(separator: "\n").count == 9)
  }

  @Test("What a label names can be read after any compaction, until the label goes")
  func labelKeeps() throws {
    try bench.fill(9)
    #expect(try run("label", store, "early", "5").code == 0)
    let then = try run("replay", store, "--at", "5").output
    for number in 0..<4 {
      #expect(try run("set", store, "orders/s0", "--path", "last_id", "\(number)").code == 0)
      #expect(try run("compact", store, "-y", "--keep", "0").code == 0)
      #expect(try run("replay", store, "--at", "early").output == then)
    }
    #expect(try run("verify", store, "--strict").code == 0)
    #expect(try run("label", store, "early", "--remove").code == 0)
    #expect(try run("compact", store, "-y", "--keep", "0").code == 0)
    #expect(try run("replay", store, "--at", "5").code == 3)
    #expect(try bench.names(".snapshot").count == 1)
  }

  // MARK: compact, snapshot

  @Test(
    "What --keep asks for stays: generations, time, bytes",
    arguments: [
      ("0", false), ("1", true), ("50", true), ("7d", true), ("0B", true), ("1GiB", true),
    ])
  func keep(text: String, isReachable: Bool) throws {
    try bench.fill(20, compactingAt: [9])
    let outcome = try run("compact", store, "-y", "--keep", text, "--json")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(try run("replay", store, "--at", "15").code == (isReachable ? 0 : 3))
    #expect(try run("verify", store, "--strict").code == 0)
  }

  @Test("A time or a size keeps what generations alone would not")
  func keepLonger() throws {
    try bench.fill(20, compactingAt: [4, 9, 14])
    for (keep, code) in [("1w", Int32(0)), ("1MiB", 0), ("1", 3)] {
      #expect(try run("set", store, "orders/x", "--path", "keep", "\"\(keep)\"").code == 0)
      #expect(try run("compact", store, "-y", "--keep", keep).code == 0)
      #expect(try run("replay", store, "--at", "12").code == code, "\(keep)")
    }
  }

  @Test("snapshot create removes nothing; prune removes what retention and labels let go")
  func snapshots() throws {
    try bench.fill(12, compactingAt: [5])
    let before = Set(try bench.names())
    let plan = try run("snapshot", "create", store, "-n")
    #expect(plan.output.contains("remove  nothing"))
    #expect(try run("snapshot", "create", store, "-y").code == 0)
    #expect(Set(try bench.names()).isSuperset(of: before))
    let lines = try run("snapshot", "list", store, "--json").lines()
    #expect(lines.first?["schema"] == "state-journal/snapshot-list/1")
    #expect(lines.dropLast().map { $0["in_use"] } == [false, true])
    #expect(lines.last?["snapshots"] == 2)
    #expect(try run("snapshot", "prune", store, "--keep", "0").code == 8)
    let dry = try run("snapshot", "prune", store, "--keep", "0", "-n", "--json").lines()
    let planned = Set(dry.dropLast().compactMap { $0["name"]?.string })
    #expect(planned.count >= 2)
    #expect(dry.last?["removed_files"] == 0)
    let all = Set(try bench.names())
    #expect(try run("snapshot", "prune", store, "--keep", "0", "-y").code == 0)
    #expect(Set(try bench.names()) == all.subtracting(planned))
    #expect(
      try run("snapshot", "prune", store, "--keep", "0").output
        == "nothing to remove beyond 0 generations and labels\n")
    #expect(try run("verify", store, "--strict").code == 0)
  }

  @Test("snapshot verify finds a flipped bit in a superseded snapshot, with its file")
  func snapshotVerify() throws {
    try bench.fill(12, compactingAt: [5, 9])
    #expect(try run("snapshot", "verify", store).code == 0)
    let name = try #require(try bench.names(".snapshot").first)
    try bench.change(name) { $0[100] ^= 1 }
    let outcome = try run("snapshot", "verify", store, "--json")
    #expect(outcome.code == 5)
    let line = try #require(try outcome.lines().first)
    #expect(line["name"] == .string(name))
    #expect(line["errors"]?[0]?["file"]?.string?.hasSuffix(name) == true)
    #expect(try outcome.lines().last?["damaged"] == 1)
    #expect(try run("snapshot", "verify", store).output.contains(name))
  }

  @Test("Beside a writer pruning works, beside a compaction it is 7")
  func pruneBeside() throws {
    try bench.fill(12, compactingAt: [5, 9])
    let storage = try JournalStateStorage.open(store)
    #expect(try run("snapshot", "prune", store, "--keep", "0", "-y").code == 0)
    #expect(try storage.read(.stream("s0", of: "orders")) == ["last_id": 10])
    try storage.close()
    #expect(try run("snapshot", "create", store, "-y").code == 0)
    let directory = try POSIXFileSystem().openDirectory(store, creating: false)
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    try lock.sign()
    let refused = try run("snapshot", "prune", store, "--keep", "0", "-y")
    #expect(refused.code == 7)
    #expect(refused.messages.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    lock.release()
  }

  // MARK: lock, upgrade

  @Test("lock names who holds the store and for how long, and nobody when nobody does")
  func lock() throws {
    try bench.fill(3)
    #expect(try run("lock", store).output == "writer      nobody\ncompaction  nobody\n")
    let before = try bench.image()
    let storage = try JournalStateStorage.open(store)
    let lines = try run("lock", store, "--json").lines()
    #expect(lines.map { $0["held"] } == [true, false, true])
    #expect(lines[0]["pid"]?.int == Int64(ProcessInfo.processInfo.processIdentifier))
    #expect(lines[0]["alive"] == true)
    #expect(try run("lock", store).output.contains("it is alive"))
    try storage.close()
    #expect(try run("lock", store).output == "writer      nobody\ncompaction  nobody\n")
    #expect(try bench.image().keys == before.keys)
  }

  @Test("upgrade has nothing to do, and leaves a newer file alone")
  func upgrade() throws {
    try bench.fill(12, compactingAt: [5])
    let outcome = try run("upgrade", store)
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("nothing to do: 4 files, all of format 1"))
    let name = try #require(try bench.names(".journal").first)
    var header = Array(try bench.bytes(name).prefix(80))
    header[8] = 2
    header.storeUInt32(CRC32C.checksum(header.span.extracting(0..<76)), at: 76)
    try bench.change(name) { $0.replaceSubrange(0..<80, with: header) }
    let before = try bench.image()
    let newer = try run("upgrade", store)
    #expect(newer.code == 9)
    #expect(newer.messages.contains("format version 2"))
    #expect(try bench.image() == before)
  }

  // MARK: version, help

  @Test("The release is told in three ways, and every verb has help in two")
  func help() throws {
    #expect(try run("version").output == run("--version").output)
    #expect(try run("version", "--json").lines().last?["format"] == 1)
    for verb in Tool.verbs {
      let words = verb.name.split(separator: " ").map(String.init)
      let one = try bench.run([JournalToolBench.tool, "help"] + words)
      let other = try bench.run([JournalToolBench.tool] + words + ["--help"])
      #expect(one.code == 0 && one.output == other.output && one.output.contains("examples:"))
    }
  }
}
