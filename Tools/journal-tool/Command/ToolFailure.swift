import JournalEngine
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
    let directory = Shell.quoted(directory)
    code = ExitCode(error)
    message = error.description
    cause = error
    let changesState = Tool.verbs.contains {
      $0.name == verb && $0.group == .state && $0.writes
    }
    nextCommand =
      switch error.reason {
      case .damage: "journal-tool verify \(directory)"
      case .refused: "ls -la \(directory)"
      case .unknownLabel: "journal-tool label \(directory)"
      case .locked, .unreachable, .poisoned, .closed, .tooLarge:
        "journal-tool status \(directory)"
      case .newerFormat: "journal-tool --version"
      case .notFound where error.detail == JournalReader.noParent:
        "mkdir -p \(Shell.quoted(Self.parent(of: error.file)))"
      case .notFound where changesState, .notAStore where changesState:
        "journal-tool init \(directory)"
      case .notFound: "ls -ld \(Shell.quoted(error.file))"
      case .notAStore: "ls -la \(directory)"
      case .outOfSpace: "df -h \(directory)"
      case .io: "ls -la \(directory)"
      case .unsettled: "journal-tool \(verb) \(directory)"
      }
  }

  /// The directory that a path lies in, by its words.
  private static func parent(of path: String) -> String {
    let words = path.split(separator: "/").dropLast().joined(separator: "/")
    return path.hasPrefix("/") ? "/" + words : words
  }
}
