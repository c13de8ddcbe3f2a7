import Foundation
import Testing
import ToolSupport

@testable import FuzzTargets
@testable import journal_fuzz

/// A few thousand executions of each target; `journal-fuzz run` does as many as one likes.
@Suite("Mutated bytes")
struct FuzzTests {
  @Test("P9: no input breaks a rule", arguments: FuzzTargets.all.map(\.name))
  func noFinding(name: String) throws {
    let target = try #require(FuzzTargets.named(name))
    var fuzzer = Fuzzer(target, seed: 1)
    for _ in 0..<1500 {
      let input = fuzzer.nextInput()
      do {
        try fuzzer.execute(input)
      } catch {
        Issue.record("\(name), seed 1, execution \(fuzzer.executionCount): \(error)")
        return
      }
    }
    let isNameOrHeader = ["name", "header"].contains(name)
    #expect(fuzzer.corpus.behaviourCount >= (isNameOrHeader ? 10 : 40))
  }

  @Test("The same seed makes the same inputs in the same order")
  func deterministic() throws {
    var inputs: [[[UInt8]]] = [[], []]
    for run in 0..<2 {
      var fuzzer = Fuzzer(RecordTarget(), seed: 7)
      for _ in 0..<500 {
        let input = fuzzer.nextInput()
        inputs[run].append(input)
        try fuzzer.execute(input)
      }
    }
    #expect(inputs[0] == inputs[1])
    #expect(Set(inputs[0]).count > 400)
  }

  @Test("Checksums that are made right again let mutations through to the changes behind them")
  func reachesInnerDecoders() throws {
    var fuzzer = Fuzzer(RecordTarget(), seed: 3)
    let seeds = Set(RecordTarget().seeds)
    var changed = 0
    for _ in 0..<500 {
      let input = fuzzer.nextInput()
      try fuzzer.execute(input)
      var repaired = input
      SegmentInput.repair(&repaired)
      if !seeds.contains(input), repaired == input { changed += 1 }
    }
    #expect(changed > 250)
  }

  /// A decoder that forgets to check the checksum of what it calls short.
  private struct CredulousTarget: FuzzTarget {
    let name = "credulous"
    let seeds: [[UInt8]] = [[3, 1, 2, 6]]

    func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
      behaviour.note(magnitude: input.count)
      guard let sum = input.last, input.count == 4 else { return }
      try FuzzViolation.unless(
        input.dropLast().reduce(0, &+) == sum, "believed with a wrong checksum")
    }
  }

  @Test("A check that is missing is found")
  func findsMissingCheck() {
    var fuzzer = Fuzzer(CredulousTarget(), seed: 1)
    #expect(throws: FuzzViolation("believed with a wrong checksum")) {
      for _ in 0..<5000 { try fuzzer.execute(fuzzer.nextInput()) }
    }
  }

  @Test("A trap leaves its input behind, which traps again")
  func keepsInputOfTrap() throws {
    let bench = try TortureBench()
    let tool = TortureBench.tool("journal-fuzz")
    let (output, end) = try bench.run(
      ["run", "--target", "trap", "--seed", "9", "--dir", bench.directory], withErrors: true,
      tool: tool)
    #expect(end == .exited(FuzzFailure.Kind.finding.rawValue))
    #expect(output.contains("seed 9"))
    let path = bench.directory + "/finding-trap-9.bin"
    let input = try #require(FileManager.default.contents(atPath: path))
    #expect(input.count >= 3 && input[0] == 0x4C && Int(input[1]) + 1 >= input.count)
    let (_, replayed) = try bench.run(["replay", "--target", "trap", path], tool: tool)
    guard case .killed = replayed else {
      Issue.record("the replay ended with \(replayed)")
      return
    }
  }

  @Test("A run without a finding leaves nothing behind and says how much it did")
  func cleanRun() throws {
    let bench = try TortureBench()
    let (output, end) = try bench.run(
      ["run", "--target", "key", "--iterations", "100", "--dir", bench.directory],
      tool: TortureBench.tool("journal-fuzz"))
    #expect(end == .exited(0))
    #expect(output.contains("key: 100 executions"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.directory) == ["store"])
  }

  @Test(
    "A command line that makes no sense is refused with code 2",
    arguments: [
      [], ["walk"], ["run", "--target", "cbro"], ["run", "--iterations", "0"], ["replay"],
    ]
  )
  func usage(arguments: [String]) {
    #expect(FuzzCommand.run(arguments) == FuzzFailure.Kind.usage.rawValue)
  }
}
