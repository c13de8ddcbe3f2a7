import FileIO
import Foundation
import JournalEngine
import StateJournal
import Synchronization
import Testing

@Suite("journal-tool compact plans, asks, and leaves the state as it is")
struct JournalToolCompactTests {
  @Test("Without a terminal it needs -y, and says so")
  func refuses() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let before = try bench.image()
    let refused = try bench.run("compact", bench.store)
    #expect(refused.code == 8)
    #expect(refused.messages.contains("journal-tool compact \(bench.store) -y"))
    let plan = try bench.run("compact", bench.store, "--dry-run")
    #expect(plan.code == 0)
    #expect(plan.output.contains("32 commits of log"))
    #expect(try bench.run("compact", bench.store, "-n", "-y").code == 0)
    #expect(try bench.image() == before)
  }

  @Test(
    "The plan says how long the past is kept as people say it",
    arguments: [
      ("4w", "28 days"), ("1d", "1 day"), ("36h", "36 hours"), ("90m", "90 minutes"),
      ("120s", "2 minutes"), ("61s", "61 seconds"), ("0s", "0 seconds"),
    ])
  func keep(text: String, shown: String) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let plan = try bench.run("compact", bench.store, "-n", "--keep", text)
    #expect(plan.output.contains("but for the last \(shown)\n"), "\(plan)")
  }

  @Test("It turns the log into one snapshot, once, and the state stays the same")
  func compacts() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let state = try bench.run("replay", bench.store).output
    let outcome = try bench.run("compact", bench.store, "-y", "--json")
    #expect(outcome.code == 0)
    let summary = try #require(try outcome.lines().last)
    #expect(summary["compacted"] == true)
    #expect(summary["file"] == .string(try #require(try bench.names(".snapshot").first)))
    #expect(try bench.run("replay", bench.store).output == state)
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    let again = try bench.run("compact", bench.store, "-y")
    #expect(again.code == 0)
    #expect(again.output.contains("nothing to do"))
    #expect(try bench.names(".snapshot").count == 1)
  }

  @Test("How long it took is not told without the time that the log was read in")
  func duration() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let text = StateValue.string(String(repeating: "x", count: 1 << 20))
    for number in 0..<24 {
      try storage.update(.stream("s", of: "large"), to: ["n": .int(Int64(number)), "text": text])
    }
    try storage.close()
    let told = Mutex<[Int64]>([])
    var inspector = JournalInspector(bench.store)
    inspector.onOpeningProgress = { _ in
      let moment = MonotonicClock.now
      told.withLock { $0.append(moment) }
    }
    let report = try #require(try inspector.compact())
    let moments = told.withLock { $0 }
    let first = try #require(moments.first)
    let last = try #require(moments.last)
    #expect(moments.count > 2 && report.duration >= .nanoseconds(last - first))
  }

  @Test("Beside a writer it does not wait, and the writer goes on")
  func besideWriter() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let storage = try JournalStateStorage.open(bench.store)
    try storage.update(.stream("s0", of: "orders"), to: ["last_id": 1000])
    try storage.update(.stream("s1", of: "orders"), to: ["last_id": 1001])
    let outcome = try bench.run("compact", bench.store, "-y")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    try storage.update(.stream("s2", of: "orders"), to: ["last_id": 1002])
    try storage.close()
    let replay = try bench.run("replay", bench.store).output
    for number in 1000...1002 { #expect(replay.contains("\(number)")) }
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
  }

  @Test("While another compaction runs it is 7, with who it is")
  func locked() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let directory = try POSIXFileSystem().openDirectory(bench.store, creating: false)
    let lock = try DirectoryLock.acquire(.compaction, in: directory)
    try lock.sign()
    let outcome = try bench.run("compact", bench.store, "-y")
    #expect(outcome.code == 7)
    #expect(outcome.messages.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    #expect(outcome.messages.contains("next: journal-tool status"))
    #expect(try bench.run("verify", bench.store).code == 0)
    lock.release()
    #expect(try bench.run("compact", bench.store, "-y").code == 0)
  }

  @Test(
    "On a terminal it asks, and only yes is yes",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")),
    arguments: [("y\n", Int32(0)), ("yes\n", 0), ("n\n", 8), ("\n", 8)])
  func asks(answer: String, code: Int32) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let before = try bench.image()
    let command = "\(JournalToolBench.tool) compact \(bench.store)"
    let outcome = try bench.run(
      ["/usr/bin/script", "-qec", command, "/dev/null"], input: answer)
    #expect(outcome.output.contains("Compact? [y/N]"))
    #expect(outcome.code == code, "\(outcome.output)")
    #expect((try bench.image() == before) == (code != 0))
  }

  @Test("Ctrl-C is 130")
  func interrupted() throws {
    let bench = try JournalToolBench()
    try bench.fill(5000)
    // A pipe that nobody reads holds the dump up in the middle.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = ["dump", bench.store]
    let (pipe, errors) = (Pipe(), Pipe())
    process.standardOutput = pipe
    process.standardError = errors
    try process.run()
    // Its first bytes say that it has begun, and that the handler is in place.
    _ = try #require(try pipe.fileHandleForReading.read(upToCount: 1))
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    let message = try errors.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: message, as: UTF8.self).contains("interrupted"))
  }
}
