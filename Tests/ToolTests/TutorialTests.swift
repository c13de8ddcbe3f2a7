import Foundation
import Testing

/// `Tutorial.md`, followed word for word in an empty folder: its files, its commands, its answers. What
/// it makes is also the proof that a package of somebody else's builds with this one as a dependency.
@Suite("The tutorial")
struct TutorialTests {
  private static let root =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A file that the reader writes, or a command with the lines that it answers.
  private enum Step {
    case file(String, String)
    case command(String, answers: [String])
  }

  /// The steps of the article: a block of Swift goes into the file that the text before names last.
  private static func steps(of article: String) -> [Step] {
    var steps: [Step] = []
    var named = ""
    var block: (kind: Substring, lines: [Substring])?
    for line in article.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let (kind, lines) = block {
          if kind == "swift" { steps.append(.file(named, lines.joined(separator: "\n") + "\n")) }
          if kind == "console" { steps += commands(in: lines) }
          block = nil
        } else {
          block = (line.dropFirst(3), [])
        }
      } else if block != nil {
        block?.lines.append(line)
      } else if let name = line.matches(of: /`([\w\/-]+\.swift)`/).last {
        named = String(name.1)
      }
    }
    return steps
  }

  private static func commands(in lines: [Substring]) -> [Step] {
    var commands: [Step] = []
    for line in lines {
      if line.hasPrefix("$ ") {
        commands.append(.command(String(line.dropFirst(2)), answers: []))
      } else if case .command(let command, let answers) = commands.popLast() {
        commands.append(.command(command, answers: answers + [String(line)]))
      }
    }
    return commands
  }

  /// A line without what is another each time: numbers, and the host behind a process.
  private static func masked(_ line: some StringProtocol) -> String {
    String(line).replacing(/process \d+ on \S+/, with: "process").replacing(/\d+/, with: "0")
  }

  @Test("Whoever types what it says gets what it shows")
  func wordForWord() throws {
    let article = try String(
      contentsOf: Self.root.appending(path: "Sources/StateJournal/StateJournal.docc/Tutorial.md"),
      encoding: .utf8)
    let steps = Self.steps(of: article)
    #expect(steps.count > 10)
    let bench = try JournalToolBench()
    try FileManager.default.createSymbolicLink(
      atPath: "\(bench.directory)/state-journal", withDestinationPath: Self.root.path)
    let tools = URL(filePath: JournalToolBench.tool).deletingLastPathComponent().path
    var folder = bench.directory
    for step in steps {
      switch step {
      case .file(let name, let text):
        try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
      case .command(let command, let answers):
        let outcome = try bench.run([
          "/bin/sh", "-c",
          "PATH=\"$1:$PATH\"; cd \"$2\" || exit 1\n\(command)\ncode=$?; pwd > \"$3\"; exit $code",
          "sh", tools, folder, "\(bench.directory)/folder",
        ])
        try #require(outcome.code == 0, "\(command): \(outcome.output)\(outcome.messages)")
        folder = try String(contentsOfFile: "\(bench.directory)/folder", encoding: .utf8)
          .trimmingCharacters(in: .newlines)
        var lines = (outcome.output + outcome.messages).split(separator: "\n").map(Self.masked)[...]
        for answer in answers {
          let place = lines.firstIndex { $0.hasPrefix(Self.masked(answer)) }
          try #require(
            place != nil,
            "\(command) did not answer \"\(answer)\" but:\n\(outcome.output)\(outcome.messages)")
          if let place { lines = lines[(place + 1)...] }
        }
      }
    }
  }
}
