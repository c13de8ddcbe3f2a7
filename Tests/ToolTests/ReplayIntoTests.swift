import Foundation
import JournalEngine
import StateJournal
import Testing

@Suite("replay --into makes a store of a past state")
struct ReplayIntoTests {
  @Test("The new store has the state after the commit, and goes on behind the last commit")
  func atCommit() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let target = bench.directory + "/then"
    let before = try bench.image()
    let outcome = try bench.run("replay", bench.store, "--at", "12", "--into", target)
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.contains("commit 12") && outcome.output.contains("commit is 33"))
    #expect(try bench.image() == before)
    #expect(
      try bench.run("replay", target).output
        == bench.run("replay", bench.store, "--at", "12").output)
    #expect(try bench.run("verify", target, "--strict", "--deep").code == 0)
    let storage = try JournalStateStorage.open(target)
    try storage.update(.stream("s0", of: "orders"), to: ["last_id": 99])
    #expect(storage.lastSequence > LogSequenceNumber(32))
    try storage.close()
  }

  @Test("Without --at it is the state after the last commit, and beside a writer too")
  func last() throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [7])
    let storage = try JournalStateStorage.open(bench.store)
    try storage.update(.stream("live", of: "orders"), to: ["last_id": 1])
    let target = bench.directory + "/then"
    let outcome = try bench.run("replay", bench.store, "--into", target, "--json")
    #expect(outcome.code == 0, "\(outcome.messages)")
    let summary = try #require(try outcome.lines().last)
    #expect(summary["type"] == "summary" && summary["into"] == .string(target))
    #expect(summary["at_lsn"] == .int(Int64(storage.lastSequence.rawValue)))
    #expect(summary["lsn"] == summary["at_lsn"])
    #expect(summary["objects"] == 11)
    #expect(
      try bench.run("replay", target).output == bench.run("replay", bench.store).output)
    try storage.close()
  }

  @Test("A part of the state, a store in the way and a commit out of reach are refused")
  func refuses() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let target = bench.directory + "/then"
    let part = try bench.run("replay", bench.store, "--into", target, "--source", "orders")
    #expect(part.code == 2 && part.messages.contains("--source"))
    #expect(try bench.run("replay", bench.store, "--into", target, "--at", "99").code == 3)
    #expect(!FileManager.default.fileExists(atPath: target))
    #expect(try bench.run("replay", bench.store, "--into", bench.store).code == 8)
    #expect(try bench.run("replay", bench.store, "--into", target).code == 0)
    #expect(try bench.run("replay", bench.store, "--into", target).code == 8)
  }
}
