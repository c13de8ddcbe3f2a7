import Foundation
import StateJournal
import Testing

/// One incident of the article `Incidents.md`: a store called `state`, what happened to it, and what
/// somebody types then. With `JOURNAL_INCIDENTS` set, what they see is printed, for the article.
final class Incident {
  let bench: JournalToolBench
  private let title: String
  private var transcript = ""

  init(_ title: String) throws {
    self.title = title
    bench = try JournalToolBench()
  }

  deinit {
    guard ProcessInfo.processInfo.environment["JOURNAL_INCIDENTS"] != nil else { return }
    print("=== \(title)\n\(transcript)===")
  }

  /// Types a command line of `journal-tool` in the directory above the store; the article has it too.
  @discardableResult
  func type(_ line: String, expecting code: Int32 = 0) throws -> JournalToolBench.Outcome {
    let words = line.split(separator: " ").map(String.init)
    let outcome = try bench.run(
      ["/bin/sh", "-c", "cd \"$1\"; shift; exec \"$@\"", "sh", bench.directory]
        + [JournalToolBench.tool] + words)
    transcript += "$ journal-tool \(line)\n\(outcome.output)\(outcome.messages)"
    #expect(outcome.code == code, "\(line): \(outcome.output)\(outcome.messages)")
    // Names that are other ones each time are not in the article.
    if !line.contains("--undo repair-2") {
      let article = try String(contentsOfFile: Self.article, encoding: .utf8)
      #expect(article.contains("$ journal-tool \(line)\n"), "Incidents.md lacks: \(line)")
    }
    return outcome
  }

  private static let article =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Sources/StateJournal/StateJournal.docc/Incidents.md").path
}
