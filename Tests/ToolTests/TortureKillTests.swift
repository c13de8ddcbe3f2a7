import Testing
import ToolSupport
import journal_torture

@Suite("Killing workloads and checking what is left")
struct TortureKillTests {
  @Test(
    "Killed at any moment, beside readers and compactions, a store holds a prefix with everything acknowledged",
    arguments: [(false, 1), (true, 1), (false, 4), (true, 4)])
  func survivesKills(isBuffered: Bool, writerCount: Int) throws {
    let bench = try TortureBench()
    let report = try KillRun(
      bench.settings(small: true, rounds: 8) { shape in
        shape.hasDeletions = true
        shape.isBuffered = isBuffered
        shape.writerCount = writerCount
      }
    ).run()
    #expect(report.violations == [], "seed \(report.seed)")
    #expect(report[.kills] > 0)
    #expect(report.acknowledgementCount > 0)
  }

  @Test("A missing directory is made; one that cannot be made is named, and is no violation")
  func missingDirectory() throws {
    let bench = try TortureBench()
    func kill(_ name: String) throws -> (output: String, end: ChildProcess.End) {
      try bench.run(
        [
          "kill", bench.directory + name, "--seconds", "1", "--seed", "1", "--readers", "0",
          "--no-compactor",
        ], withErrors: true)
    }
    let made = try kill("/new")
    #expect(made.end == .exited(0), "\(made.output)")
    let refused = try kill("/no/where")
    #expect(refused.end == .exited(2))
    #expect(refused.output.contains("there is no directory \(bench.directory)/no/where"))
    #expect(!refused.output.contains("violation"))
  }

  // What belongs together is printed at once: the kill may come between two writes.
  @Test(
    "A planted lie is found",
    arguments: [
      TortureLie.check("exit 0", "lost: the state is that after update 0"),
      .check(#"echo '{"key":"k1","value":"99:00"}'; exit 0"#, "no prefix"),
      .check(#"echo '{"key":"k1"}'; exit 0"#, "a check printed what is no listing"),
      .check("exit 5", "a check failed: exit code 5"),
      .check(#"rm "$2.lie"; exit 0"#, "lost: the state is that after update 0"),
      .instead(
        of: "workload", "echo ACK 31; exec sleep 60",
        "after update 30, but update 31 was acknowledged"),
      .instead(
        of: "workload", #"printf 'ACK 31\nACK 33\n'; exec sleep 60"#,
        "acknowledgements out of order"),
      .instead(
        of: "workload", #"printf 'ACK 31\nFULL 31\n'; exec sleep 60"#,
        "acknowledgements out of order: FULL 31"),
      .instead(of: "workload", "echo ACK 1; exec sleep 60", "was acknowledged again"),
      .instead(of: "workload", "echo ACK 32; exec sleep 60", "which is not the next"),
      .instead(of: "workload", "exit 0", "success with 0 of"),
      .instead(of: "workload", "exit 1", "a workload ended by itself: exit code 1"),
      .instead(of: "workload", "kill -ABRT $$", "a workload ended by itself: signal 6"),
    ])
  func findsLies(_ lie: TortureLie) throws {
    try lie.tell { bench, impostor in
      var settings = bench.settings(impostor)
      settings.readerCount = 0
      settings.hasCompactor = false
      return try KillRun(settings).run()
    }
  }

  @Test(
    "A reader or compaction that lies is found",
    arguments: [
      TortureLie.instead(
        of: "read", "exit 0",
        "a reader beside the writer showed another state: lost: the state is that after update 0"),
      .instead(of: "read", "exit 5", "a reader beside the writer failed: exit code 5"),
      .instead(
        of: "read", #"echo '{"key":"k1","value":"99:00"}'; exit 0"#,
        "a reader beside the writer showed another state: no prefix"),
      .instead(of: "compact", "exit 1", "a compaction ended by itself: exit code 1"),
    ])
  func findsLyingCompanions(_ lie: TortureLie) throws {
    try lie.tell { bench, impostor in try KillRun(bench.settings(impostor)).run() }
  }

  @Test("A reader that shows what was true before the last acknowledgement is found")
  func findsStaleReader() throws {
    let stale = TortureLie.instead(
      of: "read",
      #"[ -e "$2.old" ] || { "$TOOL" read "$2" > "$2.new"; mv "$2.new" "$2.old"; }; exec cat "$2.old""#,
      "a reader beside the writer showed another state: lost")
    try stale.tell { bench, impostor in try KillRun(bench.settings(impostor)).run() }
  }

  @Test("A reader that writes is found")
  func findsWritingReader() throws {
    let lie = TortureLie.instead(
      of: "read", #": > "$2/quarantined"; exec "$TOOL" "$@""#, "a reader changed the directory")
    try lie.tell { bench, impostor in
      var settings = bench.settings(impostor)
      settings.readerCount = 0
      return try KillRun(settings).run()
    }
  }

  @Test("A store that another workload has filled is not touched")
  func refusesForeignStore() throws {
    let bench = try TortureBench()
    _ = try bench.run(["workload", bench.store, "--seed", "4", "--updates", "30"])
    let before = try bench.check()
    let (output, end) = try bench.run(
      ["kill", bench.store, "--seconds", "1", "--seed", "3"], withErrors: true)
    #expect(end == .exited(1))
    #expect(output.contains("something else than updates of seed 3"))
    #expect(try bench.check() == before)
  }
}
