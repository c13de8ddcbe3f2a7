import Foundation
import StateJournal
import Testing

/// Whole outputs, so that no part of them changes unnoticed. With `JOURNAL_GOLDEN=write` the tests write
/// what they compare with; look at the difference before you commit it.
@Suite("What journal-tool prints is, word for word, what it printed")
struct GoldenOutputTests {
  /// What happened to the store.
  enum Condition: String, CaseIterable {
    case sound
    /// A bit of the commit that set a position to zero.
    case damaged
    /// The last bytes of the log are missing, and the watermark does not miss them.
    case torn
  }

  static let lines = [
    "status state", "status state --json", "status state --prometheus", "verify state",
    "verify state --json", "verify state --deep --json", "stats state", "stats state --json",
    "map state --width 60", "map state --width 60 --by age", "map state --width 60 --json",
    "list state", "list state --json", "list state --sources", "dump state", "dump state --json",
    "replay state", "replay state --json", "history state orders", "history state orders --json",
    "diff state before-deploy", "diff state before-deploy --json", "label state",
    "label state --json", "snapshot list state", "snapshot list state --json",
    "repair state --mode drop-damaged -n", "repair state --mode drop-damaged -n --json",
    "export state",
  ]

  @Test(
    "Every verb that looks at a store, for people and for programs",
    arguments: Condition.allCases)
  func outputs(condition: Condition) throws {
    let bench = try JournalToolBench()
    try GoldenStore.copy(to: bench)
    switch condition {
    case .sound: break
    case .damaged:
      let (file, range) = try bench.place(ofCommit: 23)
      try bench.change(file) { $0[range.upperBound - 3] ^= 1 }
    case .torn:
      let (file, range) = try bench.place(ofCommit: 26)
      try bench.change(file) { $0.removeLast($0.count - range.upperBound + 5) }
      try bench.remove("WATERMARK")
    }
    var text = ""
    for line in Self.lines {
      let outcome = try bench.run(
        [
          "/bin/sh", "-c", "cd \"$1\"; shift; exec \"$@\"", "sh", bench.directory,
          JournalToolBench.tool,
        ] + line.split(separator: " ").map(String.init))
      text += "$ journal-tool \(line)\n\(outcome.output)\(outcome.messages)[\(outcome.code)]\n\n"
    }
    let file = GoldenStore.fixtures.appendingPathComponent("Golden/\(condition.rawValue).txt")
    let shown = Self.timeless(text)
    if ProcessInfo.processInfo.environment["JOURNAL_GOLDEN"] == "write" {
      try shown.write(to: file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    // The first line that differs says more than two walls of text.
    let pairs = zip(
      shown.components(separatedBy: "\n"), golden.components(separatedBy: "\n"))
    for (number, (new, old)) in pairs.enumerated() where new != old {
      Issue.record("line \(number + 1) of \(condition).txt\n  was \(old)\n  is  \(new)")
      return
    }
    #expect(shown.utf8.count == golden.utf8.count)
  }

  /// The text without what depends on the moment and the machine.
  private static func timeless(_ text: String) -> String {
    var text = text
    text.replace(#/\d+ (ms|s|min|h|d) ago/#, with: "… ago")
    text.replace(#/"age_ns":\d+/#, with: "\"age_ns\":…")
    text.replace(#/[0-9.]+ [KMGT]?i?B are free/#, with: "… are free")
    text.replace(#/"available_bytes":\d+/#, with: "\"available_bytes\":…")
    return text
  }
}
