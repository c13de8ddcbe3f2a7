#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The first three descriptors of a process: its standard input and outputs.
package enum StandardDescriptors {
  /// Puts something in the place of those that the process was started without. A file that is opened later
  /// would get their numbers otherwise, and messages would be written into it. To be called before
  /// anything is opened.
  package static func hold() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest number that is free is taken. Read-only: that nothing can be written is said still.
      _ = unsafe open("/dev/null", O_RDONLY)
    }
  }
}
