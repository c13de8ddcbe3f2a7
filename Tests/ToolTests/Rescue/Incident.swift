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
    let words = Self.words(of: line)
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

  /// As a shell splits it: a blank between single quotes is none.
  private static func words(of line: String) -> [String] {
    line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap {
      (index, part) -> [String] in
      index % 2 == 0 ? part.split(separator: " ").map(String.init) : [String(part)]
    }
  }

  private static let article =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Sources/StateJournal/StateJournal.docc/Incidents.md").path
}
