import Foundation
import Testing
import ToolSupport
import journal_torture

@Suite("Killing somebody's own job")
struct TortureRunTests {
  private func run(
    _ bench: TortureBench, _ options: [String], _ command: [String]
  ) throws -> (output: String, end: ChildProcess.End) {
    try bench.run(["run", "--seed", "5"] + options + ["--"] + command, withErrors: true)
  }

  @Test("A job that loads each row exactly once passes, however often it is killed")
  func passesIngest() throws {
    let bench = try TortureBench()
    let input = bench.directory + "/csv"
    try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
    let rows = (1...20_000).map { "\($0),name \($0)" }.joined(separator: "\n")
    try "id,name\n\(rows)\n".write(toFile: input + "/rows.csv", atomically: true, encoding: .utf8)
    let output = bench.directory + "/out"
    let (text, end) = try run(
      bench,
      [
        "--journal", output + "/.state", "--check",
        "test $(cat \(output)/rows.ndjson | wc -l) = 20000 "
          + "&& test $(sort -u \(output)/rows.ndjson | wc -l) = 20000",
      ], [TortureBench.tool("ingest"), "--from", input, "--to", output])
    #expect(end == .exited(0), "\(text)")
    #expect(text.contains("seed 5: "))
    #expect(text.contains("1 orderly ends"))
    #expect(!text.contains(" 0 kills"))
    #expect(text.contains("0 violations\nthe check succeeded"))
  }

  @Test("A job that damages its journal is found, and the journal is left as it is")
  func findsDamage() throws {
    let bench = try TortureBench()
    let (text, end) = try run(
      bench, ["--journal", bench.store],
      [
        "/bin/sh", "-c",
        #"""
        "$0" workload "$1" --seed 1 --updates 50 > "$1.acks" || exit 3
        printf X | dd of="$1/00000000000000000001.journal" bs=1 seek=2000 conv=notrunc 2>/dev/null
        """#, TortureBench.tool, bench.store,
      ])
    #expect(end == .exited(1))
    #expect(text.contains("violation: the journal is damaged after "), "\(text)")
    #expect(text.contains("00000000000000000001.journal at offset "))
    #expect(text.contains("everything is left as it was found"))
    let verdict = try bench.run(
      ["verify", bench.store], tool: TortureBench.tool("journal-tool"))
    #expect(verdict.end == .exited(5))
  }

  @Test("A job that loses its journal is found")
  func findsLoss() throws {
    let bench = try TortureBench()
    let (text, end) = try run(
      bench, ["--journal", bench.store],
      [
        "/bin/sh", "-c",
        #"[ -e "$1.done" ] && { rm -f "$1"/*; exit 0; }; "$0" workload "$1" --seed 1 --updates 9; : > "$1.done"; sleep 60"#,
        TortureBench.tool, bench.store,
      ])
    #expect(end == .exited(1))
    #expect(text.contains("it is gone") || text.contains("the journal is damaged"), "\(text)")
  }

  @Test(
    "A job that fails by itself, ends without a journal or fails its check is told apart",
    arguments: [
      (
        ["--kills", "0"], "echo why; exit 3",
        "the job failed by itself: exit code 3; the end of its output:\nwhy"
      ),
      (["--kills", "0"], "kill -SEGV $$", "the job failed by itself: signal 11"),
      (
        ["--journal", "/nonexistent/state"], "exit 0",
        "the job made no journal in /nonexistent/state"
      ),
      (["--check", "echo seen; exit 4"], "exit 0", "the check failed: exit code 4"),
    ])
  func tellsFailures(options: [String], script: String, violation: String) throws {
    let (text, end) = try run(TortureBench(), options, ["/bin/sh", "-c", script])
    #expect(end == .exited(1))
    #expect(text.contains("violation: \(violation)"), "\(text)")
    #expect(text.contains("seed 5: "))
  }

  @Test("A program that is not there is an error, not a violation")
  func reportsMissingProgram() throws {
    let (text, end) = try run(TortureBench(), [], ["no-such-program"])
    #expect(end == .exited(1))
    #expect(text.contains("start no-such-program: No such file or directory"))
  }

  @Test("What a job leaves behind ends with it")
  func endsDescendants() throws {
    let bench = try TortureBench()
    // The reading ends when nobody has the output open any more.
    let (text, end) = try run(
      bench, ["--kills", "0", "--show"], ["/bin/sh", "-c", "sleep 600 & echo started"])
    #expect(end == .exited(0))
    #expect(text.contains("started"))
  }

  @Test(
    "Asked to end, the tool ends its job and says how far it came; killed, it takes the job along",
    arguments: [15, 9] as [Int32])
  func endsWithItsJob(signal: Int32) throws {
    let tool = try ChildProcess(
      "/bin/sh",
      [
        "-c", "exec \"$0\" \"$@\" 2>&1", TortureBench.tool, "run", "--kills", "0", "--show", "--",
        "/bin/sh", "-c", "sleep 600 & echo started; sleep 600",
      ])
    var output: [UInt8] = []
    while !String(decoding: output, as: UTF8.self).contains("started") {
      guard case .bytes(let bytes) = try tool.read(until: .max) else { break }
      output += bytes
    }
    tool.send(signal)
    // Ends when nobody, the job's own child included, has the output open any more.
    output += try tool.readToEnd(until: .max) ?? []
    if signal == 9 {
      #expect(try tool.awaitEnd() == .killed(signal: 9))
    } else {
      #expect(try tool.awaitEnd() == .exited(143))
      #expect(String(decoding: output, as: UTF8.self).contains("0 violations (interrupted)"))
    }
  }
}
