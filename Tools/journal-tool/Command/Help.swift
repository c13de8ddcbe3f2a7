import JournalFormat

/// The texts that tell how to use the tool. Each fits on a screen.
enum Help {
  static let release = "0.1.0"
  static let version =
    "journal-tool \(release) (reads and writes format \(FormatVersion.current))"

  static func overview(_ verbs: [Verb]) -> String {
    var text = """
      Looks into, checks, maintains and rescues the state of jobs that State Journal keeps.

      usage: journal-tool VERB DIR [options]


      """
    let rows = verbs.map { (verb: $0, name: $0.name + ($0.writes ? " *" : "")) }
    let width = rows.map(\.name.count).max() ?? 0
    for group in Verb.Group.allCases {
      let members = rows.filter { $0.verb.group == group }
      if members.isEmpty { continue }
      text += "\(group.rawValue) (\(group.summary)):\n"
      for row in members { text += "  \(padded(row.name, to: width))  \(row.verb.summary)\n" }
    }
    return text + """

      Only verbs with a * change the store at DIR, and -n shows what they would do. Those that take
      something away show a plan and ask, or take -y.
      Data goes to standard output, messages to standard error, and --json gives NDJSON.

      exit codes: 0 fine (a torn tail is), 1 failed, 2 usage, 3 not found, 4 torn tail under
      --strict, 5 acknowledged data damaged or missing, 6 last commit undecidable, 7 locked or
      version conflict, 8 refused without -y, 9 newer format, 10 disk full, 130 interrupted

      journal-tool help VERB says more about one of them.

      """
  }

  static func text(of verb: Verb) -> String {
    var text = "\(verb.summary)\n\nusage: \(verb.usage) [options]\n\n"
    text += verb.details + "\n\n"
    text += table(verb.operands.map { (($0.name), $0.help) })
    text += verb.operands.isEmpty ? "" : "\n"
    text += "options:\n"
    text += table(
      verb.allOptions.map { option in
        let name = option.value.map { "\(option.name) \($0)" } ?? option.name
        return (option.short.map { "\($0), \(name)" } ?? "    \(name)", option.help)
      })
    text += "\nexamples:\n"
    for example in verb.examples {
      text += "  \(example.command)\n      \(example.meaning)\n"
    }
    return text
  }

  private static func table(_ rows: [(name: String, help: String)]) -> String {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.reduce(into: "") { $0 += "  \(padded($1.name, to: width))  \($1.help)\n" }
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
