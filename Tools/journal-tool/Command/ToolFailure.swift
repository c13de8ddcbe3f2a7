import StateJournal

/// Why a verb gives up: the exit code, a sentence, and the command to run next.
struct ToolFailure: Error {
  var code: ExitCode
  var message: String
  var nextCommand: String
  /// What the journal said, for `--json`.
  var cause: JournalError?

  init(_ code: ExitCode, _ message: String, next nextCommand: String) {
    self.code = code
    self.message = message
    self.nextCommand = nextCommand
  }

  /// An error of the journal in `directory`, met by `verb`.
  init(_ error: JournalError, verb: String, directory: String) {
    code = ExitCode(error)
    message = error.description
    cause = error
    nextCommand = NextCommand.after(error, verb: verb, directory: directory)
  }
}
