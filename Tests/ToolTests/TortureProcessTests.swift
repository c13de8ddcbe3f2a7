import Foundation
import Testing
import ToolSupport
import journal_torture

@Suite("The workload and the check as processes")
struct TortureProcessTests {
  static let loads: [[String]] = [
    [], ["--small"], ["--deletes"], ["--durability", "buffered"], ["--writers", "4"],
    ["--small", "--deletes", "--durability=buffered", "--writers", "8"],
  ]

  @Test(
    "All updates are acknowledged in order, the next run goes on behind them, and the check shows them",
    arguments: loads)
  func acknowledgesAndContinues(load: [String]) throws {
    let bench = try TortureBench()
    var model = StateModel(seed: 7, hasDeletions: load.contains("--deletes"))
    for range in [UInt64(1)...60, 61...75, 76...200] {
      let (output, end) = try bench.run(
        ["workload", bench.store, "--seed", "7", "--updates", "\(range.count)"] + load)
      #expect(end == .exited(0))
      #expect(output == range.map { "ACK \($0)\n" }.joined())
      model.advance(to: range.upperBound)
      let first = try bench.check()
      #expect(model.describes(first), "\(model.violation(in: first))")
      #expect(try bench.check() == first)
    }
  }

  @Test("A start number replaces the next one", arguments: [[], ["--writers", "3"]])
  func startsWhereTold(load: [String]) throws {
    let bench = try TortureBench()
    for start in [5, 100] {
      let (output, end) = try bench.run(
        ["workload", bench.store, "--seed", "1", "--updates", "2", "--start", "\(start)"] + load)
      #expect(end == .exited(0))
      #expect(output == "ACK \(start)\nACK \(start + 1)\n")
    }
  }

  @Test("With deletions the numbers go on although the newest update left no value")
  func continuesBehindDeletion() throws {
    let bench = try TortureBench()
    _ = try bench.run(["workload", bench.store, "--seed", "7", "--updates", "11", "--deletes"])
    #expect(UpdateStream(seed: 7).update(11).isDeletion)
    let (output, _) = try bench.run(
      ["workload", bench.store, "--seed", "7", "--updates", "1", "--deletes"])
    #expect(output == "ACK 12\n")
  }

  @Test("An empty directory is an empty store")
  func checksNothing() throws {
    let bench = try TortureBench()
    #expect(try bench.check().isEmpty)
  }

  @Test("A directory that is not there is an error, and is not created")
  func refusesMissingDirectory() throws {
    let bench = try TortureBench()
    let missing = bench.directory + "/missing"
    for _ in 1...2 {
      let (output, end) = try bench.run(["check", missing], withErrors: true)
      #expect(end == .exited(1))
      #expect(output.contains("No such file or directory"))
    }
  }

  @Test("Damage to acknowledged data is called corrupt, and every file stays as it is")
  func reportsDamage() throws {
    let bench = try TortureBench()
    _ = try bench.run(["workload", bench.store, "--seed", "1", "--updates", "50"])
    try bench.flipByte(at: 2_000, ofFile: "00000000000000000001.journal")
    let before = try bench.contents()
    for command in [["check", bench.store], ["workload", bench.store, "--seed=1", "--updates=1"]] {
      let (output, end) = try bench.run(command, withErrors: true)
      #expect(end == .exited(5))
      #expect(output.contains("corrupt"))
      #expect(!output.contains("ACK"))
      #expect(try bench.contents() == before)
    }
  }

  @Test("An operation that fails is no damage, and loses nothing")
  func reportsFailure() throws {
    let bench = try TortureBench()
    _ = try bench.run(["workload", bench.store, "--seed", "1", "--updates", "50"])
    let before = try bench.check()
    let lock = bench.store + "/LOCK"
    try FileManager.default.removeItem(atPath: lock)
    try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)
    for command in [["check", bench.store], ["workload", bench.store, "--seed=1", "--updates=1"]] {
      let (output, end) = try bench.run(command, withErrors: true)
      #expect(end == .exited(1))
      #expect(output.contains("LOCK: Is a directory"))
      #expect(!output.contains("corrupt"))
    }
    try FileManager.default.removeItem(atPath: lock)
    #expect(try bench.check() == before)
  }

  @Test("What nobody reads is an error of the workload, not its death")
  func survivesClosedOutput() throws {
    let bench = try TortureBench()
    let child = try ChildProcess(
      "/bin/sh",
      [
        "-c", "\"$0\" workload \"$1\" --seed 1 --updates 1000 2>\"$2\" >&-; echo $?",
        TortureBench.tool, bench.store, "/dev/null",
      ])
    #expect(try child.readToEnd(until: .max) == Array("1\n".utf8))
    #expect(try child.awaitEnd() == .exited(0))
  }

  @Test(
    "A command line that makes no sense is answered with exit code 2 and a hint",
    arguments: [
      ([], "a command is missing"), (["chek", "x"], "did you mean check?"),
      (["workload", "x", "--seed", "1", "--update", "2"], "did you mean --updates?"),
      (["workload", "--seed", "1", "--updates", "2"], "directory of the store is missing"),
      (["workload", "x", "--updates", "2"], "--seed is missing"),
      (["workload", "x", "--seed", "-1", "--updates", "2"], "--seed -1: a whole number"),
      (["workload", "x", "--seed", "1", "--updates"], "--updates needs a value"),
      (["check", "x", "y"], "two directories: x and y"),
      (["check", "x", "--small"], "unknown option --small"),
      (["kill", "x", "--seconds", "0", "--seed", "1"], "--seconds 0: a whole number from 1"),
      (["kill", "x", "--seconds", "1", "--seed", "1", "--small=3"], "--small takes no value"),
      (["kill", "x", "--seconds", "1", "--seed", "1", "--durability", "y"], "synced or buffered"),
      (["kill", "x", "--seconds", "1", "--seed", "1", "--reader", "2"], "did you mean --readers?"),
      (["stop", "x", "--seconds", "1"], "--seed is missing"),
      (["fill", "x", "--seconds", "1", "--seed", "1", "--on", "zfs"], "ext4 or tmpfs is needed"),
      (["fill", "x", "--seconds", "1", "--seed", "1", "--bytes", "9"], "from 8388608 to"),
      (["check", "x", "--", "y"], "nothing may follow --, not y"),
      (["run"], "the command of the job is missing"), (["run", "--"], "the command of the job"),
      (["run", "job", "--seed", "1"], "it stands behind --, as in -- job"),
      (["run", "job", "--", "job"], "job stands in front of --"),
      (["run", "--jornal", "x", "--", "job"], "did you mean --journal?"),
      (["help", "kil"], "did you mean kill?"),
    ])
  func refusesNonsense(arguments: [String], hint: String) throws {
    let (output, end) = try TortureBench().run(arguments, withErrors: true)
    #expect(end == .exited(2))
    #expect(output.contains(hint), "\(output)")
  }

  @Test("Help goes to standard output, fits a screen, and shows an example")
  func helps() throws {
    let bench = try TortureBench()
    let (overview, end) = try bench.run(["--help"])
    #expect(end == .exited(0))
    #expect(overview == Help.overview)
    let verbs = ["kill", "stop", "fill", "run", "workload", "check", "read", "compact"]
    var texts = [overview]
    for verb in verbs {
      #expect(overview.contains("\n  \(verb) "))
      let (text, end) = try bench.run([verb, "--help"])
      #expect(end == .exited(0))
      #expect(text.hasPrefix("usage: journal-torture \(verb) "))
      #expect(text.contains("\nexample"))
      #expect(try bench.run(["help", verb]).output == text)
      texts.append(text)
    }
    for text in texts {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 30, "\(text)")
      #expect(lines.allSatisfy { $0.count <= 100 }, "\(text)")
    }
  }
}
