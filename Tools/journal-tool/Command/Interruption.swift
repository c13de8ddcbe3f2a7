#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C. No state needs to be tidied: inspection writes nothing, a commit is there as a whole or not
/// at all, and what stops in the middle of a compaction, a backup or a repair leaves the state as it was
/// and files that the next one sweeps. Only what lies outside of stores is taken away, or named where
/// somebody has written it.
enum Interruption {
  /// The path of an unfinished file that nobody else would sweep. Written before the file is made and
  /// never freed, so that a handler at any moment finds none or a whole one.
  nonisolated(unsafe) private static var unfinished: UnsafeMutablePointer<CChar>?

  /// What is said, as a whole. Replaced, and never freed, for the same reason.
  nonisolated(unsafe) private static var words: UnsafeMutablePointer<CChar>?

  /// The path of a text that somebody has written and that is not known to be committed.
  nonisolated(unsafe) private static var draft: UnsafeMutablePointer<CChar>?

  /// Has an interruption say that nobody knows of the change: whether it comes before the commit is in the
  /// log or behind that, no handler can tell. A text that it is made of stays.
  ///
  /// - Parameter nextCommand: what shows it.
  static func comesWithCommit(nextCommand: String) {
    let place = unsafe draft.map { unsafe self.place(String(cString: $0)) } ?? ""
    says(
      "interrupted while the change was committed; the state says whether it was\(place)\n"
        + "  next: \(Printable.text(nextCommand))")
  }

  /// Has an interruption say that the change is made: trying again would make it twice. A text that it
  /// was made of is not needed any more.
  static func comesAfterCommit() {
    says("interrupted; the change is committed, do not make it again")
    if let path = unsafe draft { unsafe unfinished = path }
  }

  /// Has an interruption end what goes on until it is interrupted: nothing failed, and there is nothing to
  /// try again. A line that a terminal has begun with ^C is ended.
  static func isTheEnd() {
    unsafe words = strdup(OutputDescriptor.standardError.isTerminal ? "\n" : "")
  }

  /// Has an interruption remove a file.
  static func sweeps(_ path: String) { unsafe unfinished = strdup(path) }

  /// Has an interruption say where a text is that somebody has written, rather than remove it.
  ///
  /// - Parameter nextCommand: what commits it.
  static func keeps(_ path: String, nextCommand: String) {
    unsafe draft = strdup(path)
    says("\(kept(path))\n  next: \(Printable.text(nextCommand))")
    unsafe unfinished = nil
  }

  /// The words about a text that is kept.
  static func kept(_ path: String) -> String { "interrupted; nothing was committed" + place(path) }

  private static func place(_ path: String) -> String {
    "; your text is in \(Printable.text(path))"
  }

  private static func says(_ text: String) {
    unsafe words = strdup("\njournal-tool: \(text)\n")
  }

  /// Has a reader of the output that went away be told as a failure, in the words of a verb whose work is
  /// done then, rather than end the tool without a word. No other program inherits this.
  static func outlivesReaders() { _ = signal(SIGPIPE) { _ in } }

  /// Has a file that grows beyond what this process may write be an error of that write, which has words,
  /// rather than end the tool without one. No other program inherits this.
  static func outlivesSizeLimits() { _ = signal(SIGXFSZ) { _ in } }

  static func install() {
    says("interrupted; the state is safe, try again")
    let previous = signal(SIGINT) { _ in
      // Only what POSIX allows in a signal handler.
      if let path = unsafe Interruption.unfinished { _ = unsafe unlink(path) }
      if let words = unsafe Interruption.words { _ = unsafe write(2, words, strlen(words)) }
      _exit(ExitCode.interrupted.rawValue)
    }
    // A shell starts jobs in the background deaf to the Ctrl-C that is meant for others.
    if isIgnoring(previous) {
      _ = signal(SIGINT, SIG_IGN)
      return
    }
    // A program that starts us from a worker thread hands its mask down, with everything blocked.
    var signals = sigset_t()
    _ = unsafe sigemptyset(&signals)
    _ = unsafe sigaddset(&signals, SIGINT)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// What `body` gives, which runs another program. An interruption meanwhile is for that program alone.
  static func isLeftToOthers<Result>(during body: () -> Result) -> Result {
    let handlers = [SIGINT, SIGQUIT].map { number in
      // Handled, and not ignored, which the other program would inherit.
      let handler = signal(number) { _ in }
      if isIgnoring(handler) { _ = signal(number, SIG_IGN) }
      return (number, handler)
    }
    defer { for (number, handler) in handlers { _ = signal(number, handler) } }
    return body()
  }

  private static func isIgnoring(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
