import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing

/// Every step of `Incidents.md`, from what somebody sees to the fixed state.
@Suite("Ten incidents, each ended with the tool alone")
struct IncidentTests {
  private static var smallSegments: JournalOptions {
    var options = JournalToolBench.options
    options.segmentByteCount = 800
    return options
  }

  @Test("1. The job was killed: nothing is lost, and the next run goes on")
  func killedJob() throws {
    let incident = try Incident("killed job")
    try incident.bench.fill(closing: false)
    let status = try incident.type("status state")
    #expect(status.output.contains("did not close: it was killed"))
    #expect(try incident.type("verify state").output.contains("ok"))
    let storage = try JournalStateStorage.open(incident.bench.store)
    #expect(try storage.read(.stream("s9", of: "orders")) == ["last_id": 29])
    try storage.close()
  }

  @Test("2. The power failed: the torn tail was never acknowledged, and is set aside")
  func tornTail() throws {
    let incident = try Incident("torn tail after power loss")
    try incident.bench.fill(closing: false)
    let (file, range) = try incident.bench.place(ofCommit: 31)
    try incident.bench.change(file) { $0.removeLast($0.count - range.upperBound + 5) }
    #expect(try incident.type("verify state --strict", expecting: 4).output.contains("torn tail"))
    let plan = try incident.type("repair state -n")
    #expect(plan.output.contains("commit 31"))
    try incident.type("repair state -y")
    try incident.type("verify state --strict")
  }

  @Test("3. A bit rotted in an old segment: one commit is lost, by name, and the rest stays")
  func bitRot() throws {
    let incident = try Incident("bit rot in an old segment")
    try incident.bench.fill(options: Self.smallSegments)
    let (file, range) = try incident.bench.place(ofCommit: 7)
    try incident.bench.change(file) { $0[range.upperBound - 1] ^= 1 }
    #expect(throws: JournalError.self) { try JournalStateStorage.open(incident.bench.store) }
    #expect(try incident.type("verify state", expecting: 5).output.contains("commit 7"))
    #expect(try incident.type("repair state -y", expecting: 8).messages.contains("drop-damaged"))
    #expect(try incident.type("repair state --mode drop-damaged -n").output.contains("commit 7"))
    try incident.type("repair state --mode drop-damaged -y")
    try incident.type("verify state --strict")
    let storage = try JournalStateStorage.open(incident.bench.store)
    #expect(try storage.read(.stream("s9", of: "orders")) == ["last_id": 29])
    try storage.close()
  }

  @Test("4. Somebody deleted a segment: the backup has it")
  func deletedSegment() throws {
    let incident = try Incident("deleted segment")
    try incident.bench.fill(options: Self.smallSegments)
    try incident.type("backup state backup")
    let state = try incident.bench.run("replay", incident.bench.store).output
    let segments = try incident.bench.names(".journal")
    try incident.bench.remove(segments[1])
    #expect(try incident.type("verify state", expecting: 5).output.contains("missing"))
    try incident.type("verify-backup backup")
    try FileManager.default.moveItem(
      atPath: incident.bench.store, toPath: incident.bench.directory + "/broken")
    try incident.type("restore backup state")
    #expect(try incident.bench.run("replay", incident.bench.store).output == state)
  }

  @Test("5. The newest snapshot is damaged: the generation before stands in, and is made new")
  func damagedSnapshot() throws {
    let incident = try Incident("damaged snapshot")
    try incident.bench.fill(compactingAt: [9, 19])
    let state = try incident.bench.run("replay", incident.bench.store).output
    let newest = try #require(try incident.bench.names(".snapshot").last)
    try incident.bench.change(newest) { $0[100] ^= 1 }
    #expect(try incident.type("verify state", expecting: 5).output.contains("state is intact"))
    try incident.type("compact state --rewrite --keep 0 -y")
    try incident.type("verify state --strict")
    #expect(try incident.bench.run("replay", incident.bench.store).output == state)
  }

  @Test(
    "6. The disk is full during a compaction: the state is as it was, and there is room again",
    .enabled(if: SmallDisk.isAvailable))
  func diskFull() throws {
    let incident = try Incident("disk full during compaction")
    try incident.bench.fill(400)
    let outcome = try SmallDisk.run(
      incident.bench,
      "journal-tool compact state -y; code=$?; journal-tool verify state --strict; rm ballast;"
        + " journal-tool compact state -y && journal-tool verify state --strict && exit $code")
    #expect(outcome.code == 10, "\(outcome.output)\(outcome.messages)")
    #expect(outcome.messages.contains("the disk is full"))
    #expect(outcome.messages.contains("df -h"))
  }

  @Test("7. A bad deploy wrote wrong state: its commits are found, and changed back by another one")
  func badDeploy() throws {
    let incident = try Incident("wrong state written by a bad deploy")
    try incident.bench.fill()
    let good = try incident.bench.run("replay", incident.bench.store).output
    let storage = try JournalStateStorage.open(incident.bench.store)
    for number in 0..<3 {
      try storage.update(.stream("s\(number)", of: "orders"), to: ["last_id": 0])
    }
    try storage.close()
    let history = try incident.type("history state orders/s1")
    #expect(history.output.contains("last_id") && history.output.contains("35"))
    let difference = try incident.type("diff state 32")
    #expect(difference.output.contains("orders/s0") && !difference.output.contains("orders/s3"))
    #expect(try incident.type("revert state --to 32 -n").output.contains("orders/s0"))
    try incident.type("revert state --to 32 --reason 'deploy 7 wrote zeros' -y")
    try incident.type("diff state 32")
    #expect(try incident.bench.run("replay", incident.bench.store).output == good)
    #expect(
      try incident.type("history state orders/s1").output.contains("deploy 7 wrote zeros"))
    try incident.type("verify state --strict")
  }

  @Test("8. Two jobs were started at once: the second one is told who the first one is")
  func twoJobs() throws {
    let incident = try Incident("two jobs started at once")
    try incident.bench.fill()
    let first = try JournalStateStorage.open(incident.bench.store)
    let error = #expect(throws: JournalError.self) {
      try JournalStateStorage.open(incident.bench.store)
    }
    #expect(error?.description.contains("is in use by process") == true)
    #expect(try incident.type("status state").output.contains("running"))
    try incident.type("rewind state --to 9 -y", expecting: 7)
    try first.update(.stream("s0", of: "orders"), to: ["last_id": 100])
    try first.close()
    try incident.type("verify state --strict")
  }

  @Test(
    "9. A running store was copied with cp: the copy says what it lacks; backup makes a whole one")
  func plainCopy() throws {
    let incident = try Incident("a directory copied with plain cp while running")
    try incident.bench.fill(options: Self.smallSegments)
    // What cp sees when it reads the names first and the last segment is begun meanwhile.
    let copy = incident.bench.directory + "/copy"
    try FileManager.default.copyItem(atPath: incident.bench.store, toPath: copy)
    let last = try #require(try incident.bench.names(".journal").last)
    try FileManager.default.removeItem(atPath: copy + "/" + last)
    #expect(try incident.type("verify copy", expecting: 5).output.contains("missing"))
    let running = try JournalStateStorage.open(incident.bench.store)
    try running.update(.stream("s0", of: "orders"), to: ["last_id": 100])
    try incident.type("backup state whole")
    try incident.type("verify-backup whole state")
    try running.close()
  }

  @Test("10. A newer release wrote the store: it is left alone, and who can read it is said")
  func newerVersion() throws {
    let incident = try Incident("a store of a newer version")
    try incident.bench.fill()
    try incident.bench.makeNewer()
    let before = try incident.bench.image()
    try incident.type("status state", expecting: 9)
    try incident.type("repair state --mode salvage -y", expecting: 9)
    try incident.type("--version")
    let after = try incident.bench.image()
    #expect(after == before)
  }
}

/// A disk of half a mebibyte, in a name space of mounts that goes away with its process.
enum SmallDisk {
  private static let mount = """
    set -e
    mkdir small; mount -t tmpfs -o size=512k incident small
    test "$1" = try || { cp -r state small/; cd small; dd if=/dev/zero of=ballast bs=1k 2>/dev/null || true; set +e; eval "$1"; }
    """

  static let isAvailable: Bool = {
    guard let bench = try? JournalToolBench() else { return false }
    return (try? run(bench, "try").code) == 0
  }()

  static func run(
    _ bench: JournalToolBench, _ script: String
  ) throws -> JournalToolBench.Outcome {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare") else {
      return JournalToolBench.Outcome(code: 1, output: "", messages: "no unshare")
    }
    let tools = URL(fileURLWithPath: JournalToolBench.tool).deletingLastPathComponent().path
    return try bench.run([
      "/usr/bin/unshare", "-m", "/bin/sh", "-c",
      "cd \"$2\"; PATH=\"$3:$PATH\"; \(mount)", "sh", script, bench.directory, tools,
    ])
  }
}
