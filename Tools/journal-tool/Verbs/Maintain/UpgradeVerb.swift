import JournalFormat
import StateJournal

/// `journal-tool upgrade DIR`
enum UpgradeVerb {
  static let verb = Verb(
    name: "upgrade", group: .maintain, summary: "checks that this release reads all files",
    details: """
      This release reads and writes one version of the format, so there is nothing to convert: it
      says so, having looked at every file. A file of a newer version is left alone (exit code 9),
      and the message names the version that is needed.
      """,
    options: [],
    examples: [
      ("journal-tool upgrade state", "is anything to be done after an update?"),
      ("journal-tool upgrade /backup/state -q && echo readable", "in a script"),
    ],
    run: { (invocation) throws(ToolFailure) in
      let count = try invocation.attempt { () throws(JournalError) in
        try invocation.inspector.checkFormat()
      }
      let output = invocation.console.output
      if invocation.isJSON {
        var line = Summary.start("upgrade", .success)
        line.add("format", FormatVersion.current)
        line.add("files", count)
        line.add("upgraded", 0)
        output.write(line.line)
      } else {
        output.write(
          "nothing to do: \(Units.count(count, "file")), all of format \(FormatVersion.current),"
            + " which is the current one\n")
      }
      return .success
    })
}
