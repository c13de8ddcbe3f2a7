import Foundation
import StateJournal
import Testing
import ToolSupport

@Suite(
  "Whatever happened to the files, who does what the tool says ends with a store that is sound")
struct FollowedAdviceTests {
  /// Two generations, a label in the first, and a log behind them.
  private func store() throws -> JournalToolBench {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [9, 20])
    #expect(try bench.run("label", bench.store, "good", "14").code == 0)
    return bench
  }

  private func damage(_ bench: JournalToolBench, _ choices: inout SeededChoices) throws -> [String]
  {
    var told: [String] = []
    for _ in 0...choices.below(3) {
      let names = try bench.names()
      let name = names[Int(choices.below(UInt64(names.count)))]
      let bytes = try bench.bytes(name)
      let place = Int(choices.below(UInt64(max(bytes.count, 1))))
      let other = try bench.bytes(names[Int(choices.below(UInt64(names.count)))])
      let kind = choices.below(6)
      told.append("\(kind) at \(place) of \(name)")
      switch kind {
      case 0: try bench.remove(name)
      case 1: try bench.change(name) { $0 = other }
      case 2: try bench.change(name) { $0 = [] }
      case 3: try bench.change(name) { $0 = Array($0[..<min(place, $0.count)]) }
      default: try bench.change(name) { if !$0.isEmpty { $0[place] ^= 1 << UInt8(kind) } }
      }
    }
    return told
  }

  /// The first command of these verbs that a text names.
  private func command(_ verbs: [String], in text: String) -> String? {
    for verb in verbs {
      guard let start = text.range(of: "journal-tool \(verb) /") else { continue }
      let rest = text[start.lowerBound...].prefix { !"\n`);,".contains($0) }
      return String(rest.components(separatedBy: " and ").first ?? "")
    }
    return nil
  }

  /// Runs a command to its end: by its plan, in another mode where it names one, and then in earnest.
  private func carryOut(_ command: String, _ bench: JournalToolBench) throws {
    var command = command
    let plan = try bench.shell(command)
    if plan.next.hasPrefix("journal-tool repair"), plan.next.hasSuffix(" -n") {
      command = plan.next
    }
    if command.hasSuffix(" -n") { command.removeLast(3) }
    _ = try bench.shell(command + " -y")
  }

  @Test("After each step the next one is named, and a few are enough", arguments: 0..<24)
  func follow(seed: Int) throws {
    var choices = SeededChoices(seed: UInt64(seed))
    let bench = try store()
    let told = try damage(bench, &choices)
    for _ in 0..<6 {
      let set = try bench.run("set", bench.store, "orders/new", "--path", "n", "1")
      let verify = try bench.run("verify", bench.store)
      if set.code == 0, verify.code == 0 { return }
      if set.next.hasPrefix("journal-tool init") {
        _ = try bench.shell(set.next)
        continue
      }
      if let label = command(["label"], in: verify.output) { _ = try bench.shell(label) }
      let next = try #require(
        command(["repair", "compact"], in: verify.output), "\(told): \(set) \(verify)")
      try carryOut(next, bench)
    }
    Issue.record("\(told): not sound yet: \(try bench.run("verify", bench.store).output)")
  }
}
