import Testing
import ToolSupport
import journal_torture

@Suite("Killing workloads and checking what is left")
struct TortureKillTests {
  private func shape(small: Bool, deletions: Bool, buffered: Bool, writers: Int) -> LoadShape {
    var shape = LoadShape()
    shape.isSmall = small
    shape.hasDeletions = deletions
    shape.isBuffered = buffered
    shape.writerCount = writers
    return shape
  }

  @Test(
    "Killed at any moment, a store holds a prefix with everything acknowledged",
    arguments: [(false, 1), (true, 1), (false, 4), (true, 4)])
  func survivesKills(isBuffered: Bool, writerCount: Int) throws {
    let bench = try TortureBench()
    var run = KillRun(
      directory: bench.store, seconds: 600, seed: 3,
      shape: shape(small: true, deletions: true, buffered: isBuffered, writers: writerCount))
    run.executable = TortureBench.tool
    run.maximumLifeCount = 15
    let report = try run.run()
    #expect(report.violations == [], "seed \(report.seed)")
    #expect(report.killCount > 0)
    #expect(report.acknowledgementCount > 0)
  }

  /// A lie about a store that holds 30 updates, and what must be said about it. Lies are told without
  /// the tool: killing a script would leave a tool behind that it has started.
  struct Lie: Sendable {
    var script: String
    var violation: String

    /// The workload claims something and then does nothing.
    static func workload(_ script: String, _ violation: String) -> Lie {
      Lie(script: "[ $1 = workload ] && { \(script); }", violation: violation)
    }

    /// The check tells the truth until the first workload has run.
    static func check(_ script: String, _ violation: String) -> Lie {
      Lie(
        script: """
          [ $1 = workload ] && : > "$2.lie"
          [ $1 = check ] && [ -e "$2.lie" ] && { \(script); }
          """, violation: violation)
    }
  }

  @Test(
    "A planted lie is found",
    arguments: [
      Lie.check("exit 0", "lost: the state is that after update 0"),
      .check(#"echo '{"key":"k1","value":"99:00"}'; exit 0"#, "no prefix"),
      .check(#"echo '{"key":"k1"}'; exit 0"#, "a check printed what is no listing"),
      .check("exit 5", "a check failed: exited(5)"),
      .check(#"rm "$2.lie"; exit 0"#, "lost: the state is that after update 0"),
      .workload("echo ACK 31; exec sleep 60", "after update 30, but update 31 was acknowledged"),
      .workload("echo ACK 31; echo ACK 33; exec sleep 60", "acknowledgements out of order"),
      .workload("echo ACK 1; exec sleep 60", "was acknowledged again"),
      .workload("echo ACK 32; exec sleep 60", "which is not the next"),
      .workload("exit 0", "success with 0 of"),
      .workload("exit 1", "a workload ended by itself: exited(1)"),
      .workload("kill -ABRT $$", "a workload ended by itself: killed(signal: 6)"),
    ])
  func findsLies(_ lie: Lie) throws {
    let bench = try TortureBench()
    _ = try bench.run(["workload", bench.store, "--seed", "3", "--updates", "30"])
    var run = KillRun(
      directory: bench.store, seconds: 600, seed: 3,
      shape: shape(small: false, deletions: false, buffered: false, writers: 1))
    run.executable = try bench.impostor(lie.script + "\nexec \"$TOOL\" \"$@\"")
    let report = try run.run()
    #expect(report.violations.count == 1)
    #expect(report.violations.first?.contains(lie.violation) == true, "\(report.text)")
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
