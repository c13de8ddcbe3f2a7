import JournalFormat

/// The texts that tell how to use the tool. That of a verb fits on a screen of 24 lines and 80 columns,
/// with a line for the prompt.
enum Help {
  static let release = "0.1.0"
  static let version =
    "journal-tool \(release) (reads and writes format \(FormatVersion.current))"

  private static let width = 80

  static func overview(_ verbs: [Verb]) -> String {
    var text = """
      Looks into, checks, maintains and rescues the state of jobs that State Journal
      keeps.

      usage: journal-tool VERB DIR [options]


      """
    let rows = verbs.map { (verb: $0, name: $0.name + ($0.writes ? " *" : "")) }
    let nameWidth = rows.map(\.name.count).max() ?? 0
    for group in Verb.Group.allCases {
      let members = rows.filter { $0.verb.group == group }
      if members.isEmpty { continue }
      text += "\(group.rawValue) (\(group.summary)):\n"
      text += table(
        members.map { (padded($0.name, to: nameWidth), $0.verb.summary) }, indent: 2)
    }
    return text + """

      Only verbs with a * change the store at DIR, and -n shows what they would do.
      Those that take something away show a plan and ask, or take -y.
      Data goes to standard output, messages to standard error. Every verb takes
      --json (NDJSON, the last line is a summary), --color WHEN (auto, always, never;
      NO_COLOR is heeded), -q or --quiet (no progress, no warnings), -h or --help.
      A MOMENT is a commit (1234), a time ("2026-11-25 22:00", in UTC unless a zone
      such as +01:00 follows), so long ago (-10m, -2h, -3d), now, or a label.

      exit codes: 0 fine (a torn tail is), 1 failed, 2 usage, 3 not found, 4 torn tail
      under --strict, 5 acknowledged data damaged or missing, 6 last commit
      undecidable, 7 locked or version conflict, 8 refused without -y, 9 newer format,
      10 disk full, 130 interrupted

      journal-tool help VERB says more about one of them.

      """
  }

  static func text(of verb: Verb) -> String {
    var text = "usage: \(verb.usage) [options]\n\n"
    let summary = (verb.summary.first?.uppercased() ?? "") + verb.summary.dropFirst() + ". "
    text += wrapped(summary + verb.details, width)
      .map { $0 + "\n" }.joined()
    text += "\n"
    text += table(verb.operands.map { ($0.name, $0.help) }, indent: 2)
    let options = verb.options + (verb.writes ? Verb.writingOptions : [])
    text += table(options.map { (title(of: $0), $0.help) }, indent: 2)
    text += "  and --json, --color WHEN, -q, -h, as every verb: journal-tool --help\n"
    text += "\nexamples:\n"
    for example in verb.examples {
      text += "  \(example.command)\n      \(example.meaning)\n"
    }
    return text
  }

  private static func title(of option: Verb.Option) -> String {
    let name = option.value.map { "\(option.name) \($0)" } ?? option.name
    return option.short.map { "\($0), \(name)" } ?? name
  }

  /// Two columns; what is too long for the second goes on below it.
  private static func table(_ rows: [(name: String, help: String)], indent: Int) -> String {
    let nameWidth = rows.map(\.name.count).max() ?? 0
    let begin = indent + nameWidth + 2
    return rows.reduce(into: "") { text, row in
      text += padded("", to: indent) + padded(row.name, to: nameWidth + 2)
      text += wrapped(row.help, width - begin).joined(separator: "\n" + padded("", to: begin))
      text += "\n"
    }
  }

  /// The words of a text in lines of at most so many characters.
  private static func wrapped(_ text: String, _ columns: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + 1 + word.count <= columns {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
