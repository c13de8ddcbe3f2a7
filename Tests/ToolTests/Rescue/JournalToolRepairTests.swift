import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing
import ToolSupport

@Suite("journal-tool repairs after a plan, and takes repairs back")
struct JournalToolRepairTests {
  private func wounded() throws -> JournalToolBench {
    let bench = try JournalToolBench()
    try bench.fill()
    let (file, range) = try bench.place(ofCommit: 27)
    try bench.change(file) { $0[range.upperBound - 1] ^= 1 }
    return bench
  }

  @Test("The plan names what would be lost, nothing is changed, and no lock is taken")
  func plan() throws {
    let bench = try wounded()
    try bench.remove("LOCK")
    let before = try bench.image()
    let outcome = try bench.run("repair", bench.store, "--mode", "drop-damaged", "-n")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.contains("commit 27"))
    #expect(outcome.output.contains("orders/s5"))
    #expect(try bench.image() == before)
    let json = try bench.run("repair", bench.store, "-m", "drop-damaged", "-n", "--json")
    let lines = try json.lines()
    #expect(lines[0]["type"] == "plan")
    #expect(lines[0]["action"] == "rewrite")
    #expect(lines[0]["lost"] == [["lsn": 27, "last_lsn": 27]])
    #expect(lines[0]["streams"] == [["source": "orders", "stream": "s5"]])
    #expect(lines[1]["changed"] == false)
    let refused = try bench.run("repair", bench.store, "-m", "drop-damaged")
    #expect(refused.code == 8)
    #expect(refused.messages.contains("-y"))
    #expect(try bench.image() == before)
  }

  @Test("Repaired it opens, and the undoing that the report names restores every byte")
  func repairs() throws {
    let bench = try wounded()
    let before = try bench.image().filter { $0.key != "LOCK" }
    let state = try bench.run("replay", bench.store, "--at", "26").output
    let outcome = try bench.run("repair", bench.store, "-m", "drop-damaged", "-y")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    let repaired = try bench.run("replay", bench.store).output
    // Stream s5 has the value of the commit before the lost one; later ones are all there.
    #expect(
      repaired.contains(#""s5": {"last_id":15}"#) && repaired.contains(#""s9": {"last_id":29}"#))
    #expect(repaired != state)
    let command = try #require(
      outcome.output.split(separator: "\n").last { $0.contains("--undo") })
    let bundle = String(command.split(separator: " ").last ?? "")
    #expect(bundle.hasPrefix("repair-"))
    let undone = try bench.run("repair", bench.store, "--undo", bundle, "-y", "--json")
    #expect(undone.code == 0, "\(undone.messages)")
    let image = try bench.image().filter { $0.key != "LOCK" }
    #expect(image == before)
    let missing = try bench.run("repair", bench.store, "--undo", "nothing", "-y")
    #expect(missing.code == 3)
    #expect(missing.messages.contains("next: ls \(bench.store)/quarantine"))
  }

  @Test("Into a new directory it asks nobody, and leaves this one alone")
  func intoNewDirectory() throws {
    let bench = try wounded()
    let before = try bench.image()
    let target = bench.directory + "/repaired"
    let outcome = try bench.run("repair", bench.store, "-m", "salvage", "-o", target)
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(try bench.run("verify", target, "--strict").code == 0)
    #expect(try bench.image() == before)
  }

  @Test("A cut into a new directory is refused before any plan, with the mode that writes one")
  func cutIntoNewDirectory() throws {
    let bench = try wounded()
    let target = bench.directory + "/repaired"
    for words in [["-y"], ["-n"], ["--mode", "tail"]] {
      let outcome = try bench.run(
        [JournalToolBench.tool, "repair", bench.store, "-o", target] + words)
      #expect(outcome.code == 8 && outcome.output.isEmpty, "\(outcome)")
      #expect(
        outcome.messages.contains(
          "next: journal-tool repair \(bench.store) --mode drop-damaged -o \(target)"))
    }
    #expect(throws: JournalError.self) {
      try JournalRescue(bench.store).repair(.tail, into: target)
    }
    #expect(!FileManager.default.fileExists(atPath: target))
    #expect(
      try bench.run("repair", bench.store, "--mode", "drop-damaged", "-o", target).code == 0)
  }

  @Test(
    "A store that something in a snapshot's place keeps from opening is not said to open",
    arguments: ["directory", "pipe", "link"], ["-n", "-y"])
  func otherInSnapshotsPlace(kind: String, answer: String) throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [20])
    let path = bench.store + "/" + (try #require(try bench.names(".snapshot").last))
    try FileManager.default.removeItem(atPath: path)
    switch kind {
    case "directory":
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    case "pipe": #expect(try bench.run(["/usr/bin/mkfifo", path]).code == 0)
    default: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "LOCK")
    }
    #expect(try bench.run("replay", bench.store).code == 1)
    for mode in RepairMode.allCases {
      let repair = try bench.run("repair", bench.store, "-m", mode.rawValue, answer)
      #expect(repair.code == 1 && repair.output.isEmpty, "\(mode): \(repair)")
      #expect(repair.messages.contains(path), "\(mode): \(repair)")
    }
  }

  @Test("Damage that the tail mode does not reach is 8, and the next command is the one that does")
  func wrongMode() throws {
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    options.segmentByteCount = 400
    try bench.fill(options: options)
    let segments = try bench.names(".journal")
    try bench.change(segments[1]) { $0[100] ^= 1 }
    let outcome = try bench.run("repair", bench.store, "-y")
    #expect(outcome.code == 8)
    #expect(
      outcome.messages.contains("next: journal-tool repair \(bench.store) --mode drop-damaged -n"))
    #expect(try bench.run("repair", bench.store, "--mode", "tali").code == 2)
    #expect(try bench.run("repair", bench.store, "-m", "drop-damaged", "-y").code == 0)
    #expect(try bench.run("verify", bench.store).code == 0)
  }

  @Test("Beside a running job it is 7, with who runs; the plan is shown all the same")
  func locked() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let storage = try JournalStateStorage.open(bench.store)
    try storage.update(.stream("s0", of: "orders"), to: ["last_id": 5])
    let rewind = try bench.run("rewind", bench.store, "--to", "9", "-y")
    #expect(rewind.code == 7)
    #expect(
      rewind.messages.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    #expect(try bench.run("rewind", bench.store, "--to", "9", "-n").code == 0)
    let target = bench.directory + "/earlier"
    #expect(try bench.run("rewind", bench.store, "--to", "9", "-o", target).code == 0)
    #expect(
      try bench.run("replay", target).output
        == bench.run("replay", bench.store, "--at", "9").output)
    try storage.close()
  }

  @Test(
    "A bundle that went bad is damage, names the file, and is told before anybody is asked",
    arguments: ["WATERMARK", "ORIGINALS"])
  func rottenBundle(name: String) throws {
    let bench = try wounded()
    #expect(try bench.run("repair", bench.store, "-m", "drop-damaged", "-y").code == 0)
    let bundle = try #require(try JournalRescue(bench.store).bundles().last)
    try bench.change("quarantine/\(bundle)/\(name)") { $0[$0.count / 2] ^= 1 }
    for answer in ["-n", "-y"] {
      let undo = try bench.run("repair", bench.store, "--undo", bundle, answer)
      #expect(undo.code == 5 && undo.output.isEmpty, "\(undo)")
      #expect(undo.messages.contains("\(bundle)/\(name)"), "\(undo.messages)")
      #expect(undo.messages.contains("its checksum is wrong"), "\(undo.messages)")
      #expect(undo.messages.contains("next: ls \(bench.store)/quarantine"), "\(undo.messages)")
    }
  }

  @Test("A rewind names what it takes back, does it, and can be undone")
  func rewinds() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let before = try bench.image().filter { $0.key != "LOCK" }
    let expected = try bench.run("replay", bench.store, "--at", "26").output
    let plan = try bench.run("rewind", bench.store, "--to", "26", "-n", "--json")
    let line = try plan.lines()[0]
    #expect(line["commits"] == 6)
    #expect(line["last_lsn"] == 32)
    guard case .array(let streams) = line["streams"] else {
      Issue.record("\(line)")
      return
    }
    #expect(streams.count == 5)
    let outcome = try bench.run("rewind", bench.store, "--to", "26", "-y", "--json")
    let summary = try #require(try outcome.lines().last)
    #expect(summary["lsn"] == 32)
    #expect(try bench.run("replay", bench.store).output == expected)
    guard case .string(let bundle) = summary["bundle"] else {
      Issue.record("\(summary)")
      return
    }
    #expect(try bench.run("repair", bench.store, "--undo", bundle, "-y").code == 0)
    #expect(
      try bench.image().filter { $0.key != "LOCK" } == before)
    #expect(try bench.run("rewind", bench.store).code == 2)
    #expect(try bench.run("rewind", bench.store, "--to", "99", "-y").code == 3)
  }

  @Test("A rewind names what it brings back of a source that was cleared")
  func clearedSource() throws {
    let bench = try JournalToolBench()
    #expect(try bench.run("init", bench.store).code == 0)
    for name in ["o/1", "o/2", "p/1"] {
      #expect(try bench.run("set", bench.store, name, "--path", "n", "1").code == 0)
    }
    #expect(try bench.run("label", bench.store, "before").code == 0)
    #expect(try bench.run("clear", bench.store, "o", "-y").code == 0)
    let plan = try bench.run("rewind", bench.store, "--to", "before", "-n").output
    #expect(plan.contains("streams  o/1, o/2\n"), "\(plan)")
  }

  @Test("A rewind, and its undoing, count the keys of other programs that they take back")
  func foreignKeys() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    for key: UInt8 in [0xF0, 0xF1, 0xF0] { try bench.put([key, key], [1]) }
    let words = ["rewind", bench.store, "--to", "31", "-n"]
    let plan = try bench.run([JournalToolBench.tool] + words)
    #expect(plan.output.contains("streams  none; besides, 2 keys of other programs\n"), "\(plan)")
    let line = try bench.run([JournalToolBench.tool] + words + ["--json"]).lines()[0]
    #expect(line["foreign_keys"] == 2 && line["streams"] == [])
    #expect(try bench.run("rewind", bench.store, "--to", "31", "-y").code == 0)
    try bench.put([0xF2], [1])
    let bundle = try #require(try JournalRescue(bench.store).bundles().first)
    for isCompacted in [false, true] {
      if isCompacted { #expect(try bench.run("compact", bench.store, "-y").code == 0) }
      let undo = try bench.run("repair", bench.store, "--undo", bundle, "-n")
      #expect(undo.output.contains("  none; besides, 1 key of other programs\n"), "\(undo)")
    }
  }

  @Test("A new store is no cut, whether there is something to cut or not")
  func noCutElsewhere() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let target = bench.directory + "/new"
    let repair = try bench.run("repair", bench.store, "--mode", "tail", "-o", target, "-y")
    #expect(repair.code == 8 && repair.output.isEmpty, "\(repair)")
    #expect(
      repair.next == "journal-tool repair \(bench.store) --mode drop-damaged -o \(target)",
      "\(repair)")
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test("A rewind over more objects than it tells apart says at least how many there are")
  func manyObjects() throws {
    let bench = try JournalToolBench()
    try bench.fill(1)
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    func plan(_ words: String...) throws -> JournalToolBench.Outcome {
      try bench.run([JournalToolBench.tool, "rewind", bench.store, "--to", "2", "-n"] + words)
    }
    func put(_ numbers: Range<Int>) throws {
      try storage.transaction { transaction in
        for number in numbers { try transaction.update(.stream("n\(number)", of: "many"), to: [:]) }
      }
    }
    try put(0..<50_000)
    try put(0..<100_000)
    let exact = try plan("--json").lines()[0]
    #expect(exact["streams_unlisted"] == 99_000 && exact["streams_unlisted_exact"] == true)
    #expect(try plan().output.contains(" and 99,980 more\n"))
    try put(99_999..<100_001)
    let counted = try plan("--json").lines()[0]
    #expect(counted["streams_unlisted"] == 99_000 && counted["streams_unlisted_exact"] == false)
    #expect(try plan().output.contains(" and at least 99,980 more\n"))
    try storage.close()
  }

  @Test(
    "Whatever bytes a directory holds, there is an exit code and never a trap",
    arguments: 0..<8)
  func hostile(seed: Int) throws {
    var choices = SeededChoices(seed: UInt64(seed))
    func pick(_ count: Int) -> Int { Int(choices.below(UInt64(count))) }
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    options.segmentByteCount = 600
    try bench.fill(40, options: options, compactingAt: [12, 25])
    for _ in 0..<6 {
      let names = try bench.names().filter { $0 != "LOCK" && $0 != "quarantine" }
      let name = names[pick(names.count)]
      try bench.change(name) { bytes in
        guard !bytes.isEmpty else { return }
        let offset = pick(bytes.count)
        switch pick(4) {
        case 0: bytes.removeLast(bytes.count - offset)
        case 1: bytes[offset] = UInt8(pick(256))
        case 2: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0x7F, 0, 0], at: offset)
        default:
          for index in offset..<min(offset + 40, bytes.count) {
            bytes[index] = UInt8(pick(256))
          }
        }
      }
      // Headers whose checksum is right let nonsense through to what comes behind.
      if name.hasSuffix(".journal"), pick(2) == 0 {
        try bench.change(name) { bytes in
          guard bytes.count >= 80 else { return }
          bytes.storeUInt32(CRC32C.checksum(bytes.span.extracting(0..<76)), at: 76)
        }
      }
    }
    let known: Set<Int32> = [0, 1, 3, 5, 6, 8, 9]
    for (index, mode) in RepairMode.allCases.enumerated() {
      let target = bench.directory + "/out\(index)"
      let outcome = try bench.run("repair", bench.store, "-m", mode.rawValue, "-o", target)
      #expect(known.contains(outcome.code), "seed \(seed), \(mode): \(outcome)")
      if outcome.code == 0, FileManager.default.fileExists(atPath: target) {
        #expect(try bench.run("verify", target, "--strict").code == 0, "seed \(seed), \(mode)")
      }
    }
    for words in [
      ["backup", bench.store, bench.directory + "/copy"],
      ["bundle", bench.store, "-o", bench.directory + "/b.tar", "--redact"],
      ["rewind", bench.store, "--to", "9", "-n"], ["verify-backup", bench.store, bench.store],
    ] {
      let outcome = try bench.run([JournalToolBench.tool] + words)
      #expect(known.contains(outcome.code), "seed \(seed), \(words): \(outcome)")
    }
  }
}
