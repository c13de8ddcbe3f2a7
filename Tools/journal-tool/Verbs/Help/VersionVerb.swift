import JournalFormat
import StateJournal

/// `journal-tool version`
enum VersionVerb {
  static let verb = Verb(
    name: "version", group: .help, summary: "says which release this is, and which format it reads",
    details: "The same as --version. With --json for scripts.",
    takesDirectory: false, options: [],
    examples: [
      ("journal-tool version", "for a report"),
      ("journal-tool version --json | jq .format", "the format's version alone"),
    ],
    run: { (invocation) throws(ToolFailure) in
      guard invocation.isJSON else {
        invocation.console.output.write(Help.version + "\n")
        return .success
      }
      var line = Summary.start("version", .success)
      line.add("version", Help.release)
      line.add("format", FormatVersion.current)
      invocation.console.output.write(line.line)
      return .success
    })
}
