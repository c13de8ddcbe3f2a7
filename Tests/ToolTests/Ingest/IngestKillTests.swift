import FileIO
import Foundation
import LoopbackServer
import SQLiteConnection
import StateJournal
import Synchronization
import Testing
import ToolSupport

/// Runs the real tool, kills it at random moments while its input grows, and in the end lets it finish.
private final class KillRig {
  /// How often each test kills the tool.
  static let killCount =
    ProcessInfo.processInfo.environment["INGEST_KILLS"].flatMap { Int($0) } ?? 6

  let directory: String
  private var choices = SeededChoices(seed: 6)
  /// Lives after which the target had rows that the state knew nothing of.
  private(set) var aheadCount = 0
  private(set) var killCount = 0
  private(set) var endCount = 0

  init() throws {
    directory =
      FileManager.default.temporaryDirectory.path + "/ingest-kill-\(UInt64.random(in: 0 ... .max))"
    for name in ["in", "whole", "killed"] {
      try FileManager.default.createDirectory(
        atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// Writes the configuration for an output of that name.
  private func configuration(_ name: String, _ source: String, _ sink: String) throws -> String {
    let file = "\(directory)/\(name)/job.json"
    let text = """
      {
        "state": {"directory": "state"},
        "sources": [\(source)],
        "sinks": [\(sink)],
        "grouping": {"payloads": 1}
      }
      """
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private func run(_ file: String) throws -> (output: String, end: ChildProcess.End) {
    let tool = try ChildProcess(
      "/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", TortureBench.tool("ingest"), "--config", file])
    let output = try tool.readToEnd(until: .max) ?? []
    return (String(decoding: output, as: UTF8.self), try tool.awaitEnd())
  }

  /// Kills the tool as often as is asked for, with more input before each life; then lets it finish, and
  /// lets another one do everything in one go.
  func torture(
    source: String, sink: String, grow: (Int) throws -> Void,
    afterKill: (KillRig) async throws -> Void = { _ in }
  ) async throws {
    let file = try configuration("killed", source, sink)
    var life = 0
    try grow(life)
    let start = MonotonicClock.now
    let first = try run(file)
    #expect(first.end == .exited(0), "\(first.output)")
    // How long a life is that nobody ends: the machine may become faster meanwhile.
    var duration = MonotonicClock.now - start
    while killCount < Self.killCount {
      life += 1
      try grow(life)
      let group = try ProcessGroup()
      let tool = try ChildProcess(
        TortureBench.tool("ingest"), ["--config", file, "--quiet"], group: group.identifier,
        files: StandardFiles(output: STDERR_FILENO))
      let birth = MonotonicClock.now
      let deadline = birth + Int64(choices.below(UInt64(duration + duration / 4)))
      if try tool.end(by: deadline) != nil { duration = MonotonicClock.now - birth }
      tool.crash()
      switch try tool.awaitEnd() {
      case .killed: killCount += 1
      case .exited(0): endCount += 1
      case let end:
        Issue.record("the tool failed by itself in life \(life): \(end)")
        return
      }
      try await afterKill(self)
    }
    let last = try run(file)
    #expect(last.end == .exited(0), "\(last.output)")
    let whole = try run(try configuration("whole", source, sink))
    #expect(whole.end == .exited(0), "\(whole.output)")
  }

  func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: "\(directory)/\(name)").map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  func append(_ text: String, to name: String) throws {
    let path = "\(directory)/\(name)"
    if let handle = FileHandle(forWritingAtPath: path) {
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    } else {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
  }

  func rename(_ name: String, to newName: String) throws {
    try FileManager.default.moveItem(
      atPath: "\(directory)/\(name)", toPath: "\(directory)/\(newName)")
  }

  /// Compares the cursor in the target with the state of the job, which must never be ahead.
  func compareCursors(_ source: String, _ stream: String) async throws {
    guard FileManager.default.fileExists(atPath: "\(directory)/killed/out.sqlite") else { return }
    let target = try Connection(
      opening: "\(directory)/killed/out.sqlite", busyTimeout: .seconds(120))
    let commits =
      try target.execute("SELECT commits FROM ingestion_cursor WHERE stream = '\(stream)'") ?? 0
    let storage = try await JournalStateStorage.open("\(directory)/killed/state")
    let known = try await storage.read(.stream(stream, of: source))["sink"]?["commits"]?.int ?? 0
    try await storage.close()
    #expect(known <= commits, "the state is ahead of the data")
    if known < commits { aheadCount += 1 }
  }

  func rows(_ name: String, _ query: String) throws -> [Int64] {
    try Connection(opening: "\(directory)/\(name)/out.sqlite", busyTimeout: .seconds(120))
      .prepare(query).rows { $0.integer(0) }
  }
}

@Suite("ingest: killed with every kind of source and sink", .timeLimit(.minutes(30)))
struct IngestKillTests {
  @Test(
    "A SQLite table goes into another one, each row exactly once",
    .enabled(if: SQLiteError.libraryVersion != nil, "this system has no SQLite library"))
  func tableToTable() async throws {
    let rig = try KillRig()
    let input = try Connection(opening: rig.directory + "/in/in.sqlite", busyTimeout: .seconds(120))
    try input.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT)")
    try await rig.torture(
      source: """
        {"name": "shop", "type": "sqlite", "path": "../in/in.sqlite", "batch": 10,
         "tables": [{"name": "orders", "key": "id"}]}
        """,
      sink: #"{"name": "out", "type": "sqlite", "path": "out.sqlite"}"#,
      grow: { life in
        try input.execute(
          """
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
          INSERT INTO orders (name) SELECT 'life \(life) row ' || i FROM n
          """)
      },
      afterKill: { try await $0.compareCursors("shop", "orders") })
    let expected = try input.execute("SELECT count(*) FROM orders") ?? 0
    #expect(try rig.rows("killed", "SELECT id FROM orders") == Array(1...expected))
    #expect(
      try rig.rows("killed", "SELECT count(DISTINCT name) FROM orders") == [expected])
    #expect(try rig.rows("whole", "SELECT id FROM orders") == Array(1...expected))
    print(
      "SQLite sink: \(rig.killCount) kills, \(rig.endCount) ends in between, \(expected) rows; the "
        + "target was ahead of the state after \(rig.aheadCount) of them")
  }

  @Test("Files of a directory go into CSV, byte for byte as without kills")
  func directoryToCSV() async throws {
    let rig = try KillRig()
    try await rig.torture(
      source: """
        {"name": "inbox", "type": "directory", "path": "../in", "format": "ndjson"}
        """,
      sink: #"{"name": "out", "type": "csv", "path": "out"}"#,
      grow: { life in
        for name in ["a", "b"] {
          let lines = (0..<400).map { "{\"n\":\(life * 400 + $0),\"text\":\"a, \\\"b\\\"\"}\n" }
          try rig.append(lines.joined(), to: "in/\(name).ndjson")
        }
      })
    for name in ["a", "b"] {
      #expect(rig.text("killed/out/\(name).csv") == rig.text("whole/out/\(name).csv"))
    }
    #expect(rig.text("whole/out/a.csv")?.hasPrefix("n,text\r\n0,\"a, \"\"b\"\"\"\r\n") == true)
  }

  @Test(
    "A log that is rotated in both ways while the tool is killed gives each line once, in order")
  func rotatedLog() async throws {
    let rig = try KillRig()
    var number = 0
    func write(_ count: Int) throws {
      let lines = (0..<count).map { "{\"n\":\(number + $0)}\n" }
      number += count
      try rig.append(lines.joined(), to: "in/app.log")
    }
    try await rig.torture(
      source: #"{"name": "app", "type": "log", "path": "../in/app.log"}"#,
      sink: #"{"name": "out", "type": "ndjson", "path": "out"}"#,
      grow: { life in
        try write(300)
        guard life % 3 > 0 else { return }
        for age in stride(from: life, to: 0, by: -1) where rig.text("in/app.log.\(age)") != nil {
          try rig.rename("in/app.log.\(age)", to: "in/app.log.\(age + 1)")
        }
        if life % 3 == 1 {
          try rig.rename("in/app.log", to: "in/app.log.1")
        } else {
          try rig.append(rig.text("in/app.log") ?? "", to: "in/app.log.1")
          let log = try #require(FileHandle(forWritingAtPath: rig.directory + "/in/app.log"))
          try log.truncate(atOffset: 0)
          try log.close()
        }
        try write(50)
      })
    let expected = (0..<number).map { "{\"n\":\($0)}\n" }.joined()
    #expect(rig.text("killed/out/app.log.ndjson") == expected)
    #expect(rig.text("whole/out/app.log.ndjson") == expected)
  }

  @Test(
    "A JSON API goes into a table by key, and the table is that of a run without kills",
    .enabled(if: SQLiteError.libraryVersion != nil, "this system has no SQLite library"))
  func serviceToTable() async throws {
    let rig = try KillRig()
    let rowCount = Mutex(0)
    let server = try LoopbackServer { request in
      let start = request.path.split(separator: "=").last.flatMap { Int($0) } ?? 0
      let count = rowCount.withLock { $0 }
      let end = min(start + 20, count)
      let rows = (start..<end).map { "{\"id\":\($0),\"half\":\(Double($0) / 2)}" }
      let next = end < count ? "\(end)" : "null"
      return HTTPAnswer(
        200, Array("{\"rows\":[\(rows.joined(separator: ","))],\"next\":\(next)}".utf8))
    }
    try await rig.torture(
      source: """
        {"name": "api", "type": "http", "streams": [
          {"name": "items", "address": "\(server.address)/items", "rows": "rows",
           "paging": {"cursor": "next", "parameter": "from"}}]}
        """,
      sink: #"{"name": "out", "type": "sqlite", "path": "out.sqlite", "key": ["id"]}"#,
      grow: { _ in rowCount.withLock { $0 += 65 } },
      afterKill: { try await $0.compareCursors("api", "items") })
    let count = Int64(rowCount.withLock { $0 })
    #expect(try rig.rows("killed", "SELECT id FROM items ORDER BY id") == Array(0..<count))
    #expect(
      try rig.rows("killed", "SELECT half * 2 FROM items ORDER BY id")
        == rig.rows("whole", "SELECT half * 2 FROM items ORDER BY id"))
    // Not even a second time by the same key.
    #expect(try rig.rows("killed", "SELECT rows FROM ingestion_cursor") == [count])
  }

  @Test("Complete files of CSV are taken once each, whatever moment the tool is killed at")
  func inboxToLines() async throws {
    let rig = try KillRig()
    try await rig.torture(
      source: """
        {"name": "inbox", "type": "directory", "path": "../in", "format": "csv",
         "complete": {"marked": ".done"}}
        """,
      sink: #"{"name": "out", "type": "ndjson", "path": "out"}"#,
      grow: { life in
        let rows = (0..<200).map { "\(life * 200 + $0),x\r\n" }
        try rig.append("id,name\r\n" + rows.joined(), to: "in/\(life).csv")
        try rig.append("", to: "in/\(life).csv.done")
      })
    let names = try FileManager.default.contentsOfDirectory(atPath: rig.directory + "/whole/out")
    #expect(names.count > KillRig.killCount)
    for name in names {
      #expect(rig.text("killed/out/\(name)") == rig.text("whole/out/\(name)"), "\(name)")
    }
  }
}
