import Foundation
import StateJournal
import Testing
import ToolSupport

@Suite("Tools that are started without standard input or outputs", .timeLimit(.minutes(30)))
struct StandardDescriptorTests {
  /// Which of them a process is started without, as a shell says it.
  private static let closings = ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"]

  /// What is in the files below a directory, by their paths.
  private func contents(of directory: String) throws -> [String: String] {
    var contents: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
      guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else {
        continue
      }
      contents[name] = String(decoding: data, as: UTF8.self)
    }
    return contents
  }

  private func expectSound(_ store: String) throws {
    let verdict = try JournalInspector(store).verify()
    #expect(verdict.findings.isEmpty, "\(verdict.findings)")
  }

  @Test(
    "ingest writes what it always writes, and no message of it is in any file", arguments: closings)
  func ingest(closing: String) throws {
    let bench = try JournalToolBench()
    let input = bench.directory + "/in"
    try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: false)
    // Each malformed row is a message while files are open, and so is the rest behind the last one.
    let text = "n,m\n" + (0..<50).map { "\($0),x\n\($0)\n" }.joined() + "held"
    for name in ["a.csv", "b.csv"] {
      try text.write(toFile: "\(input)/\(name)", atomically: false, encoding: .utf8)
    }
    let command =
      "\(TortureBench.tool("ingest")) --from \(input) --to \(bench.directory)/out "
      + "--state \(bench.store) --skip-malformed \(closing)"
    let rows = (0..<50).map { "{\"n\":\"\($0)\",\"m\":\"x\"}\n" }.joined()
    for _ in 0..<2 {
      let outcome = try bench.run(["/bin/sh", "-c", command])
      #expect(outcome.code == 0, "\(outcome)")
      #expect(
        try contents(of: bench.directory + "/out") == ["a.ndjson": rows, "b.ndjson": rows])
      #expect(try contents(of: input) == ["a.csv": text, "b.csv": text])
      try expectSound(bench.store)
      for (name, content) in try contents(of: bench.store) {
        #expect(!content.contains("skipped \(input)/"), "\(name)")
      }
    }
  }

  @Test(
    "journal-tool changes a store, journal-torture fills one, and no message is in it",
    arguments: closings)
  func stores(closing: String) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let torture = bench.directory + "/torture"
    try FileManager.default.createDirectory(atPath: torture, withIntermediateDirectories: false)
    for command in [
      "\(JournalToolBench.tool) set \(bench.store) orders/new --path n 1",
      "\(JournalToolBench.tool) compact \(bench.store) -y",
      "\(TortureBench.tool) workload \(torture) --seed 1 --updates 50",
    ] {
      let outcome = try bench.run(["/bin/sh", "-c", "\(command) \(closing)"])
      // Where what was done cannot be told, that may be an error, behind it; no signal ends the process.
      let isTold = !closing.replacingOccurrences(of: "2>&-", with: "").contains(">&-")
      #expect(isTold ? outcome.code == 0 : outcome.code < 100, "\(command): \(outcome)")
    }
    #expect(try bench.run("get", bench.store, "orders/new").output == "{\"n\":1}\n")
    for store in [bench.store, torture] {
      try expectSound(store)
      for (name, content) in try contents(of: store) {
        for words in ["journal-tool: ", "next: ", "ACK 1\n"] {
          #expect(!content.contains(words), "\(name)")
        }
      }
    }
  }

  /// Runs that are far from done when they are looked at; `@` is a directory.
  private static let runs = [
    "ingest --config @/job.json", "journal-torture workload @/in --seed 1 --updates 1000000000",
    "journal-bench durable --dir @ --rounds 100 --seconds 100", "state-conformance matrix",
    "journal-fuzz run --dir @ --seconds 600 --iterations 1000000000000",
  ]

  @Test(
    "Every tool that writes files has something in their place before it opens any",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")), arguments: runs)
  func held(run: String) throws {
    let bench = try JournalToolBench()
    try FileManager.default.createDirectory(
      atPath: bench.directory + "/in", withIntermediateDirectories: false)
    try """
    {
      "state": {"directory": "state"}, "watch": "1h",
      "sources": [{"name": "in", "type": "directory", "path": "in", "format": "csv"}],
      "sinks": [{"name": "out", "type": "ndjson", "path": "out"}]
    }
    """.write(toFile: bench.directory + "/job.json", atomically: false, encoding: .utf8)
    let words = run.replacing("@", with: bench.directory).split(separator: " ").map(String.init)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      ["-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", TortureBench.tool(words[0])] + words.dropFirst()
    try process.run()
    var targets: [String?] = []
    // Each look is at another moment; a process without them never has them, and ends or is given up.
    let deadline = ContinuousClock.now + .seconds(120)
    repeat {
      targets = (0...2).map {
        try? FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/\(process.processIdentifier)/fd/\($0)")
      }
    } while targets != ["/dev/null", "/dev/null", "/dev/null"] && process.isRunning
      && ContinuousClock.now < deadline
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(targets == ["/dev/null", "/dev/null", "/dev/null"], "\(run)")
  }
}
