import JournalFormat

/// The texts that tell how to use the tool. Each fits on a screen.
enum Help {
  static let version = "journal-tool 0.1.0 (reads and writes format \(FormatVersion.current))"

  static func overview(_ verbs: [Verb]) -> String {
    var text = """
      Looks into, checks and maintains the state of jobs that State Journal keeps.

      usage: journal-tool VERB DIR [options]


      """
    let width = verbs.map(\.name.count).max() ?? 0
    for verb in verbs { text += "  \(padded(verb.name, to: width))  \(verb.summary)\n" }
    return text + """

      Only compact writes; the other verbs take no lock and may be used beside a running
      job and on a read-only disk. Data goes to standard output, messages to standard error.

      exit codes: 0 fine (a torn tail is), 1 failed, 2 usage, 3 not found, 4 torn tail under
      --strict, 5 acknowledged data damaged or missing, 6 last commit undecidable, 7 locked,
      8 refused without -y, 9 newer format, 10 disk full, 130 interrupted

      journal-tool help VERB says more about one of them.

      """
  }

  static func text(of verb: Verb) -> String {
    var text = "\(verb.summary)\n\nusage: journal-tool \(verb.name) DIR [options]\n\n"
    text += verb.details + "\n\noptions:\n"
    let options = verb.allOptions.map { option in
      let name = option.value.map { "\(option.name) \($0)" } ?? option.name
      return (option.short.map { "\($0), \(name)" } ?? "    \(name)", option.help)
    }
    let width = options.map(\.0.count).max() ?? 0
    for (name, help) in options { text += "  \(padded(name, to: width))  \(help)\n" }
    text += "\nexamples:\n"
    for example in verb.examples {
      text += "  \(example.command)\n      \(example.meaning)\n"
    }
    return text
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
