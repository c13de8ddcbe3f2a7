import Foundation
import JournalEngine
import StateJournal
import Testing

@Suite("journal-tool copies a store while a job goes on")
struct JournalToolBackupTests {
  @Test("Beside a writer, then what is new, then back: every acknowledged commit is there")
  func roundTrip() throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [12])
    let copy = bench.directory + "/copy"
    let storage = try JournalStateStorage.open(bench.store)
    try storage.update(.stream("live", of: "orders"), to: ["last_id": 1])
    let first = try bench.run("backup", bench.store, copy)
    #expect(first.code == 0, "\(first.messages)")
    #expect(first.output.hasPrefix("backed up: commit "))
    try storage.update(.stream("live", of: "orders"), to: ["last_id": 2])
    let second = try bench.run("backup", bench.store, copy, "--incremental", "--json")
    let summary = try #require(try second.lines().last)
    #expect(summary["schema"] == "state-journal/backup/1")
    #expect(summary["type"] == "summary")
    #expect(summary["copied_files"] == 1)
    guard case .int(let copied) = summary["copied_bytes"], case .int(let all) = summary["bytes"]
    else {
      Issue.record("\(summary)")
      return
    }
    #expect(copied > 0 && copied < 200 && all > 1000)
    #expect(try bench.run("backup", bench.store, copy, "-i").output.hasPrefix("nothing new"))
    let compared = try bench.run("verify-backup", copy, bench.store)
    #expect(compared.code == 0, "\(compared.output)")
    #expect(compared.output.contains("same: all 11 objects"))
    try storage.close()
    let state = try bench.run("replay", bench.store).output
    #expect(try bench.run("replay", copy).output == state)
    let restored = try bench.run("restore", copy, bench.directory + "/new")
    #expect(restored.code == 0, "\(restored.messages)")
    #expect(try bench.run("replay", bench.directory + "/new").output == state)
    #expect(try bench.run("verify", bench.directory + "/new", "--strict").code == 0)
  }

  @Test("An earlier state is restored as a store that goes on behind the last commit")
  func restoresEarlier() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let expected = try bench.run("replay", bench.store, "--at", "20").output
    let target = bench.directory + "/earlier"
    let outcome = try bench.run("restore", bench.store, target, "--at", "20", "--json")
    #expect(outcome.code == 0, "\(outcome.messages)")
    let summary = try #require(try outcome.lines().last)
    #expect(summary["at_lsn"] == 20)
    #expect(summary["lsn"] == 32)
    #expect(try bench.run("replay", target).output == expected)
    let storage = try JournalStateStorage.open(target)
    try storage.update(.stream("s0", of: "orders"), to: ["last_id": 99])
    #expect(storage.lastSequence > LogSequenceNumber(32))
    try storage.close()
    #expect(try bench.run("restore", bench.store, target).code == 8)
    let unreachable = try bench.run("restore", bench.store, bench.directory + "/no", "--at", "999")
    #expect(unreachable.code == 3)
    #expect(!FileManager.default.fileExists(atPath: bench.directory + "/no"))
  }

  @Test("Followed, each run takes what is new, and Ctrl-C leaves a store that opens")
  func follows() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let copy = bench.directory + "/copy"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = ["backup", bench.store, copy, "--follow", "--json"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    func waitFor(_ part: String) throws {
      while !text.contains(part) {
        let data = try #require(try pipe.fileHandleForReading.read(upToCount: 1))
        text += String(decoding: data, as: UTF8.self)
      }
    }
    try waitFor("\"lsn\":32")
    let storage = try JournalStateStorage.open(bench.store)
    try storage.update(.stream("s0", of: "orders"), to: ["last_id": 77])
    let last = storage.lastSequence
    try waitFor("\"lsn\":\(last)")
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try bench.run("replay", copy).output.contains("77"))
    try storage.close()
  }

  @Test("What must not be overwritten is refused with 8, and what to do is said")
  func refuses() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let copy = bench.directory + "/copy"
    #expect(try bench.run("backup", bench.store, copy).code == 0)
    let again = try bench.run("backup", bench.store, copy)
    #expect(again.code == 8)
    #expect(
      again.messages.contains("next: journal-tool backup \(bench.store) \(copy) --incremental"))
    #expect(try bench.run("backup", bench.store, bench.store, "-i").code == 8)
    #expect(try bench.run("rewind", bench.store, "--to", "9", "-y").code == 0)
    let storage = try JournalStateStorage.open(bench.store)
    try storage.update(.stream("s0", of: "orders"), to: ["last_id": 1])
    try storage.close()
    let other = try JournalToolBench()
    try other.fill(40)
    #expect(try other.run("backup", other.store, copy, "-i").code == 8)
    #expect(try bench.run("backup", bench.directory + "/none", copy).code == 3)
  }

  @Test("A backup that differs, that is damaged, or that cannot be compared is told apart")
  func verdicts() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let copy = bench.directory + "/copy"
    #expect(try bench.run("backup", bench.store, copy).code == 0)
    let other = try JournalToolBench()
    try other.fill(40)
    #expect(try bench.run("verify-backup", copy, other.store).code == 1)
    let ahead = try JournalStateStorage.open(copy)
    try ahead.update(.stream("s0", of: "orders"), to: ["last_id": 5])
    try ahead.close()
    #expect(try bench.run("verify-backup", copy, bench.store).code == 3)
    let storage = try JournalStateStorage.open(bench.store)
    for _ in 0..<3 { try storage.update(.stream("s1", of: "orders"), to: ["last_id": 6]) }
    try storage.close()
    let different = try bench.run("verify-backup", copy, bench.store, "--json")
    #expect(different.code == 1)
    let summary = try #require(try different.lines().last)
    #expect(summary["comparison"] == "different")
    #expect(summary["different_objects"] == 2)
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: copy).first { $0.hasSuffix("1.journal") })
    var bytes = try Data(contentsOf: URL(fileURLWithPath: copy + "/" + name))
    bytes[300] ^= 1
    try bytes.write(to: URL(fileURLWithPath: copy + "/" + name))
    #expect(try bench.run("verify-backup", copy, bench.store).code == 5)
  }
}
