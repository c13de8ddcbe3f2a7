import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C, and the other polite ways to ask a program to end. The first one is noted, for a loop to
/// look at, and ends the children that the loop may be waiting for; the second one ends the process.
package enum Interruption {
  /// The process group that ends with the first signal; 0 for none.
  static let group = Atomic<Int32>(0)
  private static let received = Atomic<Int32>(0)

  /// The signal that came; nil when none did.
  package static var signal: Int32? {
    let number = received.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  /// Whether the process has been asked to end.
  package static var isAsked: Bool { signal != nil }

  /// Listens from now on.
  package static func install() {
    // Made here, since a signal handler must not be the first to do so.
    _ = (group.load(ordering: .relaxed), received.load(ordering: .relaxed))
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let previous = listen(number)
      // A shell starts jobs in the background deaf to the Ctrl-C that is meant for others.
      if unsafe unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        ignore(number)
      }
    }
  }

  private static func handle(_ number: Int32) {
    // Only what POSIX allows in a signal handler.
    if received.exchange(number, ordering: .sequentiallyConsistent) != 0 { _exit(128 + number) }
    let group = group.load(ordering: .sequentiallyConsistent)
    if group > 0 { _ = kill(-group, SIGKILL) }
  }

  #if canImport(Darwin)
    private static func listen(_ number: Int32) -> sig_t? {
      unsafe Darwin.signal(number) { Interruption.handle($0) }
    }
    private static func ignore(_ number: Int32) { _ = unsafe Darwin.signal(number, SIG_IGN) }
  #elseif canImport(Glibc)
    private static func listen(_ number: Int32) -> sighandler_t? {
      Glibc.signal(number) { Interruption.handle($0) }
    }
    private static func ignore(_ number: Int32) { _ = Glibc.signal(number, SIG_IGN) }
  #elseif canImport(Musl)
    private static func listen(_ number: Int32) -> (@convention(c) (Int32) -> Void)? {
      unsafe Musl.signal(number) { Interruption.handle($0) }
    }
    private static func ignore(_ number: Int32) { _ = unsafe Musl.signal(number, SIG_IGN) }
  #endif
}
