import FileIO
import JournalEngine
import JournalFormat
import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
    let path = directory
    let directory = Shell.quoted(path)
    code = ExitCode(error)
    message = error.description
    cause = error
    let changesState = Tool.verbs.contains {
      $0.name == verb && $0.group == .state && $0.writes
    }
    nextCommand =
      switch error.reason {
      case .damage: "journal-tool verify \(directory)"
      case .refused: "ls -la \(error.file.isEmpty ? directory : Shell.quoted(error.file))"
      case .unknownLabel: "journal-tool label \(directory)"
      case .locked, .unreachable, .poisoned, .closed, .tooLarge:
        "journal-tool status \(directory)"
      case .newerFormat: "journal-tool --version"
      case .notFound where error.detail == JournalReader.noParent:
        "mkdir -p \(Shell.quoted(Self.parent(of: error.file)))"
      case .notFound where changesState, .notAStore where changesState:
        "journal-tool init \(directory)"
      case .notFound: "ls -ld \(Shell.quoted(error.file))"
      case .notAStore: "ls -la \(error.file.isEmpty ? directory : Shell.quoted(error.file))"
      case .outOfSpace: "df -h \(Shell.quoted(Self.place(of: error.file, in: path)))"
      case .io(let failure):
        (failure.code == EROFS ? "journal-tool doctor " : "ls -la ")
          + Shell.quoted(Self.place(of: failure, error.file, in: path))
      case .unsettled: "journal-tool \(verb) \(directory)"
      }
  }

  /// What to look at: the directory above one that could not be made, or as for a full disk.
  private static func place(
    of failure: IOFailure, _ file: String, in directory: String
  ) -> String {
    failure.operation == .makeDirectory ? parent(of: file) : place(of: file, in: directory)
  }

  /// The directory whose disk is full: the verb's own, or the one that it writes to.
  private static func place(of file: String, in directory: String) -> String {
    if file.isEmpty || file == directory || file.hasPrefix(directory + "/") { return directory }
    let name = file.split(separator: "/").last.map(String.init) ?? ""
    return FileName(name) == nil ? file : parent(of: file)
  }

  /// The directory that a path lies in, by its words.
  private static func parent(of path: String) -> String {
    let words = path.split(separator: "/").dropLast().joined(separator: "/")
    return path.hasPrefix("/") ? "/" + words : words.isEmpty ? "." : words
  }
}
