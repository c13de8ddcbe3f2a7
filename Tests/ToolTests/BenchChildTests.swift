import Testing
import ToolSupport

@Suite("The benchmark as an outside harness runs it")
struct BenchChildTests {
  /// What a child prints: its lines in order, each taken apart.
  private func child(
    _ bench: TortureBench, _ options: [String]
  ) throws -> (lines: [(key: String, value: String)], end: ChildProcess.End) {
    let (output, end) = try bench.run(
      ["child", "--dir", bench.store] + options, tool: TortureBench.tool("journal-bench"))
    let lines = output.split(separator: "\n").map { line in
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      return (key: parts[0], value: parts.count == 2 ? parts[1] : "")
    }
    return (lines, end)
  }

  static let kinds = [
    ["--engine", "subject:nosync"], ["--engine", "subject:sync", "--threads", "3"],
    ["--engine", "subject:sync", "--threads", "9", "--tasks", "1"],
    ["--engine", "subject:nosync", "--level", "state", "--threads", "2"],
  ]

  @Test("Updates are counted, timed and found again", arguments: kinds)
  func updates(kind: [String]) throws {
    let bench = try TortureBench()
    let (lines, end) = try child(
      bench,
      kind + ["--op", "update", "--streams", "50", "--secs", "0.2", "--color", "whatever"])
    #expect(end == .exited(0))
    let keys = lines.map(\.key).filter { $0 != "wchar_per_op" && $0 != "wbytes_per_op" }
    #expect(keys == ["ops_per_s", "p50_us", "p99_us", "cpu_us_per_op", "ok"])
    #expect(lines.last?.value == "1")
    for line in lines { #expect(Double(line.value).map { $0 >= 0 } == true, "\(line)") }
  }

  @Test(
    "What was loaded before a kill is recovered, and nothing else passes for it",
    arguments: [["--distinct", "1"], ["--compact", "1"], ["--nocp", "1", "--level", "state"]])
  func recovers(kind: [String]) throws {
    let bench = try TortureBench()
    let (loaded, end) = try child(
      bench,
      kind + [
        "--engine", "subject:nosync", "--op", "load", "--streams", "70", "--updates", "500",
        "--kill", "1",
      ])
    #expect(end == .killed(signal: 9))
    #expect(loaded.last.map { "\($0.key)=\($0.value)" } == "ok=1")
    let key = try #require(loaded.first { $0.key == "last_key" }?.value)
    let number = try #require(loaded.first { $0.key == "last_seq" }?.value)
    let recover = kind + ["--op", "recover", "--key", key, "--seq"]
    let (recovered, _) = try child(bench, recover + [number])
    #expect(recovered.last.map { "\($0.key)=\($0.value)" } == "ok=1")
    #expect(recovered.contains { $0.key == "t_read_ns" })
    #expect(recovered.contains { $0.key == "open_ms" })
    let (refused, refusal) = try child(bench, recover + ["7"])
    #expect(refusal == .exited(1))
    #expect(refused.last?.key == "err")
  }

  @Test("A load says what it wrote, and with --compact what that cost and left")
  func loads() throws {
    let load = [
      "--engine", "subject:nosync", "--op", "load", "--streams", "60", "--updates", "400",
    ]
    let disk = ["wa_wchar", "wa_wbytes"]
    let (lines, end) = try child(try TortureBench(), load)
    #expect(end == .exited(0))
    #expect(
      lines.map(\.key).filter { !disk.contains($0) }
        == ["load_ops_per_s", "before_mb", "last_key", "last_seq", "ok"])
    let (compacted, _) = try child(try TortureBench(), load + ["--compact", "1"])
    #expect(
      compacted.map(\.key).filter { !disk.contains($0) } == [
        "load_ops_per_s", "before_mb", "last_key", "last_seq", "compact_ms", "after_mb", "ok",
      ])
  }

  @Test(
    "Other stores are measured by the same door",
    arguments: ["reference:sync", "reference:nosync", "sqlite:sync", "sqlite:nosync"])
  func otherStores(engine: String) throws {
    let bench = try TortureBench()
    let (lines, end) = try child(
      bench,
      ["--engine", engine, "--op", "update", "--streams", "50", "--secs", "0.1", "--threads", "3"])
    if lines.last?.key == "err", lines.last?.value.contains("no SQLite") == true { return }
    #expect(end == .exited(0))
    #expect(lines.last.map { "\($0.key)=\($0.value)" } == "ok=1")
  }

  @Test("Reads are counted", arguments: [["--compact", "1"], ["--level", "state"]])
  func reads(kind: [String]) throws {
    let bench = try TortureBench()
    let (lines, _) = try child(
      bench, kind + ["--op", "read", "--streams", "50", "--secs", "0.1"])
    #expect(lines.map(\.key) == ["ops_per_s", "ok"])
  }

  @Test("What makes no sense is an error line and exit code 2")
  func refuses() throws {
    let (lines, end) = try child(try TortureBench(), ["--op", "write"])
    #expect(end == .exited(2))
    #expect(lines.map(\.key) == ["err"])
  }
}
