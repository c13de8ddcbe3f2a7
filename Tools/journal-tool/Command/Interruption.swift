#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C. No state needs to be tidied: inspection writes nothing, a commit is there as a whole or not
/// at all, and what stops in the middle of a compaction, a backup or a repair leaves the state as it was
/// and files that the next one sweeps. Only what lies outside of stores is taken away.
enum Interruption {
  /// The path of an unfinished file that nobody else would sweep. Written before the file is made and
  /// never freed, so that a handler at any moment finds none or a whole one.
  nonisolated(unsafe) private static var unfinished: UnsafeMutablePointer<CChar>?

  /// Whether what was asked for is committed, and only the log is being compacted.
  nonisolated(unsafe) private static var isCommitted = false

  /// Has an interruption say that the change is made: trying again would make it twice.
  static func comesAfterCommit() { unsafe isCommitted = true }

  /// Has an interruption remove a file.
  static func sweeps(_ path: String) { unsafe unfinished = strdup(path) }

  /// Has a reader of the output that went away be told as a failure, in the words of a verb whose work is
  /// done then, rather than end the tool without a word. No other program inherits this.
  static func outlivesReaders() { _ = signal(SIGPIPE) { _ in } }

  static func install() {
    let previous = signal(SIGINT) { _ in
      // Only what POSIX allows in a signal handler.
      if let path = unsafe Interruption.unfinished { _ = unsafe unlink(path) }
      let text: StaticString =
        unsafe Interruption.isCommitted
        ? "\njournal-tool: interrupted; the change is committed, do not make it again\n"
        : "\njournal-tool: interrupted; the state is safe, try again\n"
      _ = unsafe write(2, text.utf8Start, text.utf8CodeUnitCount)
      _exit(ExitCode.interrupted.rawValue)
    }
    // A shell starts jobs in the background deaf to the Ctrl-C that is meant for others.
    if unsafe unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      _ = signal(SIGINT, SIG_IGN)
      return
    }
    // A program that starts us from a worker thread hands its mask down, with everything blocked.
    var signals = sigset_t()
    _ = unsafe sigemptyset(&signals)
    _ = unsafe sigaddset(&signals, SIGINT)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
