import Foundation
import Testing
import ToolSupport
import journal_torture

@Suite("Filling and freeing the disk under a workload")
struct TortureFillTests {
  @Test(
    "On a small file system, updates are refused and go on, or what is missing for one is said",
    arguments: [["--writers", "1"], ["--writers", "3", "--deletes"]])
  func survivesFullDisk(load: [String]) throws {
    let bench = try TortureBench()
    let (output, end) = try bench.run(
      ["fill", bench.store, "--seconds", "2", "--seed", "3", "--small", "--on", "tmpfs"] + load,
      withErrors: true)
    if end == .exited(1), output.contains("no small file system can be made here") { return }
    #expect(end == .exited(0), "\(output)")
    #expect(output.contains("fills tmpfs of"))
    #expect(output.contains("0 violations"))
    #expect(!output.contains(" 0 fills"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.store) == [])
  }

  @Test("A directory with anything in it is left alone")
  func refusesFullDirectory() throws {
    let bench = try TortureBench()
    let (output, end) = try bench.run(
      ["fill", bench.directory, "--seconds", "1", "--seed", "3"], withErrors: true)
    #expect(end == .exited(1))
    #expect(output.contains("holds store; fill needs an empty directory of its own"))
  }

  @Test("A file system that is not small is not filled")
  func refusesLargeDisk() throws {
    let bench = try TortureBench()
    let (output, end) = try bench.run(
      [
        "fill", bench.directory, "--seconds", "1", "--seed", "3", "--bytes", "8388608",
        "--mounted", "ext4",
      ], withErrors: true)
    #expect(end == .exited(1))
    #expect(output.contains("not 8388608 at most"))
  }

  @Test(
    "A planted lie is found",
    arguments: [
      TortureLie.afterUpdate("exit 1", "a workload ended by itself when the disk became full"),
      .afterUpdate("exec sleep 60", "a workload is never refused although the disk is full"),
      .afterUpdate(
        "i=32; while :; do echo ACK $i; i=$((i+1)); done",
        "a workload is never refused although the disk is full"),
      .afterUpdate(
        "while :; do echo FULL 32; sleep 0.05; done",
        "does not go on with the same handle although there is room again"),
      .afterUpdate(
        """
        trap 'exit 143' TERM; echo FULL 32; i=32
          while :; do echo ACK $i; i=$((i+1)); sleep 0.001; [ $((i % 9)) = 0 ] && echo FULL $i; done
        """, "lost: the state is that after update 31"),
    ])
  func findsLies(_ lie: TortureLie) throws {
    try lie.tell { bench, impostor in
      var settings = bench.settings(impostor)
      settings.patience = 2_000_000_000
      // The disk is not really full; the workload says so.
      return try FillRun(settings, ballastPath: bench.directory + "/ballast", byteCount: 0).run()
    }
  }
}
