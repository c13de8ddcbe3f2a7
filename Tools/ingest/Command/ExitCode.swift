#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How the program ends.
enum ExitCode: Int32 {
  case done = 0
  case failed = 1
  case usage = 2
  case interrupted = 130

  /// Ends the process with this code.
  func endProcess() -> Never { exit(rawValue) }
}
