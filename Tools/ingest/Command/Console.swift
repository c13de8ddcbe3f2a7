#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the tool prints: what was done on standard output; messages, errors and progress on
/// standard error.
struct Console: Sendable {
  var printOutput: @Sendable (String) -> Void
  var printMessage: @Sendable (String) -> Void
  /// Whether standard error is a terminal that can redraw a line.
  var canRedraw: Bool
  /// Whether colour is welcome.
  var usesColor: Bool

  /// The process's own.
  static let standard = Console(
    printOutput: { write($0, to: STDOUT_FILENO) }, printMessage: { write($0, to: STDERR_FILENO) },
    canRedraw: isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb",
    usesColor: isatty(STDERR_FILENO) == 1 && (environment("NO_COLOR") ?? "").isEmpty)

  private static func environment(_ name: String) -> String? {
    // Read once, before anything could change the environment.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe libcWrite(descriptor, $0) }
      // A reader that went away is no reason to stop ingesting.
      if count < 0, errno != EINTR { return }
      rest = rest.dropFirst(max(0, count))
    }
  }

  private static func libcWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Glibc)
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      unsafe Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }
}
