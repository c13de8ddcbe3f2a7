#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Who this process is, for people who find a lock and wonder whose it is. Whether the owner still
/// lives is for the kernel to say, never for this text.
package struct ProcessIdentity: Equatable, Sendable {
  /// The process's number on its host.
  package var processIdentifier: Int32
  /// The name of the host (in a container, the container's).
  package var hostName: String
  /// When this process first asked for its identity: nanoseconds since 1970. Together with the
  /// number it tells two processes apart that were given the same number one after the other.
  package var startTime: Int64

  /// Creates an identity from its parts, such as those read from a lock file.
  package init(processIdentifier: Int32, hostName: String, startTime: Int64) {
    self.processIdentifier = processIdentifier
    self.hostName = hostName
    self.startTime = startTime
  }

  /// The identity of the calling process. Only the number is asked for anew each time, so that a
  /// forked child does not pass for its parent.
  package static var current: ProcessIdentity {
    ProcessIdentity(processIdentifier: getpid(), hostName: currentHost, startTime: firstUse)
  }

  /// Whether a process of that number can be seen from here.
  package static func isRunning(_ processIdentifier: Int32) -> Bool {
    processIdentifier > 0 && (kill(processIdentifier, 0) == 0 || errno == EPERM)
  }

  private static let firstUse = WallClock.now

  private static let currentHost: String = {
    // One byte stays zero: a name that fills the buffer comes without its terminator.
    var buffer = [CChar](repeating: 0, count: 257)
    guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    let name = buffer.prefix { $0 != 0 }
    return String(decoding: name.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }()
}
