#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C. Nothing needs to be tidied: inspection writes nothing, and a compaction that stops
/// anywhere leaves the state as it was and a file that the next one sweeps.
enum Interruption {
  static func install() {
    _ = signal(SIGINT) { _ in
      // Only what POSIX allows in a signal handler.
      let text: StaticString = "\njournal-tool: interrupted; the state is as it was\n"
      _ = unsafe write(2, text.utf8Start, text.utf8CodeUnitCount)
      _exit(ExitCode.interrupted.rawValue)
    }
  }
}
