import Testing
import ToolSupport
import journal_torture

@Suite("Stopping and waking writers and compactions")
struct TortureStopTests {
  @Test(
    "Whoever stands still wherever it was, the others go on, and nothing is lost",
    arguments: [false, true])
  func survivesStops(isBuffered: Bool) throws {
    let bench = try TortureBench()
    let report = try StopRun(
      bench.settings(small: true, rounds: 16) { $0.isBuffered = isBuffered }
    ).run()
    #expect(report.violations == [], "seed \(report.seed)")
    #expect(report[.writerStops] > 0)
    #expect(report[.compactorStops] + report[.compactions] > 0)
  }

  @Test(
    "A planted lie is found",
    arguments: [
      TortureLie.instead(of: "workload", "exec sleep 60", "a workload hangs"),
      .afterUpdate("exec sleep 60", "a workload does not go on"),
      .afterUpdate("exit 1", "a workload ended by itself: exit code 1"),
      .instead(of: "compact", "exec sleep 60", "a compaction hangs beside"),
      .instead(of: "compact", "exit 5", "a compaction ended by itself: exit code 5"),
      .instead(of: "read", "exit 5", "failed: exit code 5"),
      .instead(of: "read", "exit 0", "showed another state: lost"),
    ])
  func findsLies(_ lie: TortureLie) throws {
    // The first thing that this seed does is to stop a writer: what an impostor does instead of
    // working holds no lock, so that a compaction would become the writer for longer than it may.
    let seed: UInt64 = 1
    try lie.tell(seed: seed) { bench, impostor in
      var settings = bench.settings(impostor)
      settings.seed = seed
      settings.readerCount = 0
      settings.patience = 2_000_000_000
      return try StopRun(settings).run()
    }
  }

  @Test("SIGTERM ends a workload at once, or in order if it was told so")
  func obeysSignal() throws {
    for (options, expected) in [
      ([], ChildProcess.End.killed(signal: 15)), (["--orderly"], .exited(143)),
    ] {
      let bench = try TortureBench()
      let workload = try ChildProcess(
        TortureBench.tool,
        ["workload", bench.store, "--seed", "7", "--updates", "1000000"] + options)
      var acknowledgements = AcknowledgementReader()
      while acknowledgements.count < 5 {
        guard case .bytes(let bytes) = try workload.read(until: .max) else { break }
        let isRead = acknowledgements.read(bytes)
        #expect(isRead)
      }
      workload.send(15)
      let isRead = acknowledgements.read(try workload.readToEnd(until: .max) ?? [])
      #expect(isRead)
      #expect(try workload.awaitEnd() == expected)
      var model = StateModel(seed: 7, hasDeletions: false)
      model.advance(to: acknowledgements.count)
      let entries = try bench.check()
      let isPrefix = model.advance(toDescribe: entries)
      #expect(isPrefix)
      // In order means that nothing was begun that was not acknowledged.
      if !options.isEmpty { #expect(model.updateCount == acknowledgements.count) }
    }
  }
}
