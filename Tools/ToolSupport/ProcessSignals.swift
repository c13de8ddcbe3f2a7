#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Signals that would end the process for something that a system call can report.
package enum ProcessSignals {
  /// A closed pipe and a file that reached its size limit become errors of `write`.
  package static func reportInsteadOfDying() {
    for number in [SIGPIPE, SIGXFSZ] { _ = signal(number, SIG_IGN) }
  }
}
