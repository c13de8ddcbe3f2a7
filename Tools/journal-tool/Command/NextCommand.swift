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

/// The command to run next, which has to work as it is written.
enum NextCommand {
  /// After an error of the journal in `directory`, met by `verb`.
  static func after(_ error: JournalError, verb: String, directory path: String) -> String {
    let directory = Shell.quoted(path)
    switch error.reason {
    case .damage: return "journal-tool verify \(directory)"
    case .refused: return "ls -la \(error.file.isEmpty ? directory : Shell.quoted(error.file))"
    case .unknownLabel: return "journal-tool label \(directory)"
    case .locked, .unreachable, .poisoned, .closed, .tooLarge:
      return "journal-tool status \(directory)"
    case .newerFormat: return "journal-tool --version"
    case .notFound where error.detail == JournalReader.noParent:
      return missingParent(of: error.file)
    case .notFound where putsState(verb): return beginning(in: path)
    case .notFound: return lookAbove(error.file)
    case .notAStore where putsState(verb):
      return
        ((try? JournalInspector(path).occupancy()) == .vacant
        ? "journal-tool init " : "journal-tool doctor ") + directory
    case .notAStore: return "ls -la \(error.file.isEmpty ? directory : Shell.quoted(error.file))"
    case .outOfSpace: return "df -h \(Shell.quoted(place(of: error.file, in: path)))"
    case .io(let failure): return after(failure, error.file, in: path)
    case .unsettled: return "journal-tool \(verb) \(directory)"
    }
  }

  /// After a failure to make or write a file that stands by itself.
  static func after(_ code: Int32, writing path: String) -> String {
    let directory = PathText.parent(of: path)
    let place = Shell.quoted(directory)
    switch code {
    case ENOENT: return making(directory)
    case ENOSPC, EDQUOT: return "df -h \(place)"
    case EROFS, EFBIG: return "journal-tool doctor \(place)"
    case ENOTDIR, ELOOP: return lookAbove(path)
    default:
      let isThere = unsafe access(path, F_OK) == 0
      return "ls -ld \(place)" + (isThere ? " \(Shell.quoted(path))" : "")
    }
  }

  /// Makes a directory that is missing, and those above it, unless a link that leads nowhere is in the way.
  static func making(_ path: String) -> String {
    brokenLink(on: path).map { "ls -ld \(Shell.quoted($0))" } ?? "mkdir -p \(Shell.quoted(path))"
  }

  /// Makes a store where nothing is, or what it needs first.
  private static func beginning(in path: String) -> String {
    let isReady =
      unsafe access(PathText.parent(of: path), F_OK) == 0 && brokenLink(on: path) == nil
    return isReady ? "journal-tool init \(Shell.quoted(path))" : missingParent(of: path)
  }

  /// After a directory could not be made because the one above it seems to be missing.
  private static func missingParent(of path: String) -> String {
    if let link = brokenLink(on: path) { return "ls -ld \(Shell.quoted(link))" }
    let parent = PathText.parent(of: path)
    if unsafe access(parent, F_OK) != 0 { return making(parent) }
    // A file system that makes no directories.
    return "ls -ld \(Shell.quoted(parent))"
  }

  /// The part of a path that is a link which leads nowhere; `nil` where there is none.
  private static func brokenLink(on path: String) -> String? {
    var part = path
    while unsafe access(part, F_OK) != 0 {
      var facts = stat()
      if unsafe lstat(part, &facts) == 0 { return part }
      let parent = PathText.parent(of: part)
      if parent == part { return nil }
      part = parent
    }
    return nil
  }

  private static func after(
    _ failure: IOFailure, _ file: String, in directory: String
  ) -> String {
    if failure.code == ENOTDIR, isOfStore(file), !file.hasPrefix(directory + "/") {
      return "journal-tool status \(Shell.quoted(PathText.parent(of: file)))"
    }
    let place =
      failure.operation == .makeDirectory
      ? PathText.parent(of: file) : place(of: file, in: directory)
    switch failure.code {
    // It tells the limits of a process, too.
    case EROFS, EFBIG, EMFILE: return "journal-tool doctor \(Shell.quoted(place))"
    // Whoever may not look into a directory may look at it.
    case EACCES where unsafe access(place, R_OK | X_OK) != 0: return "ls -ld \(Shell.quoted(place))"
    // What a path leads through is no directory, or a circle of links.
    case ENOTDIR, ELOOP:
      return unsafe access(place, F_OK) == 0 ? "ls -la \(Shell.quoted(place))" : lookAbove(place)
    case ENAMETOOLONG: return "ls -la \(Shell.quoted(directory == file ? "." : directory))"
    default: return "ls -la \(Shell.quoted(place))"
    }
  }

  /// Shows what stands in the way of a new store, which may be all that somebody has.
  static func lookAt(_ path: String) -> String {
    let isStore = (try? JournalInspector(path).occupancy()) == .store
    return (isStore ? "journal-tool status " : "ls -la ") + Shell.quoted(path)
  }

  /// Whether a verb puts state where there was none: without a store, it wants one.
  private static func putsState(_ verb: String) -> Bool {
    ["set", "merge", "edit", "import"].contains(verb)
  }

  /// A file of a store, where the store itself is meant.
  private static func isOfStore(_ path: String) -> Bool {
    FileName(path.split(separator: "/").last.map(String.init) ?? "") != nil
  }

  /// Shows what there is where something was not found.
  static func lookAbove(_ path: String) -> String {
    "ls -la \(Shell.quoted(Invocation.existing(PathText.parent(of: path))))"
  }

  /// The directory whose disk is full: the verb's own, or the one that it writes to.
  private static func place(of file: String, in directory: String) -> String {
    if file.isEmpty || file == directory || file.hasPrefix(directory + "/") { return directory }
    return isOfStore(file) ? PathText.parent(of: file) : file
  }
}
