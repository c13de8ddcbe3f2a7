#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C. Nothing needs to be tidied: inspection writes nothing, a commit is there as a whole or not
/// at all, and a compaction that stops anywhere leaves the state as it was and a file that the next
/// one sweeps.
enum Interruption {
  static func install() {
    let previous = signal(SIGINT) { _ in
      // Only what POSIX allows in a signal handler.
      let text: StaticString = "\njournal-tool: interrupted; nothing was left half done\n"
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
